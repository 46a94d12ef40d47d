import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { problemAt } from './problems.ts';
import type { Problem } from './spec.ts';
import type { ListTree, MapEntry, MapTree, Place, Tree } from './tree.ts';
import { type ResolvedScalar, resolvePlain, resolveTagged, textScalar } from './yaml-scalars.ts';

/** A manifest is written by hand; lists longer than this belong in a file. In characters. */
export const MAX_MANIFEST_CHARACTERS = 2_000_000;
/** Values after aliases are followed: far above any manifest, far below what an exploding one makes. */
export const MAX_VALUES = 500_000;
export const MAX_DEPTH = 64;
const MAX_SYNTAX_PROBLEMS = 20;
const TAG_PREFIX = 'tag:yaml.org,2002:';

export interface ReadTree {
  /** What could be read, also beside syntax problems; null when that is nothing. */
  readonly tree: Tree | null;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** YAML text → tree. Never throws, whatever the text. */
export function readTree(text: string): ReadTree {
  const refused = refusedText(text);
  if (refused !== null) return { tree: null, errors: [refused], warnings: [] };
  const lines = new LineCounter();
  try {
    // Every scalar stays text here; `resolvePlain` decides what it means. Pretty errors cost time per problem.
    const document = parseDocument(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
    const errors = syntaxProblems(document, lines);
    const builder = new TreeBuilder(lines);
    try {
      const tree = document.contents === null ? null : builder.build(document.contents, 0);
      return { tree, errors: [...errors, ...builder.errors], warnings: builder.warnings };
    } catch (thrown) {
      if (!(thrown instanceof TooMuch)) throw thrown;
      return { tree: null, errors: [...errors, thrown.problem], warnings: builder.warnings };
    }
  } catch (thrown) {
    if (thrown instanceof RangeError) return { tree: null, errors: [tooDeep(null)], warnings: [] };
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const found = { code: 'E_MANIFEST', path: [], message: `This is not YAML: ${message}`, hint: null };
    return { tree: null, errors: [problemAt(found, null)], warnings: [] };
  }
}

export function tooLarge(size: number, unit: 'characters' | 'bytes'): Problem {
  const limit = MAX_MANIFEST_CHARACTERS * (unit === 'bytes' ? 4 : 1);
  return problemAt(
    {
      code: 'E_MANIFEST',
      path: [],
      message: `The manifest has ${size.toLocaleString('en')} ${unit}; at most ${limit.toLocaleString('en')} are read`,
      hint: 'Keep long lists in a file and name it: params: { scenario: { file: scenarios.csv, column: name } }.',
    },
    null,
  );
}

function refusedText(text: string): Problem | null {
  if (text.length > MAX_MANIFEST_CHARACTERS) return tooLarge(text.length, 'characters');
  const nul = text.indexOf('\0');
  if (nul < 0) return null;
  const before = text.slice(0, nul).split('\n');
  const place = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  return problemAt(
    {
      code: 'E_MANIFEST',
      path: [],
      message: 'The manifest holds a NUL character, so it is not a text file',
      hint: 'Save it as UTF-8 text.',
    },
    { ...place, endLine: place.line, endColumn: place.column + 1 },
  );
}

function syntaxProblems(document: Document, lines: LineCounter): Problem[] {
  // After a slip the rest of its line is noise.
  const byLine = new Map(
    document.errors.toReversed().map((found) => [lines.linePos(found.pos[0]).line, found]),
  );
  const first = document.errors.filter((found) => byLine.get(lines.linePos(found.pos[0]).line) === found);
  return first.slice(0, MAX_SYNTAX_PROBLEMS).map((found) => {
    if (found.code === 'RESOURCE_EXHAUSTION') return tooDeep(placeBetween(lines, found.pos[0], found.pos[1]));
    return problemAt(
      {
        code: 'E_MANIFEST',
        path: [],
        message: `This is not YAML: ${found.message}`,
        hint: syntaxHint(found.code),
      },
      placeBetween(lines, found.pos[0], found.pos[1]),
    );
  });
}

function syntaxHint(code: string): string | null {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'Indent with spaces: YAML does not allow tabs there.';
    case 'BAD_SCALAR_START':
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'UNEXPECTED_TOKEN':
      return 'Put text with special characters in quotes: "…".';
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
      return 'Check the indentation, and that every quote and bracket is closed.';
    case 'MULTIPLE_DOCS':
      return 'A manifest is one document: remove the line ---.';
    default:
      return null;
  }
}

function tooDeep(place: Place | null): Problem {
  return problemAt(
    {
      code: 'E_MANIFEST',
      path: [],
      message: `The manifest is nested more than ${MAX_DEPTH} levels deep`,
      hint: 'Check the brackets and the indentation.',
    },
    place,
  );
}

function placeBetween(lines: LineCounter, start: number, end: number): Place {
  const from = lines.linePos(start);
  const to = lines.linePos(Math.max(start, end));
  return {
    line: Math.max(1, from.line),
    column: Math.max(1, from.col),
    endLine: Math.max(1, to.line),
    endColumn: Math.max(1, to.col),
  };
}

/** Ends the walk when the text asks for more than a manifest can mean. */
class TooMuch extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

class TreeBuilder {
  readonly errors: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, { tree: Tree | null; size: number; depth: number }>();
  #values = 0;
  #deepest = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  build(node: Node, depth: number): Tree {
    if (depth > MAX_DEPTH) throw new TooMuch(tooDeep(this.#place(node)));
    this.#deepest = Math.max(this.#deepest, depth);
    this.#count(1, node);
    if (isAlias(node)) return this.#alias(node.source, node, depth);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor === undefined) return this.#plainBuild(node, depth);
    // An alias costs what it stands for, so sizes are kept per anchor; null marks one that is not finished.
    const [before, deepestBefore] = [this.#values, this.#deepest];
    this.#anchors.set(anchor, { tree: null, size: 0, depth: 0 });
    this.#deepest = depth;
    const tree = this.#plainBuild(node, depth);
    this.#anchors.set(anchor, { tree, size: this.#values - before, depth: this.#deepest - depth });
    this.#deepest = Math.max(this.#deepest, deepestBefore);
    return tree;
  }

  #plainBuild(node: Node, depth: number): Tree {
    if (isMap(node)) return this.#map(node, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) =>
        isNode(item) ? this.build(item, depth + 1) : this.#empty(this.#place(node)),
      );
      return { kind: 'list', items, place: this.#place(node) } satisfies ListTree;
    }
    if (isScalar(node)) return this.#scalar(node);
    return this.#empty(this.#place(node));
  }

