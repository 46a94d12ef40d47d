/** A peak that the next task may have. */
export interface PossiblePeak {
  readonly bytes: number;
  /** Probability; any positive scale. */
  readonly mass: number;
  /** Run time if so. */
  readonly hours: number;
}

/** What an attempt that was killed costs beyond the memory × time it held. */
export interface FailurePrice {
  /** In attempts: 1 counts the lost memory × time once more. */
  readonly attempts: number;
  /** The time that waiting in the queue again is worth, at the size of the lost request. */
  readonly hours: number;
}

export interface Ladder {
  /** Bytes: first request, second, …; ascending. */
  readonly rungs: readonly number[];
  /** Expected bytes × hours over all attempts, prices of failures included, per unit of mass. */
  readonly cost: number;
  /** Probability that the first request is enough. */
  readonly confidence: number;
}

/** A failure tells little about how much more is needed: the next request never more than doubles. */
const LARGEST_STEP = 2;

/**
 * The requests with the least expected cost, by dynamic programming over the peaks at which a request may end. Whoever
 * fails at request a has held a × time for nothing, and goes on to the next; so each attempt costs its request × the
 * time of all that may still come, V(j) = min over k of a(k) · (S(j) + price · S(k + 1)) + V(k + 1), where S sums
 * mass × time from there on.
 *
 * @param peaks ascending by bytes, at least one, all figures finite and above 0
 * @param confidence least probability that the first request is enough
 */
export function cheapestLadder(peaks: readonly PossiblePeak[], price: FailurePrice, confidence = 0): Ladder {
  const count = peaks.length;
  const bytes = Float64Array.from(peaks, (peak) => peak.bytes);
  const time = new Float64Array(count + 1);
  const mass = new Float64Array(count + 1);
  for (let i = count - 1; i >= 0; i--) {
    const peak = peaks[i] as PossiblePeak;
    mass[i] = (mass[i + 1] as number) + peak.mass;
    time[i] = (time[i + 1] as number) + peak.mass * peak.hours;
  }
  const total = mass[0] as number;
  const mostFailing = (1 - confidence) * total * (1 + 1e-9);
  const cost = new Float64Array(count + 1);
  // The largest is enough whatever the figures, so that no odd one keeps the search from ending.
  const choice = new Int32Array(count).fill(count - 1);
  for (let j = count - 1; j >= 0; j--) {
    let least = Number.POSITIVE_INFINITY;
    for (let k = j; k < count; k++) {
      const failing = mass[k + 1] as number;
      if (j === 0 && k < count - 1 && failing > mostFailing) continue;
      const held = (time[j] as number) + price.attempts * (time[k + 1] as number) + price.hours * failing;
      const sum = (bytes[k] as number) * held + (cost[k + 1] as number);
      if (sum < least) {
        least = sum;
        choice[j] = k;
      }
    }
    cost[j] = least;
  }
  const rungs: number[] = [];
  for (let j = 0; j < count; j = (choice[j] as number) + 1) {
    const next = bytes[choice[j] as number] as number;
    for (let rung = rungs.at(-1) ?? 0; rung > 0 && next > LARGEST_STEP * rung; rung *= LARGEST_STEP)
      rungs.push(LARGEST_STEP * rung);
    rungs.push(next);
  }
  return {
    rungs,
    cost: (cost[0] as number) / total,
    confidence: 1 - (mass[(choice[0] as number) + 1] as number) / total,
  };
}

/** At most about `most` peaks: neighbours become one with the larger's bytes. @param peaks ascending by bytes */
export function condense(peaks: readonly PossiblePeak[], most: number): PossiblePeak[] {
  const total = peaks.reduce((sum, peak) => sum + peak.mass, 0);
  const least = peaks.length > most ? total / most : 0;
  const kept: PossiblePeak[] = [];
  for (const peak of peaks) {
    const last = kept.at(-1);
    if (last && (last.mass < least || last.bytes === peak.bytes)) {
      const mass = last.mass + peak.mass;
      const hours = (last.mass * last.hours + peak.mass * peak.hours) / mass;
      kept[kept.length - 1] = { bytes: peak.bytes, mass, hours };
    } else kept.push(peak);
  }
  return kept;
}
