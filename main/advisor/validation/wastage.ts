import { gibHours } from '../../platform/units.ts';

/** What sizing one task cost: GB·h held and not used, and attempts that were killed. */
export interface Cost {
  readonly gbh: number;
  readonly failures: number;
}

/** Doubling from 1 byte passes any peak by then. */
const MOST_ATTEMPTS = 64;

/**
 * A failed attempt wastes allocation × run time; then `ladder` goes on, and after its end the request doubles. The last
 * attempt wastes (allocation − peak) × run time. (The price model of Sizey, IEEE CLUSTER 2024.)
 *
 * @param ladder requests in bytes, first to last; at least one
 */
export function costOf(ladder: readonly number[], peakBytes: number, wallSeconds: number): Cost {
  let gbh = 0;
  let failures = 0;
  let request = ladder[0] ?? peakBytes;
  while (request < peakBytes && failures < MOST_ATTEMPTS) {
    gbh += gibHours(request, wallSeconds);
    failures++;
    request = ladder[failures] ?? 2 * request;
  }
  return { gbh: gbh + gibHours(Math.max(0, request - peakBytes), wallSeconds), failures };
}

export interface TotalCost extends Cost {
  readonly tasks: number;
  /** Per task, in the order given: for paired comparison. */
  readonly each: Float64Array;
}

export function totalCost(requests: Float64Array, peaks: Float64Array, wallSeconds: Float64Array): TotalCost {
  const each = new Float64Array(peaks.length);
  let failures = 0;
  for (let i = 0; i < peaks.length; i++) {
    const cost = costOf([requests[i] as number], peaks[i] as number, wallSeconds[i] as number);
    each[i] = cost.gbh;
    failures += cost.failures;
  }
  return { gbh: each.reduce((a, b) => a + b, 0), failures, tasks: peaks.length, each };
}

/** With so many tasks a difference has to be twice as sure. */
const FEW_TASKS = 8;

/**
 * Whether `challenger` wastes less than `incumbent` by more than chance explains: at least 2 % less, and the mean
 * difference per task beyond one standard error; beyond two with eight tasks, of which one or two decide. A model that
 * learned noise does not pass.
 */
export function clearlyCheaper(challenger: TotalCost, incumbent: TotalCost): boolean {
  if (challenger.gbh > 0.98 * incumbent.gbh) return false;
  const n = challenger.each.length;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const saved = (incumbent.each[i] as number) - (challenger.each[i] as number);
    sum += saved;
    squares += saved * saved;
  }
  const mean = sum / n;
  const variance = Math.max(0, squares / n - mean * mean);
  return mean > (1 + FEW_TASKS / n) * Math.sqrt(variance / n);
}
