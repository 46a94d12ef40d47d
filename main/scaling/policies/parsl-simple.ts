import type { ScalingPolicy } from '../simulator/policy.ts';
import { demands } from './demand.ts';

const PARALLELISM = 1;
const MAX_IDLE_SECONDS = 120;

/** Per tag, since when there has been nothing to do. */
type Memory = Readonly<Record<string, number>>;

/**
 * Parsl's `simple` strategy (`parsl/jobs/strategy.py`, 2024), every 5 s, with blocks of one worker: out by what the tasks
 * times `parallelism` (1) lack in slots; by one block when there is none; never in while there are tasks; in to the
 * minimum after `max_idletime` (120 s) without any.
 */
export const parslPolicy: ScalingPolicy<Memory> = {
  name: 'parsl simple',
  intervalSeconds: 5,
  start: {},
  decide: (state, memory, { minWorkers, maxWorkers }) => {
    const workers: Record<string, number> = {};
    const idleSince: Record<string, number> = {};
    for (const { pool, tasks, workers: slots } of demands(state)) {
      const least = minWorkers[pool.tag] ?? 0;
      const most = maxWorkers[pool.tag] ?? Number.POSITIVE_INFINITY;
      if (tasks === 0) {
        const since = memory[pool.tag] ?? state.at;
        idleSince[pool.tag] = since;
        if (slots > least && state.at - since >= MAX_IDLE_SECONDS) workers[pool.tag] = least;
      } else if (slots === 0) workers[pool.tag] = Math.max(least, Math.min(1, most));
      else if (slots / tasks < PARALLELISM && slots < most)
        workers[pool.tag] = Math.min(most, slots + Math.ceil(tasks * PARALLELISM - slots));
    }
    return { workers, memory: idleSince };
  },
};
