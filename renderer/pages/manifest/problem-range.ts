import type { Problem, ValidationReport } from '../../../main/manifest/spec.ts';

/** What an editor's document says about its lines; CodeMirror's `Text` fits. */
export interface LineSource {
  readonly length: number;
  readonly lines: number;
  line(number: number): { readonly from: number; readonly to: number; readonly text: string };
}

/** A problem with how grave it is: errors stop a run, warnings do not. */
export interface GradedProblem extends Problem {
  readonly severity: 'error' | 'warning';
}

/** Errors first, each group in the order of the file. */
export function gradedProblems(report: ValidationReport): readonly GradedProblem[] {
  const byLine = (a: Problem, b: Problem) =>
    (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
  return [
    ...[...report.errors].sort(byLine).map((problem) => ({ ...problem, severity: 'error' as const })),
    ...[...report.warnings].sort(byLine).map((problem) => ({ ...problem, severity: 'warning' as const })),
  ];
}

/**
 * Offsets to underline. The text may have moved on since it was checked, so everything is kept inside the
 * document, and a place without extent gets the rest of its line.
 */
export function problemRange(
  problem: Problem,
  doc: LineSource,
): { readonly from: number; readonly to: number } {
  const start = doc.line(clamp(problem.line ?? 1, 1, doc.lines));
  const from = clamp(start.from + (problem.column ?? firstColumn(start.text)) - 1, start.from, start.to);
  if (problem.endLine === null || problem.endColumn === null) return { from, to: start.to };
  const end = doc.line(clamp(problem.endLine, 1, doc.lines));
  const to = clamp(end.from + problem.endColumn - 1, end.from, end.to);
  return to > from ? { from, to } : { from, to: Math.max(from, start.to) };
}

function firstColumn(text: string): number {
  return text.length - text.trimStart().length + 1;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
