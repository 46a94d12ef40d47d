/** So many tasks that take about the same time. */
export interface WorkGroup {
  readonly count: number;
  /** Of one of them. */
  readonly seconds: number;
}

const LEAST_SECONDS = 0.01;
const STEP = Math.log(1.15);
const BINS = 160;

/**
 * Durations of many tasks in bins of 15 %, so that a decision about 100,000 tasks costs as much as one about a
 * hundred. Sums are exact, single durations within 8 %.
 */
export class WorkBag {
  readonly #counts = new Int32Array(BINS);
  readonly #seconds = new Float64Array(BINS);
  count = 0;
  seconds = 0;

  add(seconds: number, sign: 1 | -1 = 1): void {
    const bin = binOf(seconds);
    this.#counts[bin] = (this.#counts[bin] ?? 0) + sign;
    this.#seconds[bin] = (this.#seconds[bin] ?? 0) + sign * seconds;
    this.count += sign;
    this.seconds += sign * seconds;
  }

  /** Longest first. */
  groups(): WorkGroup[] {
    const groups: WorkGroup[] = [];
    if (this.count === 0) return groups;
    for (let bin = BINS - 1; bin >= 0; bin--) {
      const count = this.#counts[bin] ?? 0;
      if (count > 0) groups.push({ count, seconds: Math.max(0, this.#seconds[bin] ?? 0) / count });
    }
    return groups;
  }
}

function binOf(seconds: number): number {
  if (seconds <= LEAST_SECONDS) return 0;
  return Math.min(BINS - 1, 1 + Math.floor(Math.log(seconds / LEAST_SECONDS) / STEP));
}

export function countOf(groups: readonly WorkGroup[]): number {
  let count = 0;
  for (const group of groups) count += group.count;
  return count;
}

export function secondsOf(groups: readonly WorkGroup[]): number {
  let seconds = 0;
  for (const group of groups) seconds += group.count * group.seconds;
  return seconds;
}
