import type { ScalingPolicy } from '../simulator/policy.ts';
import type { ScalingState } from '../state.ts';
import { demands } from './demand.ts';

const TARGET_SECONDS = 5;
const WAIT_COUNT = 3;
/** `distributed.scheduler.unknown-task-duration`. */
const UNKNOWN_SECONDS = 0.5;

/** Per tag, how many workers the last evaluations in a row found superfluous. */
type Memory = Readonly<Record<string, readonly number[]>>;

/**
 * Dask's adaptive rule (`distributed/deploy/adaptive_core.py` and `Scheduler.adaptive_target`, 2024.12), every second:
 * as many workers as finish the expected work in `target_duration` = 5 s, never more than there are tasks. Up at once;
 * down only what was found superfluous `wait_count` = 3 times in a row: workers not here yet first, then idle ones.
 * Durations are the means measured so far per task, 0.5 s before; a task that runs longer counts twice its elapsed
 * time. The rule about stored data has no counterpart here.
 */
export const daskPolicy: ScalingPolicy<Memory> = {
  name: 'dask adaptive',
  intervalSeconds: 1,
  start: {},
  decide: (state, memory, { minWorkers, maxWorkers }) => {
    const workers: Record<string, number> = {};
    const counts: Record<string, readonly number[]> = {};
    const occupancy = occupancies(state);
    for (const { pool, tasks, workers: count } of demands(state)) {
      const byWork = Math.ceil((occupancy.get(pool.tag) ?? 0) / TARGET_SECONDS);
      const target = Math.max(
        minWorkers[pool.tag] ?? 0,
        Math.min(maxWorkers[pool.tag] ?? tasks, byWork, tasks),
      );
      if (target >= count) {
        workers[pool.tag] = target;
        counts[pool.tag] = [];
        continue;
      }
      const superfluous = Math.min(count - target, pool.starting.length + pool.idle);
      const proposed = [...(memory[pool.tag] ?? []), superfluous].slice(-WAIT_COUNT);
      counts[pool.tag] = proposed;
      workers[pool.tag] = proposed.length < WAIT_COUNT ? count : count - Math.min(...proposed);
    }
    return { workers, memory: counts };
  },
};

function occupancies({ stages }: ScalingState): Map<string, number> {
  const measured = new Map<string, { count: number; seconds: number }>();
  for (const { task, finished } of stages) {
    const sum = measured.get(task) ?? { count: 0, seconds: 0 };
    measured.set(task, { count: sum.count + finished.count, seconds: sum.seconds + finished.seconds });
  }
  const occupancy = new Map<string, number>();
  for (const { task, tag, ready, running } of stages) {
    const { count, seconds } = measured.get(task) ?? { count: 0, seconds: 0 };
    const mean = count === 0 ? UNKNOWN_SECONDS : seconds / count;
    let sum = 0;
    for (const group of ready) sum += group.count * mean;
    for (const { elapsed } of running) sum += elapsed > mean ? elapsed : mean - elapsed;
    occupancy.set(tag, (occupancy.get(tag) ?? 0) + sum);
  }
  return occupancy;
}
