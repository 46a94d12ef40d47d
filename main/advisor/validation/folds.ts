import { permutation, type Random } from '../data/random.ts';
import type { LearningRow } from '../data/rows.ts';

/** Rows to learn from and rows to be judged on, as indices. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * k folds in which every row is tested once. Rows of one run stay together when there are k runs or more: a run's
 * instances share machine, version and inputs, and would tell each other's answer.
 */
export function groupedFolds(rows: readonly LearningRow[], k: number, random: Random): Fold[] {
  const folds = Math.max(2, Math.min(k, rows.length));
  const runs = [...new Set(rows.map((row) => row.runId))].sort();
  const foldOf = new Int32Array(rows.length);
  if (runs.length >= folds) {
    const sizes = new Map<string, number>();
    for (const row of rows) sizes.set(row.runId, (sizes.get(row.runId) ?? 0) + 1);
    const shuffled = [...permutation(runs.length, random)].map((i) => runs[i] as string);
    const largestFirst = shuffled.sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
    const filled = new Array<number>(folds).fill(0);
    const foldOfRun = new Map<string, number>();
    for (const run of largestFirst) {
      const emptiest = filled.indexOf(Math.min(...filled));
      filled[emptiest] = (filled[emptiest] ?? 0) + (sizes.get(run) ?? 0);
      foldOfRun.set(run, emptiest);
    }
    rows.forEach((row, i) => {
      foldOf[i] = foldOfRun.get(row.runId) ?? 0;
    });
  } else {
    permutation(rows.length, random).forEach((row, place) => {
      foldOf[row] = place % folds;
    });
  }
  return Array.from({ length: folds }, (_, fold) =>
    split(
      rows.length,
      (row) => foldOf[row] !== fold,
      (row) => foldOf[row] === fold,
    ),
  );
}

/**
 * Each block of time is judged by what came before it, as in real use; rows must be ordered by time. The first block is
 * never tested.
 */
export function timeOrderedFolds(rows: readonly LearningRow[], k: number): Fold[] {
  const blocks = Math.max(2, Math.min(k + 1, rows.length));
  const edge = (block: number) => Math.round((block * rows.length) / blocks);
  return Array.from({ length: blocks - 1 }, (_, i) =>
    split(
      rows.length,
      (row) => row < edge(i + 1),
      (row) => row >= edge(i + 1) && row < edge(i + 2),
    ),
  );
}

function split(count: number, train: (row: number) => boolean, test: (row: number) => boolean): Fold {
  const all = Int32Array.from({ length: count }, (_, i) => i);
  return { train: all.filter(train), test: all.filter(test) };
}
