import { error, type Finding, suggestion, warning } from './problems.ts';
import {
  keysAt,
  type MapEntry,
  type MapTree,
  scalarAt,
  type Tree,
  treeAt,
  withChild,
  withValueAt,
} from './tree.ts';

/** Mappings merge deeply, lists and scalars replace, and so does null. */
export function mergeTrees(base: Tree, overlay: Tree): Tree {
  if (base.kind !== 'map' || overlay.kind !== 'map') return overlay;
  const entries = new Map<string, MapEntry>(base.entries);
  for (const [key, entry] of overlay.entries) {
    const old = entries.get(key);
    entries.set(
      key,
      old === undefined ? entry : { keyPlace: entry.keyPlace, value: mergeTrees(old.value, entry.value) },
    );
  }
  return { ...base, entries };
}

/**
 * The manifest with the target's overlay merged in. `overlays` and the target's own `overlay` key vanish; other
 * targets keep theirs, so that the lock equals the reference package's.
 */
export function applyOverlay(root: MapTree, target: string | null): { root: MapTree; findings: Finding[] } {
  const defined = keysAt(root, ['overlays']);
  const findings: Finding[] = [];
  for (const name of keysAt(root, ['targets'])) {
    const path = ['targets', name, 'overlay'];
    const overlay = scalarAt(root, path)?.value;
    if (typeof overlay !== 'string' || defined.includes(overlay)) continue;
    const say = name === target ? error : warning;
    findings.push(
      say(
        name === target ? 'E_UNKNOWN_OVERLAY' : 'W_UNKNOWN_OVERLAY',
        path,
        `There is no overlay “${overlay}”`,
        suggestion(overlay, defined, 'Define it under overlays, or remove this line.'),
      ),
    );
  }
  const chosen = target === null ? null : scalarAt(root, ['targets', target, 'overlay'])?.value;
  const overlay = typeof chosen === 'string' ? treeAt(root, ['overlays', chosen]) : undefined;
  const merged = overlay?.kind === 'map' ? mergeTrees(root, overlay) : root;
  const bare = withChild(merged.kind === 'map' ? merged : root, 'overlays', null);
  if (target === null) return { root: bare, findings };
  const resolved = withValueAt(bare, ['targets', target], (tree) =>
    tree.kind === 'map' ? withChild(tree, 'overlay', null) : tree,
  );
  return { root: resolved.kind === 'map' ? resolved : bare, findings };
}
