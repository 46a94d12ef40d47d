import type { Path } from './problems.ts';

/** Where something stands in the text. Lines and columns start at 1; the end is exclusive. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type ScalarValue = string | number | boolean | null;

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: ScalarValue;
  /** The characters as written: `010`, `4:00:00`, `yes`. */
  readonly raw: string;
  /** Not quoted, so its type was guessed from its look. */
  readonly plain: boolean;
  /** Canonical JSON as Python writes it: tells `1.0` from `1`, keeps large integers exact. */
  readonly json: string;
  /** Text that came at least in part from the environment. */
  readonly expanded: boolean;
  readonly place: Place;
}

export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly place: Place;
}

export interface MapEntry {
  readonly keyPlace: Place;
  readonly value: Tree;
}

export interface MapTree {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly place: Place;
}

/**
 * A manifest with every value's place in the text. Environment and overlays transform trees, not plain data, so
 * that a problem points at the line that caused it, be it in an overlay.
 */
export type Tree = ScalarTree | ListTree | MapTree;

export function toData(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(toData);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, toData(entry.value)]));
  }
}

export function childOf(tree: Tree | undefined, segment: string | number): Tree | undefined {
  if (tree?.kind === 'map') return tree.entries.get(String(segment))?.value;
  if (tree?.kind === 'list' && typeof segment === 'number') return tree.items[segment];
  return undefined;
}

export function treeAt(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>(childOf, tree);
}

export function scalarAt(tree: Tree, path: Path): ScalarTree | null {
  const found = treeAt(tree, path);
  return found?.kind === 'scalar' ? found : null;
}

/** Keys of the mapping at a path; none when there is no mapping. */
export function keysAt(tree: Tree, path: Path): readonly string[] {
  const found = treeAt(tree, path);
  return found?.kind === 'map' ? [...found.entries.keys()] : [];
}

/**
 * Place of a path: of its value, of its key when the value is empty or a collection, or of the nearest parent
 * that exists (a missing key is underlined where it should be).
 */
export function placeOf(tree: Tree, path: Path): Place {
  let here: Tree = tree;
  let place = tree.place;
  for (const [depth, segment] of path.entries()) {
    const next = childOf(here, segment);
    if (next === undefined) return place;
    const key = here.kind === 'map' ? here.entries.get(String(segment))?.keyPlace : undefined;
    const last = depth === path.length - 1;
    const valueTells = next.kind === 'scalar' && next.raw !== '' && last;
    place = valueTells || key === undefined ? next.place : key;
    here = next;
  }
  return place;
}

/** As much of a dotted path as there is; names may have dots of their own, so the longest that fits is taken. */
export function pathIn(tree: Tree, dotted: string): readonly string[] {
  if (tree.kind !== 'map' || dotted === '') return [];
  const fits = [...tree.entries.keys()].filter((key) => dotted === key || dotted.startsWith(`${key}.`));
  const key = fits.sort((a, b) => b.length - a.length)[0];
  const value = key === undefined ? undefined : tree.entries.get(key)?.value;
  if (key === undefined || value === undefined) return [];
  return [key, ...pathIn(value, dotted.slice(key.length + 1))];
}

/** Place of the key itself: for what is said about a name, not about its value. */
export function keyPlaceOf(tree: Tree, path: Path): Place {
  const parent = treeAt(tree, path.slice(0, -1));
  const key = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1)))?.keyPlace : undefined;
  return key ?? placeOf(tree, path);
}

export function withChild(tree: MapTree, key: string, value: Tree | null): MapTree {
  const entries = new Map(tree.entries);
  if (value === null) entries.delete(key);
  else entries.set(key, { keyPlace: tree.entries.get(key)?.keyPlace ?? value.place, value });
  return { ...tree, entries };
}

/** The tree with one value replaced; parents are copied, everything else is shared. */
export function withValueAt(tree: Tree, path: Path, replace: (old: Tree) => Tree): Tree {
  const [segment, ...rest] = path;
  if (segment === undefined) return replace(tree);
  if (tree.kind === 'map') {
    const old = tree.entries.get(String(segment));
    return old === undefined ? tree : withChild(tree, String(segment), withValueAt(old.value, rest, replace));
  }
  if (tree.kind === 'list')
    return {
      ...tree,
      items: tree.items.map((item, index) => (index === segment ? withValueAt(item, rest, replace) : item)),
    };
  return tree;
}
