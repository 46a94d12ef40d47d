import { take } from '../data/matrix.ts';
import type { LearningRow } from '../data/rows.ts';
import { median } from '../data/statistics.ts';
import { roundMemory } from '../sizing/round-request.ts';
import type { Fold } from '../validation/folds.ts';
import { clearlyCheaper, type TotalCost, totalCost } from '../validation/wastage.ts';
import { type HeldOut, requestsAt } from './out-of-fold.ts';
import { fitQuantile, upperValue } from './quantiles.ts';
import { STAGES, type StageDefinition } from './stages.ts';
import { JUDGED_LEVEL, LEAST_QUANTILE_ROWS, LEVELS } from './trained-task.ts';

/** What each way of sizing would have cost on tasks it had not seen. */
export interface Verdict {
  readonly chosen: 'learned' | 'quantile' | 'manifest';
  readonly reason: string;
  readonly tasks: number;
  readonly manifest: TotalCost | null;
  readonly quantile: TotalCost | null;
  readonly learned: TotalCost | null;
  /** Share of held-out tasks that the first request held, at each of `LEVELS`. */
  readonly calibration: { readonly quantile: number[]; readonly learned: number[] | null };
}

/** A learned first request may fail a little more often than promised, by chance, before it is not trusted. */
const FAILURE_SLACK = 0.03;

export function judgeMemory(
  rows: readonly LearningRow[],
  folds: readonly Fold[],
  held: HeldOut | null,
): Verdict {
  const peaks = Float64Array.from(rows, (row) => row.peakMemoryBytes ?? Number.NaN);
  const measured = peaks.filter(Number.isFinite).length;
  if (measured < LEAST_QUANTILE_ROWS) {
    const counted =
      measured === 0 ? 'No attempt' : measured === 1 ? 'Only one attempt' : `Only ${measured} attempts`;
    return {
      chosen: 'manifest',
      reason: `${counted} of this task ${measured > 1 ? 'have' : 'has'} measured memory, so the manifest's request stays.`,
      tasks: 0,
      manifest: null,
      quantile: null,
      learned: null,
      calibration: { quantile: LEVELS.map((level) => shrunk(0, 0, level)), learned: null },
    };
  }
  const tests = folds.map((fold) => fold.test.filter((row) => Number.isFinite(peaks[row])));
  const tested = held?.rows ?? Int32Array.from(tests.flatMap((rowsOfFold) => [...rowsOfFold])).sort();
  const wall = wallSecondsOf(rows);
  const price = (requests: Float64Array) => totalCost(requests, take(peaks, tested), take(wall, tested));

  const hours = median(wall) / 3600;
  const quantileRequests = quantileRequestsOf(peaks, folds, tests, tested);
  const quantile = price(quantileRequests(JUDGED_LEVEL));
  const asked = Float64Array.from(tested, (row) => rows[row]?.manifestMemoryBytes ?? Number.NaN);
  const manifest = asked.every(Number.isFinite) ? price(asked) : null;
  const memory = STAGES[0] as StageDefinition;
  const learnedRequests = held
    ? (level: number) => requestsAt(memory, held, level, hours).map(roundMemory)
    : null;
  const learned = learnedRequests ? price(learnedRequests(JUDGED_LEVEL)) : null;
  const held95 = (requests: (level: number) => Float64Array) =>
    LEVELS.map((level) => shareHeld(requests(level), take(peaks, tested), level));
  return {
    ...choose(quantile, learned),
    tasks: tested.length,
    manifest,
    quantile,
    learned,
    calibration: {
      quantile: held95(quantileRequests),
      learned: learnedRequests ? held95(learnedRequests) : null,
    },
  };
}

function choose(
  quantile: TotalCost,
  learned: TotalCost | null,
): { chosen: 'learned' | 'quantile'; reason: string } {
  if (!learned)
    return {
      chosen: 'quantile',
      reason: 'There are too few measured attempts, or no varying inputs, to learn from.',
    };
  const failing = learned.failures / learned.tasks;
  if (failing > 1 - JUDGED_LEVEL + FAILURE_SLACK && learned.failures > quantile.failures)
    return {
      chosen: 'quantile',
      reason: `Learned requests were too small for ${percent(failing)} of held-out tasks, more than they promise.`,
    };
  const share = Math.abs(1 - learned.gbh / quantile.gbh);
  const change = percent(share);
  if (clearlyCheaper(learned, quantile))
    return {
      chosen: 'learned',
      reason: `On held-out tasks learned requests wasted ${change} less than quantiles.`,
    };
  if (share < 0.005)
    return {
      chosen: 'quantile',
      reason:
        'On held-out tasks learned requests wasted as much as quantiles: the inputs do not tell the memory.',
    };
  return {
    chosen: 'quantile',
    reason:
      learned.gbh < quantile.gbh
        ? `On held-out tasks learned requests wasted ${change} less than quantiles, which may be chance.`
        : `On held-out tasks learned requests wasted ${change} more than quantiles: the inputs do not tell the memory.`,
  };
}

/** Per fold the quantile of the rows outside it. */
function quantileRequestsOf(
  peaks: Float64Array,
  folds: readonly Fold[],
  tests: readonly Int32Array[],
  tested: Int32Array,
): (level: number) => Float64Array {
  const fits = folds.map((fold) => fitQuantile(take(peaks, fold.train).filter(Number.isFinite)));
  const foldOf = new Map(tests.flatMap((rows, fold) => [...rows].map((row) => [row, fold] as const)));
  return (level) => {
    const perFold = fits.map((fit) => (fit ? roundMemory(upperValue(fit, level)) : 0));
    return Float64Array.from(tested, (row) => perFold[foldOf.get(row) ?? 0] ?? 0);
  };
}

/** An unmeasured time counts as the usual one; an hour where none was measured. */
export function wallSecondsOf(rows: readonly LearningRow[]): Float64Array {
  const known = rows.flatMap((row) => (row.wallSeconds === null ? [] : [row.wallSeconds]));
  const usual = known.length > 0 ? median(known) : 3600;
  return Float64Array.from(rows, (row) => row.wallSeconds ?? usual);
}

function shareHeld(requests: Float64Array, peaks: Float64Array, level: number): number {
  let count = 0;
  for (let i = 0; i < peaks.length; i++) if ((requests[i] as number) >= (peaks[i] as number)) count++;
  return shrunk(count, peaks.length, level);
}

/** Nobody can promise 99 % after ten tasks: one failure and one success are added, in the promised proportion. */
function shrunk(count: number, of: number, level: number): number {
  return (count + level) / (of + 2);
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? 'under 1 %' : `${Math.round(share * 100)} %`;
}
