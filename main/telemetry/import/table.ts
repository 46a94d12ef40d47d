import type { SkipList } from './import-result.ts';
import { readLines } from './lines.ts';

/** A row of a delimited file by column name. Values are text as written. */
export interface TableRow {
  readonly line: number;
  readonly cells: ReadonlyMap<string, string>;
}

export type Separator = '\t' | ',' | '|' | ';';

/** The character that cuts a header line into the most columns. */
export function guessSeparator(header: string): Separator {
  const separators: readonly Separator[] = ['\t', '|', ',', ';'];
  return separators.reduce((best, one) =>
    header.split(one).length > header.split(best).length ? one : best,
  );
}

/** Characters of a quoted value, its line breaks included. */
const LONGEST_VALUE = 4_000_000;

/**
 * Rows under the header. With quotes (CSV, RFC 4180) a quoted value may hold separators and line breaks; without
 * (Nextflow, sacct) every character counts as written, and a line with too few or too many values is skipped, since
 * a value that held a break has torn it.
 */
export async function* readTable(path: string, quoted: boolean, skipped: SkipList): AsyncGenerator<TableRow> {
  let header: { names: readonly string[]; separator: Separator } | null = null;
  // Lines of a value whose quote is still open; joined only at its end, since each could be the last of very many.
  let open: string[] = [];
  let openLength = 0;
  let openedAt = 0;
  for await (const { number, text } of readLines(path, skipped)) {
    if (text === null || openLength > LONGEST_VALUE) {
      skipped.add(path, number, 'the line is too long');
      open = [];
      openLength = 0;
      continue;
    }
    const isOpen = open.length > 0;
    if (quoted && isOpen !== hasOddQuotes(text)) {
      if (!isOpen) openedAt = number;
      open.push(text);
      openLength += text.length + 1;
      continue;
    }
    const line = isOpen ? openedAt : number;
    const whole = isOpen ? [...open, text].join('\n') : text;
    open = [];
    openLength = 0;
    if (whole.trim() === '') continue;
    if (header === null) {
      const separator = guessSeparator(whole);
      header = { separator, names: cut(whole, separator, quoted).map((name) => name.trim()) };
      continue;
    }
    const cells = cut(whole, header.separator, quoted);
    if (cells.length !== header.names.length) {
      skipped.add(path, line, `it has ${cells.length} values for ${header.names.length} columns`);
      continue;
    }
    yield { line, cells: new Map(header.names.map((name, i) => [name, cells[i] ?? ''])) };
  }
  if (open.length > 0) skipped.add(path, openedAt, 'a quote is never closed');
}

function hasOddQuotes(text: string): boolean {
  let quotes = 0;
  for (let i = text.indexOf('"'); i !== -1; i = text.indexOf('"', i + 1)) quotes++;
  return quotes % 2 === 1;
}

export function cut(line: string, separator: Separator, quoted: boolean): string[] {
  if (!quoted || !line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let cell = '';
  let inside = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if (inside) {
      if (character !== '"') cell += character;
      else if (line[i + 1] === '"') {
        cell += '"';
        i++;
      } else inside = false;
    } else if (character === '"' && cell === '') inside = true;
    else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  cells.push(cell);
  return cells;
}
