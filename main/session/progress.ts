import { assumedSeconds } from '../planning/unknown-durations.ts';
import type { Capacity, ResourceRequest } from '../providers/provider.ts';
import type { LiveState } from './live-state.ts';

/** What is left and what was learned of one task's pace, kept up to date instance by instance. */
export interface TaskPace {
  /** Instances that have not ended, and the sum of their predicted run times where one was predicted. */
  remaining: number;
  remainingPredicted: number;
  remainingUnpredicted: number;
  /** What those instances ask for, all together. */
  remainingCpus: number;
  remainingMemoryBytes: number;
  done: number;
  /** Sums over finished instances: seconds, squares, and seconds predicted for those that had a prediction. */
  seconds: number;
  secondsSquared: number;
  predicted: number;
  predictedActual: number;
}

type Asked = Pick<ResourceRequest, 'cpus' | 'memoryBytes'>;

export function newPace(): TaskPace {
  return {
    remaining: 0,
    remainingPredicted: 0,
    remainingUnpredicted: 0,
    remainingCpus: 0,
    remainingMemoryBytes: 0,
    done: 0,
    seconds: 0,
    secondsSquared: 0,
    predicted: 0,
    predictedActual: 0,
  };
}

export function expect(
  pace: TaskPace,
  predictedSeconds: number | null,
  { cpus, memoryBytes }: Asked,
  sign: 1 | -1,
): void {
  pace.remaining += sign;
  pace.remainingCpus += sign * cpus;
  pace.remainingMemoryBytes += sign * (memoryBytes ?? 0);
  if (predictedSeconds === null) pace.remainingUnpredicted += sign;
  else pace.remainingPredicted += sign * predictedSeconds;
}

export function learn(pace: TaskPace, seconds: number, predictedSeconds: number | null): void {
  pace.done++;
  pace.seconds += seconds;
  pace.secondsSquared += seconds ** 2;
  if (predictedSeconds === null) return;
  pace.predicted += predictedSeconds;
  pace.predictedActual += seconds;
}

/** z of a two-sided 90 % interval. */
const Z90 = 1.645;
/** However even the pace, nobody knows the finish better than this. */
const LEAST_ERROR = 0.05;

/**
 * When the run will end: predicted run times, corrected by how predictions did so far in this run, or the mean of
 * what was measured, over the workers there are. Null while too much of the work is unknown.
 *
 * The interval is that of a sum of independent run times (variance n·s², or the mean itself as s before two were
 * measured), and at least 5 %.
 *
 * @param machine on which all work goes on: of so many workers only those are at work that it has room for
 */
export function predictFinish(
  paces: Iterable<TaskPace>,
  workers: number,
  now: number,
  machine: Pick<Capacity, 'cpus' | 'memoryBytes'> | null = null,
): LiveState['predictedFinish'] {
  const all = [...paces];
  const known = { count: 0, seconds: 0 };
  let unknown = 0;
  for (const pace of all) {
    known.count += pace.done + pace.remaining - pace.remainingUnpredicted;
    known.seconds += pace.seconds + pace.remainingPredicted;
    if (pace.done === 0) unknown += pace.remainingUnpredicted;
  }
  const assumed = assumedSeconds(known, unknown);
  let seconds = 0;
  let variance = 0;
  let left = 0;
  let cpus = 0;
  let memoryBytes = 0;
  for (const pace of all) {
    if (pace.remaining <= 0) continue;
    const mean = pace.done > 0 ? pace.seconds / pace.done : assumed;
    if (pace.remainingUnpredicted > 0 && mean === null) return null;
    const correction = pace.predicted > 0 ? pace.predictedActual / pace.predicted : 1;
    const work = Math.max(0, pace.remainingPredicted) * correction + pace.remainingUnpredicted * (mean ?? 0);
    const typical = work / pace.remaining;
    const spread =
      pace.done > 1
        ? Math.max(0, pace.secondsSquared / pace.done - (pace.seconds / pace.done) ** 2)
        : typical ** 2;
    seconds += work;
    variance += pace.remaining * spread;
    left += pace.remaining;
    cpus += pace.remainingCpus;
    memoryBytes += pace.remainingMemoryBytes;
  }
  if (left === 0 || workers === 0) return null;
  const share = machine ? Math.max(cpus / machine.cpus, memoryBytes / machine.memoryBytes) / left : 0;
  const room = share > 0 ? Math.max(1, Math.floor(1 / share)) : Number.POSITIVE_INFINITY;
  const parallel = Math.min(workers, left, room);
  const point = seconds / parallel;
  const margin = Math.max((Z90 * Math.sqrt(variance)) / parallel, point * LEAST_ERROR);
  const at = (offset: number) => Math.round(now + Math.max(0, offset) * 1000);
  return { low: at(point - margin), point: at(point), high: at(point + margin) };
}
