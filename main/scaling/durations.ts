import { normalQuantile, normalShare } from './normal.ts';
import type { Finished, RunningWork } from './state.ts';

/** How far predictions are off before anything was measured: standard deviation of the logarithm, and how many measurements that view is worth. */
const PRIOR_SPREAD = 0.25;
const PRIOR_WEIGHT = 6;

export interface Outlook {
  /** What predictions are to be multiplied by, as far as measurements say. */
  readonly factor: number;
  /** Standard deviation of ln(measured / predicted) of a single task. */
  readonly spread: number;
  /** … of the factor itself. */
  readonly factorSpread: number;
}

/** What the finished tasks of a stage say about its predictions. Empirical Bayes: few measurements move little. */
export function outlookOf({
  count,
  seconds,
  predictedSeconds,
  logRatio,
  logRatioSquared,
}: Finished): Outlook {
  const prior = PRIOR_WEIGHT * (count > 0 ? predictedSeconds / count : 1);
  const factor = (seconds + prior) / (predictedSeconds + prior);
  const mean = count > 0 ? logRatio / count : 0;
  const squares = count > 0 ? Math.max(0, logRatioSquared - count * mean * mean) : 0;
  const spread = Math.sqrt((squares + PRIOR_WEIGHT * PRIOR_SPREAD ** 2) / (count + PRIOR_WEIGHT));
  return { factor, spread, factorSpread: spread / Math.sqrt(count + PRIOR_WEIGHT / 2) };
}

/**
 * What a running task still takes: a quantile of a log-normal duration, given that it is longer than what has elapsed.
 *
 * @param quantile 0 to 1, both excluded
 */
export function remainingSeconds(
  { elapsed, predicted }: RunningWork,
  { factor, spread }: Outlook,
  quantile = 0.5,
): number {
  const expected = Math.max(1e-3, predicted * factor);
  const passed = elapsed <= 0 ? 0 : normalShare(Math.log(elapsed / expected) / spread);
  // So far out the tail's formula has no digits left.
  if (passed > 0.9999) return 0.5 * quantile * elapsed;
  return Math.max(
    0,
    expected * Math.exp(spread * normalQuantile(passed + (1 - passed) * quantile)) - elapsed,
  );
}
