/** How often the site is asked, in milliseconds. */
export interface PollPace {
  /** Right after something changed. */
  readonly fastMs: number;
  readonly normalMs: number;
  /** When nothing has changed for a while. */
  readonly slowMs: number;
  /** Between two questions at least, where an end is expected. Absent: the fast one. */
  readonly leastMs?: number;
  /** While everything waits, and while the site does not answer. */
  readonly idleMs: number;
}

export const POLL_PACE: PollPace = {
  fastMs: 5000,
  normalMs: 15_000,
  slowMs: 60_000,
  idleMs: 300_000,
  leastMs: 1000,
};

/** The same with the user's own shortest interval: never more often, and the slower ones are no faster than that. */
export function paceOf(seconds: number | null): PollPace {
  if (seconds === null) return POLL_PACE;
  const least = (ms: number) => Math.max(ms, seconds * 1000);
  const { normalMs, slowMs, idleMs } = POLL_PACE;
  return { fastMs: seconds * 1000, normalMs: least(normalMs), slowMs: least(slowMs), idleMs: least(idleMs) };
}

/** No state of a poll is that stable: after so many quiet intervals the next slower one begins. */
const QUIET_INTERVALS = 12;

export interface PollState {
  /** Milliseconds since anything changed: an end, a start, a submission, a wish. */
  readonly quietMs: number;
  readonly running: number;
  /** Polls in a row that failed. */
  readonly failures: number;
}

/**
 * Milliseconds from one poll to the next. Fast while things happen, slower with each stretch of silence; where nothing
 * runs, only the site's queue can bring news. A site that does not answer is asked less and less.
 */
export function pollInterval({ quietMs, running, failures }: PollState, pace: PollPace = POLL_PACE): number {
  if (failures > 0) return Math.min(pace.fastMs * 2 ** failures, pace.idleMs);
  if (quietMs < pace.fastMs * QUIET_INTERVALS) return pace.fastMs;
  if (quietMs < pace.normalMs * QUIET_INTERVALS * 2) return pace.normalMs;
  if (running > 0 || quietMs < pace.slowMs * QUIET_INTERVALS * 5) return pace.slowMs;
  return pace.idleMs;
}
