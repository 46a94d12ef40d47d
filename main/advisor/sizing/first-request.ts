import type { FailurePrice } from '../online/ladder.ts';
import { RISKS } from '../online/risk.ts';
import { upperValue } from '../training/quantiles.ts';
import type { TrainedQuantile } from '../training/trained-task.ts';

/** Shares of the tail above the asked confidence that may be left to a second attempt. */
const TAILS = [1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.125] as const;
/** A second request is expected to leave an eighth of what the first one left. */
const SECOND = 0.125;
/** Waiting in the queue again never costs more than so many attempts: the shortest tasks wait briefly, too. */
const MOST_WAITING = 4;
/** The usual confidence. Who asks to be less sure minds a failure less, by the odds (the newsvendor's critical ratio). */
const USUAL_CONFIDENCE = 0.95;
const LARGEST_LEVEL = 0.9995;

/**
 * The level of the first request with the least expected cost: at least what was asked, and more where a little more
 * memory spares many failures.
 *
 * @param upper bytes that a peak exceeds with probability 1 − p
 * @param confidence least probability that the first request is enough
 * @param hours expected run time; null when unknown
 */
export function cheapestLevel(
  upper: (p: number) => number,
  confidence: number,
  hours: number | null,
  price: FailurePrice = RISKS.balanced,
): number {
  const minded = Math.min(1, oddsOf(confidence) / oddsOf(USUAL_CONFIDENCE));
  const waiting = hours === null ? 0 : Math.min(MOST_WAITING, price.hours / hours);
  const again = price.attempts + minded * waiting;
  let best = { level: confidence, cost: Number.POSITIVE_INFINITY };
  for (const tail of TAILS) {
    const failing = (1 - confidence) * tail;
    const level = 1 - failing;
    if (tail < 1 && level > LARGEST_LEVEL) break;
    const first = upper(level);
    const cost = first + failing * (again * first + upper(1 - SECOND * failing));
    if (cost < best.cost) best = { level, cost };
  }
  return best.level;
}

function oddsOf(probability: number): number {
  return probability / (1 - probability);
}

/** So much of the risk that a bound may be too low is taken by the history's own. */
const HISTORY_SHARE = 0.25;
/** A bound within this factor of what a model expects is its own business: the largest tasks lie beyond the history. */
const SURE_ENOUGH = 2;

/**
 * A model with few rows can be so unsure that it asks for many times what any task ever needed. The history's own upper
 * bound at a stricter level is as good then: together they are too low hardly more often (union bound).
 *
 * @param bound bytes, exceeded with probability 1 − p as the model says
 * @param point bytes that the model expects
 */
export function boundedByHistory(
  bound: number,
  p: number,
  point: number,
  history: TrainedQuantile | null,
): number {
  const sure = SURE_ENOUGH * point;
  if (!history || bound <= sure) return bound;
  return Math.min(bound, Math.max(sure, upperValue(history, 1 - HISTORY_SHARE * (1 - p))));
}
