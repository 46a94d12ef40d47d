import { gatherResiduals, lowerResidual, upperResidual } from '../data/predictive.ts';
import type { LearningRow } from '../data/rows.ts';
import { median, quantileOf, sorted } from '../data/statistics.ts';
import type { TrainedQuantile } from './trained-task.ts';

/** The history itself as a predictive distribution. Values are positive; null without any. */
export function fitQuantile(values: Float64Array): TrainedQuantile | null {
  if (values.length === 0) return null;
  const logs = values.map(Math.log);
  const centre = median(logs);
  return {
    centre,
    residuals: gatherResiduals(
      logs.map(() => centre),
      logs.map((value) => value - centre),
    ),
    rows: values.length,
  };
}

/** A logarithm and back: what is always the same must lie in its own interval. */
const ROUNDING = 1e-12;

/** The value that a fresh one exceeds with probability 1 − p. */
export function upperValue({ centre, residuals }: TrainedQuantile, p: number): number {
  return Math.exp(centre + upperResidual(residuals, centre, p)) * (1 + ROUNDING);
}

export function lowerValue({ centre, residuals }: TrainedQuantile, p: number): number {
  return Math.exp(centre + lowerResidual(residuals, centre, p)) * (1 - ROUNDING);
}

/** Below this a start-up hides how many cores the work itself uses. */
const LEAST_SECONDS = 0.5;
const LEAST_ROWS = 5;

/** 95th percentile of CPU time over wall time; null with fewer than 5 rows long enough to tell. */
export function coresUsed(rows: readonly LearningRow[]): number | null {
  const cores = rows.flatMap((row) =>
    row.cpuSeconds !== null && row.wallSeconds !== null && row.wallSeconds >= LEAST_SECONDS
      ? [row.cpuSeconds / row.wallSeconds]
      : [],
  );
  return cores.length < LEAST_ROWS ? null : quantileOf(sorted(cores), 0.95);
}

export function valuesOf(
  rows: readonly LearningRow[],
  figure: 'peakMemoryBytes' | 'cpuSeconds' | 'wallSeconds',
): Float64Array {
  return Float64Array.from(
    rows.flatMap((row) => {
      const value = row[figure];
      return value === null ? [] : [value];
    }),
  );
}
