import { childOf, type MapTree, scalarAt, type Tree, treeAt } from './tree.ts';

export interface OutlineEntry {
  readonly kind: 'target' | 'component' | 'task' | 'overlay';
  readonly name: string;
  /** What tells it apart at a glance: provider, shape, component. */
  readonly detail: string;
  readonly line: number;
}

const SECTIONS = [
  ['targets', 'target'],
  ['components', 'component'],
  ['tasks', 'task'],
  ['overlays', 'overlay'],
] as const;

/** The named parts of a manifest, also of one with problems. */
export function outlineOf(root: MapTree): OutlineEntry[] {
  return SECTIONS.flatMap(([section, kind]) => {
    const tree = treeAt(root, [section]);
    if (tree?.kind !== 'map') return [];
    return [...tree.entries].map(([name, entry]) => ({
      kind,
      name,
      detail: detailOf(kind, entry.value),
      line: entry.keyPlace.line,
    }));
  });
}

function detailOf(kind: OutlineEntry['kind'], tree: Tree): string {
  const word = (key: string): string => {
    const raw = tree.kind === 'map' ? scalarAt(tree, [key])?.raw : undefined;
    return raw ?? '';
  };
  switch (kind) {
    case 'target':
      return word('provider');
    case 'component':
      return [word('cpus') && `${word('cpus')} CPU`, word('memory')].filter(Boolean).join(' · ');
    case 'task':
      return word('component');
    case 'overlay':
      return tree.kind === 'map'
        ? [...tree.entries.keys()].filter((key) => childOf(tree, key)).join(', ')
        : '';
  }
}
