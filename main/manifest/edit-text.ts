import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import type { Edit } from './edit.ts';
import { nested } from './edit-data.ts';
import type { Path } from './problems.ts';
import { flowText, isSafePlain, type QuoteStyle, scalarText } from './yaml-text.ts';

// Scalars stay as they are written: nothing is resolved, so nothing is written differently.
const parse = (text: string): Document =>
  parseDocument(text, { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });

/** The text with only the characters of the value changed; null where that is not simple. The caller checks the result. */
export function splice(text: string, edit: Edit): string | null {
  const root = parse(text).contents;
  if (!isNode(root)) return null;
  const { node, owner, depth } = walk(root, edit.path);
  const rest = edit.path.slice(depth);
  if (edit.value === undefined) return rest.length === 0 && owner !== null ? remove(text, owner) : null;
  if (rest.length === 0) return replaceNode(text, node, owner, edit.value);
  const [segment, ...deeper] = rest;
  const value = nested(deeper, edit.value);
  if (isMap(node) && segment !== undefined) return addPair(text, node, String(segment), value);
  if (isSeq(node)) return addItem(text, node, value);
  return isScalar(node) && isEmpty(node) ? replaceNode(text, node, owner, nested(rest, edit.value)) : null;
}

/** The same through the document model: keeps comments and order, may change blanks. Null where the path is closed. */
export function rebuild(text: string, edit: Edit): string | null {
  const document = parse(text);
  try {
    if (edit.value === undefined) document.deleteIn(edit.path);
    else document.setIn(edit.path, nodeFor(edit.value));
    return document.toString({ lineWidth: 0 });
  } catch (thrown) {
    // The document model refuses paths through aliases and scalars with a bare Error.
    if (thrown instanceof Error) return null;
    throw thrown;
  }
}

interface Owner {
  readonly collection: YAMLMap | YAMLSeq;
  readonly index: number;
}

function walk(root: Node, path: Path): { node: Node; owner: Owner | null; depth: number } {
  let [node, owner]: [Node, Owner | null] = [root, null];
  for (const [depth, segment] of path.entries()) {
    const index = indexIn(node, segment);
    const next = index < 0 ? undefined : valueAt(node, index);
    if (next === undefined || !(isMap(node) || isSeq(node))) return { node, owner, depth };
    owner = { collection: node, index };
    node = next;
  }
  return { node, owner, depth: path.length };
}

/** The last of equal keys counts, as in the data. */
function indexIn(node: Node, segment: string | number): number {
  if (isMap(node))
    return node.items.findLastIndex((pair) => isScalar(pair.key) && pair.key.value === String(segment));
  return isSeq(node) && typeof segment === 'number' ? segment : -1;
}

function valueAt(node: Node, index: number): Node | undefined {
  const item = isMap(node) ? node.items[index]?.value : isSeq(node) ? node.items[index] : undefined;
  return isNode(item) ? item : undefined;
}

const isEmpty = (node: Scalar): boolean => node.type === 'PLAIN' && node.value === '';

function rangeOf(node: unknown): [start: number, end: number] | null {
  return isNode(node) && node.range ? [node.range[0], node.range[1]] : null;
}

/** End of a value without the line breaks that belong to it only by the grammar. */
function trimmedEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

function replaceNode(text: string, node: Node, owner: Owner | null, value: unknown): string | null {
  const range = rangeOf(node);
  if (range === null) return null;
  const [start, end] = [range[0], trimmedEnd(text, ...range)];
  const written =
    isScalar(node) && (typeof value !== 'object' || value === null) ? restyled(node, value) : flowText(value);
  const key =
    owner !== null && isMap(owner.collection) ? rangeOf(owner.collection.items[owner.index]?.key) : null;
  // A block collection starts on its own line; its one-line replacement stands behind the key.
  const between = key === null ? null : text.slice(key[1], start);
  if (key !== null && between !== null && /^\s*:\s*$/.test(between))
    return `${text.slice(0, key[1])}: ${written}${text.slice(end)}`;
  const gap = start > 0 && /[:-]/.test(text[start - 1] ?? '') ? ' ' : '';
  return `${text.slice(0, start)}${gap}${written}${text.slice(end)}`;
}

