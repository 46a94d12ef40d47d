import { outlookOf } from './durations.ts';
import { normalQuantile, normalShare } from './normal.ts';
import type { Prediction, ScalerMemory, ScalingState } from './state.ts';
import { countOf, secondsOf } from './work-bag.ts';

/** Error that no measurement removes: of the model of the queue, the order of work, start-ups. Relative. */
const MODEL_SPREAD = 0.03;
/** How much of a single task's spread shows in the end of the run, by the share that the longest has in what is left. */
const TAIL_SHARE = 0.6;
/** A running task whose rest is at least this share of what is left may be the last. */
const LAST_SHARE = 0.7;
const MOST_SPREAD = 1.5;
/** By how much simulated ends missed their prediction more than the sum of these errors says (`npm run bench -- scaling`). */
const CALIBRATION = 1.25;
/** A prediction counts as right within this share. */
const RIGHT_WITHIN = 0.15;
const BAND = normalQuantile(0.9);
const MOST_ENDS = 12;

export interface Certainty {
  readonly prediction: Prediction;
  readonly confidence: number;
}

/**
 * How far to trust a predicted time to the end. The relative spread of the end is put together from what is not known
 * about durations (single tasks, which average out, and their common factor, which does not), from the tail of the
 * last tasks, and from how unsteady the predictions before this one were. Log-normal.
 */
export function certaintyOf(state: ScalingState, memory: ScalerMemory, finish: number): Certainty {
  const spread = relativeSpread(state, memory, finish);
  const prediction = {
    low: finish * Math.exp(-BAND * spread),
    point: finish,
    high: finish * Math.exp(BAND * spread),
  };
  const confidence = 2 * normalShare(Math.log(1 + RIGHT_WITHIN) / spread) - 1;
  return { prediction, confidence };
}

function relativeSpread(state: ScalingState, memory: ScalerMemory, finish: number): number {
  if (finish <= 0) return MODEL_SPREAD;
  let seconds = 0;
  let common = 0;
  let single = 0;
  let tail = 0;
  for (const stage of state.stages) {
    const tasks = countOf(stage.ready) + countOf(stage.waiting) + stage.running.length;
    if (tasks === 0) continue;
    const { spread, factor, factorSpread } = outlookOf(stage.finished);
    const running = stage.running.reduce((sum, work) => sum + work.predicted, 0);
    const all = factor * (secondsOf(stage.ready) + secondsOf(stage.waiting) + running);
    seconds += all;
    common += (all * factorSpread) ** 2;
    single += ((all / tasks) * spread) ** 2 * tasks;
    const longest = factor * Math.max(stage.ready[0]?.seconds ?? 0, stage.waiting[0]?.seconds ?? 0);
    tail = Math.max(tail, TAIL_SHARE * spread * Math.min(1, longest / finish));
    // Whoever ends last decides alone, and is as uncertain as all of it, not as what is left of it.
    for (const work of stage.running) {
      const expected = factor * work.predicted;
      if (Math.max(expected - work.elapsed, LAST_SHARE * expected) >= LAST_SHARE * finish)
        tail = Math.max(tail, TAIL_SHARE * spread * (expected / finish));
    }
  }
  if (seconds === 0) return MODEL_SPREAD;
  const averaged = (common + single) / seconds ** 2;
  const drift = driftOf(memory.expectedEnds, finish);
  return Math.min(
    MOST_SPREAD,
    CALIBRATION * Math.sqrt(MODEL_SPREAD ** 2 + averaged + tail ** 2 + drift ** 2),
  );
}

/** How much the expected end has moved lately, beside what is left. */
function driftOf(ends: readonly number[], finish: number): number {
  if (ends.length < 3) return 0;
  const mean = ends.reduce((sum, end) => sum + end, 0) / ends.length;
  const squares = ends.reduce((sum, end) => sum + (end - mean) ** 2, 0);
  return Math.min(1, Math.sqrt(squares / ends.length) / finish);
}

export function withEnd(ends: readonly number[], end: number): readonly number[] {
  return [...ends, end].slice(-MOST_ENDS);
}