  #alias(name: string, node: Node, depth: number): Tree {
    const target = this.#anchors.get(name);
    if (target === undefined || target.tree === null) {
      const why =
        target === undefined ? `No anchor &${name} comes before` : `The anchor &${name} contains itself`;
      this.#error(node, why, null);
      return this.#empty(this.#place(node));
    }
    this.#count(target.size, node);
    if (depth + target.depth > MAX_DEPTH) throw new TooMuch(tooDeep(this.#place(node)));
    this.#deepest = Math.max(this.#deepest, depth + target.depth);
    return target.tree;
  }

  #map(node: YAMLMap, depth: number): MapTree {
    const entries = new Map<string, MapEntry>();
    const merged: MapTree[] = [];
    for (const pair of node.items) {
      const key = pair.key;
      const keyPlace = isNode(key) ? this.#place(key) : this.#place(node);
      const value = isNode(pair.value) ? this.build(pair.value, depth + 1) : this.#empty(keyPlace);
      if (!isScalar(key)) {
        if (isNode(key)) this.#error(key, 'A key must be one word or a quoted text, not a collection', null);
        continue;
      }
      const name = keyText(key);
      if (name === '<<' && key.type === 'PLAIN') {
        merged.push(...(value.kind === 'list' ? value.items : [value]).filter((tree) => tree.kind === 'map'));
        continue;
      }
      const earlier = entries.get(name);
      if (earlier !== undefined) this.#duplicate(name, keyPlace, earlier.keyPlace);
      entries.set(name, { keyPlace, value });
    }
    // `<<` fills in what is not said here; of several, the first that knows a key wins.
    for (const source of merged)
      for (const [name, entry] of source.entries) if (!entries.has(name)) entries.set(name, entry);
    return { kind: 'map', entries, place: this.#place(node) };
  }

  #scalar(node: Scalar): Tree {
    const raw = String(node.value ?? '');
    const place = this.#place(node);
    const plain = node.type === 'PLAIN';
    const resolved = this.#resolve(node, raw, plain);
    return { kind: 'scalar', value: resolved.value, raw, plain, json: resolved.json, expanded: false, place };
  }

  #resolve(node: Scalar, raw: string, plain: boolean): ResolvedScalar {
    const tag = node.tag;
    if (tag === undefined || tag === '!')
      return plain && tag === undefined ? resolvePlain(raw) : textScalar(raw);
    const known = tag.startsWith(TAG_PREFIX) ? resolveTagged(tag.slice(TAG_PREFIX.length), raw) : null;
    if (known === null)
      this.#error(node, `“${raw}” cannot be read with the tag ${tag}`, 'Leave the tag out.');
    return known ?? textScalar(raw);
  }

  #duplicate(name: string, place: Place, earlier: Place): void {
    this.warnings.push(
      problemAt(
        {
          code: 'W_DUPLICATE_KEY',
          path: [name],
          message: `“${name}” is said twice; this one counts, the one in line ${earlier.line} does not`,
          hint: 'Remove one of them.',
        },
        place,
      ),
    );
  }

  #empty(place: Place): Tree {
    return { kind: 'scalar', value: null, raw: '', plain: true, json: 'null', expanded: false, place };
  }

  #error(node: Node, message: string, hint: string | null): void {
    this.errors.push(problemAt({ code: 'E_MANIFEST', path: [], message, hint }, this.#place(node)));
  }

  #count(values: number, node: Node): void {
    this.#values += values;
    if (this.#values <= MAX_VALUES) return;
    throw new TooMuch(
      problemAt(
        {
          code: 'E_MANIFEST',
          path: [],
          message: `The manifest stands for more than ${MAX_VALUES.toLocaleString('en')} values`,
          hint: 'Its aliases (*name) multiply each other: write the values out, or keep them in a file.',
        },
        this.#place(node),
      ),
    );
  }

  #place(node: Node): Place {
    const [start, end] = node.range ?? [0, 0];
    return placeBetween(this.#lines, start, end);
  }
}

/** Keys are text: other values as JSON writes them, which is what the reference package's lock was made of. */
function keyText(key: Scalar): string {
  const raw = String(key.value ?? '');
  if (key.type !== 'PLAIN') return raw;
  const { value, json } = resolvePlain(raw);
  return typeof value === 'string' ? value : json;
}
