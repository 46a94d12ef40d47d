import type { Interval } from '../../telemetry/events.ts';
import { clamp } from '../data/statistics.ts';
import { NOMINAL_COVERAGE } from '../training/out-of-fold.ts';
import { lowerValue, upperValue } from '../training/quantiles.ts';
import type { TrainedQuantile } from '../training/trained-task.ts';
import { lowerOf, pointOf, type StageAnswer, upperOf } from './predict-chain.ts';

const TAIL = (1 - NOMINAL_COVERAGE) / 2;

/** What 90 of 100 such instances are within. */
export function learnedInterval(answer: StageAnswer): Interval {
  return ordered(lowerOf(answer, TAIL), pointOf(answer), upperOf(answer, 1 - TAIL));
}

export function quantileInterval(known: TrainedQuantile): Interval {
  return ordered(lowerValue(known, TAIL), Math.exp(known.centre), upperValue(known, 1 - TAIL));
}

/** A model that is always too low has residuals that are all positive: its point is moved into its interval. */
function ordered(low: number, point: number, high: number): Interval {
  return { low, point: clamp(point, low, high), high };
}

/** A figure that is not known exactly. */
export interface PredictedValue {
  /** What it exceeds with probability 1 − p. */
  readonly at: (p: number) => number;
  readonly interval: Interval;
}

/** Four times as sure as was asked, and no less than what lies beyond the largest of the whole history. */
function beyondAll(p: number, rows: number): number {
  return Math.max(1 - (1 - p) / 4, rows / (rows + 1));
}

/** The same for its quantiles alone. */
export function boundedAt(
  at: PredictedValue['at'],
  own: TrainedQuantile,
  all: TrainedQuantile | null,
): PredictedValue['at'] {
  const centre = Math.exp(own.centre);
  const upper = (p: number) =>
    all ? Math.min(upperValue(own, p), upperValue(all, beyondAll(p, all.rows))) : upperValue(own, p);
  return (p) =>
    p < 0.5
      ? clamp(at(p), Math.min(centre, lowerValue(own, p)), centre)
      : clamp(at(p), centre, Math.max(centre, upper(p)));
}

/**
 * An answer moved to the edge of what attempts with just the same inputs needed, where it lies outside: less than their
 * median was not enough before, and more than their own upper bound, or that of the whole history, was never needed.
 */
export function withinHistory(
  said: PredictedValue,
  own: TrainedQuantile,
  all: TrainedQuantile | null,
): PredictedValue {
  const at = boundedAt(said.at, own, all);
  return { at, interval: ordered(at(TAIL), said.interval.point, at(1 - TAIL)) };
}
