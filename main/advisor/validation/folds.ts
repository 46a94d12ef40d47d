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
 * never tested. Blocks end where runs end: within a run, instances follow the plan's sweep over its parameters, so what
 * comes later there is other work, not the same work later. With one run there is nothing to judge by, and no fold.
 */
export function timeOrderedFolds(rows: readonly LearningRow[], k: number): Fold[] {
  const blocks = Math.max(2, Math.min(k + 1, rows.length));
  const clean = betweenRuns(rows);
  const nearest = (edge: number) =>
    clean.reduce((a, b) => (Math.abs(b - edge) < Math.abs(a - edge) ? b : a), clean[0] ?? 0);
  const even = Array.from({ length: blocks + 1 }, (_, block) => Math.round((block * rows.length) / blocks));
  const edges = [...new Set(even.map(nearest))];
  return edges.slice(1, -1).map((from, i) => {
    const to = edges[i + 2] as number;
    return split(
      rows.length,
      (row) => row < from,
      (row) => row >= from && row < to,
    );
  });
}

/** Places, begin and end included, with no run on both sides. */
function betweenRuns(rows: readonly LearningRow[]): number[] {
  const last = new Map(rows.map((row, i) => [row.runId, i]));
  const places = [0];
  let reach = -1;
  rows.forEach((row, i) => {
    reach = Math.max(reach, last.get(row.runId) ?? i);
    if (reach === i) places.push(i + 1);
  });
  return places;
}

function split(count: number, train: (row: number) => boolean, test: (row: number) => boolean): Fold {
  const all = Int32Array.from({ length: count }, (_, i) => i);
  return { train: all.filter(train), test: all.filter(test) };
}