function restyled(node: Scalar, value: unknown): string {
  if (typeof value !== 'string') return flowText(value);
  const style: QuoteStyle =
    node.type === 'QUOTE_SINGLE' ? 'single' : node.type === 'QUOTE_DOUBLE' ? 'double' : 'plain';
  return scalarText(value, style);
}

function addPair(text: string, map: YAMLMap, key: string, value: unknown): string | null {
  return add(text, map, `${scalarText(key)}: ${flowText(value)}`, map.items.map(pairRange));
}

function addItem(text: string, list: YAMLSeq, value: unknown): string | null {
  const item = list.flow ? flowText(value) : `- ${flowText(value)}`;
  return add(text, list, item, list.items.map(rangeOf));
}

function add(
  text: string,
  collection: YAMLMap | YAMLSeq,
  item: string,
  ranges: readonly ([number, number] | null)[],
): string | null {
  const whole = rangeOf(collection);
  const last = ranges.at(-1);
  if (whole === null || last === null) return null;
  const [open, close] = whole;
  if (last === undefined) {
    const inner = collection instanceof YAMLMap ? `{ ${item} }` : `[${item}]`;
    return `${text.slice(0, open)}${inner}${text.slice(close)}`;
  }
  const end = trimmedEnd(text, ...last);
  if (collection.flow) return `${text.slice(0, end)}, ${item}${text.slice(end)}`;
  const indent = open - (text.lastIndexOf('\n', open - 1) + 1);
  const lineEnd = endOfLine(text, end);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return `${text.slice(0, lineEnd)}${newline}${' '.repeat(indent)}${item}${text.slice(lineEnd)}`;
}

function endOfLine(text: string, from: number): number {
  const end = text.slice(from).search(/\r?\n/);
  return end < 0 ? text.length : from + end;
}

function pairRange(pair: Pair): [number, number] | null {
  const key = rangeOf(pair.key);
  return key === null ? null : [key[0], Math.max(key[1], rangeOf(pair.value)?.[1] ?? 0)];
}

function remove(text: string, { collection, index }: Owner): string | null {
  const ranges = isMap(collection) ? collection.items.map(pairRange) : collection.items.map(rangeOf);
  const [own, next, previous] = [ranges[index], ranges[index + 1], ranges[index - 1]];
  const whole = rangeOf(collection);
  if (own == null || whole === null) return null;
  if (ranges.length === 1) {
    const empty = isMap(collection) ? '{}' : '[]';
    return `${text.slice(0, whole[0])}${empty}${text.slice(trimmedEnd(text, ...whole))}`;
  }
  if (collection.flow) {
    if (next != null) return text.slice(0, own[0]) + text.slice(next[0]);
    return previous == null ? null : text.slice(0, previous[1]) + text.slice(own[1]);
  }
  const lineStart = text.lastIndexOf('\n', own[0] - 1) + 1;
  if (!/^\s*(?:-\s+)?$/.test(text.slice(lineStart, own[0]))) return null;
  const lineEnd = endOfLine(text, trimmedEnd(text, ...own));
  return text.slice(0, lineStart) + text.slice(lineEnd).replace(/^\r?\n/, '');
}

function nodeFor(value: unknown): Node {
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map(nodeFor);
    return list;
  }
  if (typeof value === 'object' && value !== null) {
    const map = new YAMLMap();
    for (const [key, item] of Object.entries(value)) map.set(nodeFor(key), nodeFor(item));
    return map;
  }
  const scalar = new Scalar(typeof value === 'string' ? value : flowText(value));
  scalar.type = typeof value !== 'string' || isSafePlain(value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  return scalar;
}
