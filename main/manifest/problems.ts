import type { Problem } from './spec.ts';
import type { Place } from './tree.ts';

export type Path = readonly (string | number)[];

/** A problem before it is placed in the text: what is wrong, where in the data. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly path: Path;
  readonly message: string;
  readonly hint: string | null;
}

export const error = (code: string, path: Path, message: string, hint: string | null = null): Finding => ({
  severity: 'error',
  code,
  path,
  message,
  hint,
});

export const warning = (code: string, path: Path, message: string, hint: string | null = null): Finding => ({
  severity: 'warning',
  code,
  path,
  message,
  hint,
});

const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;

/** `targets.hpc.walltime`, `tasks.simulate.needs[0]`, `components.demeter.mounts['data']`; `manifest` for the whole file. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'manifest';
  return path.reduce<string>((text, segment, index) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    if (path[index - 1] === 'mounts' || !PLAIN_KEY.test(segment))
      return `${text}['${segment.replace(/[\\']/g, '\\$&')}']`;
    return index === 0 ? segment : `${text}.${segment}`;
  }, '');
}

export function problemAt(finding: Omit<Finding, 'severity'>, place: Place | null): Problem {
  return {
    code: finding.code,
    path: pathText(finding.path),
    line: place?.line ?? null,
    column: place?.column ?? null,
    endLine: place?.endLine ?? null,
    endColumn: place?.endColumn ?? null,
    message: finding.message,
    hint: finding.hint,
  };
}

/** The known name that was probably meant, or null: at most two slips, and not a different word altogether. */
export function closest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let fewest = Math.min(3, Math.ceil(name.length / 2));
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const slips = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (slips < fewest) [best, fewest] = [candidate, slips];
  }
  return best;
}

/** `Did you mean “queue”?`, or the names to choose from, or what to do when there are none. */
export function suggestion(name: string, known: readonly string[], none: string): string {
  const near = closest(name, known);
  if (near !== null) return `Did you mean “${near}”?`;
  return known.length > 0 ? `Known here: ${listed(known)}.` : none;
}

export function listed(names: readonly string[]): string {
  return names.length > 12
    ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`
    : names.join(', ');
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const cost = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => cost[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i++) cost[i * width] = i;
  for (let j = 0; j <= b.length; j++) cost[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(i - 2, j - 2) + 1);
      cost[i * width + j] = least;
    }
  }
  return at(a.length, b.length);
}

/** A value as a person would recognise it in a message. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `“${value.length > 60 ? `${value.slice(0, 60)}…` : value}”`;
  return String(value);
}
