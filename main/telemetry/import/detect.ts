import { readHead } from './bytes.ts';
import { cut, guessSeparator } from './table.ts';

export type TableFormat = 'nextflow' | 'sacct' | 'wfcommons' | 'csv';

/** By the first kilobytes of the file: the names of its columns, or the keys of its JSON. Null for anything else. */
export async function detectFormat(
  path: string,
  map: Readonly<Record<string, string>>,
): Promise<TableFormat | null> {
  const start = await readHead(path);
  if (start.trimStart().startsWith('{')) return /"workflow"\s*:/.test(start) ? 'wfcommons' : null;
  const line = start.split(/\r?\n/, 1)[0] ?? '';
  const names = new Set(cut(line, guessSeparator(line), true).map((name) => name.trim()));
  if (names.has('name') && names.has('status') && (names.has('realtime') || names.has('hash')))
    return 'nextflow';
  if (names.has('JobID') && names.has('State')) return 'sacct';
  // A table whose columns were given a meaning is one, and what it lacks is said of it as one.
  return names.has('task') || [...names].some((name) => Object.hasOwn(map, name)) ? 'csv' : null;
}
