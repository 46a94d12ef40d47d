import type { Problem } from './spec.ts';

/** A problem that is known by its path alone: which line it stands on is found where the file is at hand. */
export function problemAt(code: string, path: string, message: string, hint: string | null = null): Problem {
  return { code, path, line: null, column: null, endLine: null, endColumn: null, message, hint };
}
