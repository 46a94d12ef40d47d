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
