/**
 * As many workers as stay busy: with three of the longest tasks per worker the wait for the last one is at most a
 * seventh of the whole (Graham 1969: makespan ≤ total / workers + longest).
 */
const LONGEST_PER_WORKER = 3;

/** @param seconds mean and longest duration of one instance; null when unmeasured: then one worker */
export function suggestWorkers(instances: number, seconds: { mean: number; longest: number } | null): number {
  if (!seconds || seconds.longest <= 0) return 1;
  const workers = Math.ceil((instances * seconds.mean) / (LONGEST_PER_WORKER * seconds.longest));
  return Math.max(1, Math.min(instances, workers));
}
