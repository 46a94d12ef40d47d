import type { Interval } from '../telemetry/events.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { FrontEvidence, FrontPoint } from './plan.ts';
import { type ScheduledWork, simulateSchedule } from './schedule.ts';

/** From 90 % intervals, as predictions carry them, to a standard deviation. */
const HALF_WIDTH = 1.645;
/** … and from there to the range that holds four of five. */
const BAND = 1.2816;
/** More workers stop helping where all that are allowed would shorten the run by less than this share. */
const HELPS = 0.01;

/** What the front says beyond its points: null where it has none. */
export async function frontEvidence(
  work: readonly ScheduledWork[],
  graph: DependencyGraph,
  front: readonly FrontPoint[],
): Promise<FrontEvidence | null> {
  if (front.length === 0) return null;
  const endless = { workers: work.length, workersByTag: {}, machine: null };
  const { makespanSeconds, busySeconds } = await simulateSchedule(work, graph, endless);
  const shortest = Math.min(...front.map(({ timeSeconds }) => timeSeconds));
  const knee = front.find(({ timeSeconds }) => timeSeconds <= shortest * (1 + HELPS));
  return {
    workSeconds: busySeconds,
    criticalPathSeconds: makespanSeconds,
    serialShare: busySeconds > 0 ? makespanSeconds / busySeconds : 1,
    mostSpeedup: makespanSeconds > 0 ? busySeconds / makespanSeconds : 1,
    kneeWorkers: knee?.workers ?? null,
  };
}

/**
 * Four of five times the run ends in this range: errors of single predictions average out over the work of a worker,
 * that of the longest instance does not.
 */
export function timeRange(
  seconds: number,
  workers: number,
  work: readonly ScheduledWork[],
  intervals: readonly (Interval | null)[],
): { readonly low: number; readonly high: number } {
  let variance = 0;
  let longest = 0;
  let longestDeviation = 0;
  for (const [at, item] of work.entries()) {
    const interval = intervals[at];
    const deviation = interval
      ? Math.max(0, interval.high - interval.low) / (2 * HALF_WIDTH)
      : item.seconds / 2;
    variance += deviation ** 2;
    if (item.seconds <= longest) continue;
    longest = item.seconds;
    longestDeviation = deviation;
  }
  const averaged = variance / Math.max(1, Math.min(workers, work.length)) ** 2;
  // The longest decides when the run ends where it takes most of the time.
  const tail = seconds > 0 ? longestDeviation * Math.min(1, longest / seconds) : 0;
  const half = BAND * Math.sqrt(averaged + tail ** 2);
  return { low: Math.max(0, seconds - half), high: seconds + half };
}
