/**
 * Reads as much structure from YAML as typing needs, at any moment of typing: a parser refuses half a line, this
 * does not. Block and flow style, quoted keys, block text and comments are understood; anchors and tags are text.
 */
export type Step = string | number;
export type YamlPath = readonly Step[];

export interface KeyAt {
  readonly path: YamlPath;
  /** Offset of the key's first character, and of the one after its last. */
  readonly from: number;
  readonly to: number;
  /** The plain value on the same line, unquoted; null where there is none or it has structure. */
  readonly value: string | null;
}

/** Where the end of a text stands: what would be typed there next. */
export interface Place {
  /** `key`: a key of the mapping at `path`. `value`: the value at `path`. `item`: either, in a list's item. */
  readonly kind: 'key' | 'value' | 'item' | 'none';
  readonly path: YamlPath;
  /** Offset where the word or scalar that is being typed begins. */
  readonly from: number;
  readonly flow: boolean;
}

interface Frame {
  readonly column: number;
  readonly step: Step;
}

type Flow = { readonly kind: 'map'; key: string | null } | { readonly kind: 'list'; index: number };

const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:{}[\],&*!|>'"%@`-][^#:]*?|-[^\s#:][^#:]*?)\s*:(?=\s|$)/;

export function walkYaml(text: string): { readonly keys: readonly KeyAt[]; readonly end: Place } {
  const keys: KeyAt[] = [];
  const frames: Frame[] = [];
  const flow: Flow[] = [];
  let quote: string | null = null;
  let textColumn: number | null = null;
  let end: Place = { kind: 'none', path: [], from: text.length, flow: false };

  const blockPath = (): Step[] => frames.map((frame) => frame.step);
  const flowPath = (): Step[] => [
    ...blockPath(),
    ...flow.flatMap((frame): Step[] => {
      if (frame.kind === 'list') return [frame.index];
      return frame.key === null ? [] : [frame.key];
    }),
  ];
  const popTo = (column: number, keepKeyAtColumn = false) => {
    for (let top = frames.at(-1); top; top = frames.at(-1)) {
      const stays =
        top.column < column || (keepKeyAtColumn && top.column === column && typeof top.step === 'string');
      if (stays) return;
      frames.pop();
    }
  };

  /** From a bracket on, to the end of the line or of the collection. */
  const scanFlow = (line: string, lineStart: number, start: number) => {
    let token: number | null = quote === null ? null : start;
    for (let at = start; at < line.length; at++) {
      const char = line[at] ?? '';
      const top = flow.at(-1);
      if (quote !== null) {
        if (char === '\\' && quote === '"') at++;
        else if (char === quote) quote = null;
      } else if ((char === '"' || char === "'") && token === null) {
        quote = char;
        token = at;
      } else if (char === '{' || char === '[') {
        flow.push(char === '{' ? { kind: 'map', key: null } : { kind: 'list', index: 0 });
        token = null;
      } else if (char === '}' || char === ']') {
        flow.pop();
        token = null;
        if (flow.length === 0) {
          end = { kind: 'none', path: blockPath(), from: lineStart + at + 1, flow: false };
          return;
        }
      } else if (char === ',') {
        if (top?.kind === 'map') top.key = null;
        else if (top) top.index++;
        token = null;
      } else if (
        char === ':' &&
        top?.kind === 'map' &&
        top.key === null &&
        token !== null &&
        endsKey(line, at)
      ) {
        top.key = unquote(line.slice(token, at).trim());
        const value = /^\s*([^\s{}[\],#][^{}[\],#]*)/.exec(line.slice(at + 1))?.[1];
        keys.push({
          path: flowPath(),
          from: lineStart + token,
          to: lineStart + at,
          value: value === undefined ? null : unquote(value.trim()),
        });
        token = null;
      } else if (char === '#' && /\s/.test(line[at - 1] ?? ' ')) {
        end = { kind: 'none', path: flowPath(), from: lineStart + at, flow: true };
        return;
      } else if (token === null && !/\s/.test(char)) token = at;
    }
    const top = flow.at(-1);
    end = {
      kind: top?.kind === 'map' && top.key === null ? 'key' : 'value',
      path: flowPath(),
      from: lineStart + (token ?? line.length),
      flow: true,
    };
  };

  let lineStart = 0;
  for (const line of text.split('\n')) {
    readLine(line, lineStart);
    lineStart += line.length + 1;
  }
  return { keys, end };

  function readLine(line: string, start: number): void {
    if (flow.length > 0) {
      scanFlow(line, start, 0);
      return;
    }
    const indent = line.length - line.trimStart().length;
    if (textColumn !== null) {
      if (line.trim() === '' || indent > textColumn) {
        end = { kind: 'value', path: blockPath(), from: start + indent, flow: false };
        return;
      }
      textColumn = null;
    }
    if (line.trim() === '') {
      end = { kind: 'key', path: pathAbove(line.length), from: start + line.length, flow: false };
      return;
    }
    if (line[indent] === '#') {
      end = { kind: 'none', path: [], from: start + indent, flow: false };
      return;
    }
    const column = readDashes(line, indent);
    const rest = line.slice(column);
    const key = KEY.exec(rest);
    if (key) readPair(line, start, column, key);
    else if (opensFlow(rest)) scanFlow(line, start, column);
    else readScalar(start, column, indent);
  }

  function readScalar(start: number, column: number, indent: number): void {
    const inItem = typeof frames.at(-1)?.step === 'number' && column > indent;
    if (!inItem) popTo(column);
    end = { kind: inItem ? 'item' : 'key', path: blockPath(), from: start + column, flow: false };
  }

  /** The mapping a new key at this column would belong to; frames stay, for the line may be blank by chance. */
  function pathAbove(column: number): Step[] {
    return frames.filter((frame) => frame.column < column).map((frame) => frame.step);
  }

  function readDashes(line: string, indent: number): number {
    let column = indent;
    while (line[column] === '-' && (line[column + 1] === ' ' || column + 1 === line.length)) {
      const before = frames.find((frame) => frame.column === column && typeof frame.step === 'number');
      popTo(column, true);
      frames.push({ column, step: typeof before?.step === 'number' ? before.step + 1 : 0 });
      column += 1;
      while (line[column] === ' ') column += 1;
    }
    return column;
  }

  function readPair(line: string, start: number, column: number, key: RegExpExecArray): void {
    popTo(column);
    const name = unquote(key[1] ?? '');
    frames.push({ column, step: name });
    let value = column + key[0].length;
    while (line[value] === ' ') value += 1;
    const rest = line.slice(value);
    const structured = /^[{[|>&*!]/.test(rest) || rest === '' || rest.startsWith('#');
    keys.push({
      path: blockPath(),
      from: start + column,
      to: start + column + (key[1] ?? '').length,
      value: structured ? null : unquote(rest.replace(/\s+#.*$/, '').trim()),
    });
    if (opensFlow(rest)) {
      scanFlow(line, start, value);
      return;
    }
    if (/^[|>][+-]?\d?[+-]?\s*(#.*)?$/.test(rest)) textColumn = column;
    const commented = rest.startsWith('#') || /\s#/.test(rest);
    end = { kind: commented ? 'none' : 'value', path: blockPath(), from: start + value, flow: false };
  }
}

function opensFlow(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[');
}

function endsKey(line: string, colon: number): boolean {
  const next = line[colon + 1];
  return next === undefined || /[\s,{}[\]]/.test(next) || /["']/.test(line[colon - 1] ?? '');
}

function unquote(text: string): string {
  if (/^".*"$/.test(text)) return text.slice(1, -1).replace(/\\(.)/g, '$1');
  if (/^'.*'$/.test(text)) return text.slice(1, -1).replaceAll("''", "'");
  return text;
}
