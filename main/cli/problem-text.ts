import { relative } from 'node:path';
import type { Problem } from '../manifest/spec.ts';

/** `scalable.yaml:4:42: E_BAD_MAX_WORKERS targets.local.max_workers must be …`: editors jump to it. */
export function problemLine(cwd: string, file: string, problem: Problem): string {
  const name = relative(cwd, file);
  const path = name === '' || name.startsWith('..') ? file : name;
  const place = problem.line === null ? '' : `:${problem.line}:${problem.column ?? 1}`;
  return `${path}${place}: ${problem.code} ${problem.message}`;
}

/** The same with its hint below. */
export function problemText(cwd: string, file: string, problem: Problem): string {
  return `${problemLine(cwd, file, problem)}${problem.hint === null ? '' : `\n    ${problem.hint}`}`;
}
