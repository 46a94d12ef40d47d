import type { ScalingPolicy } from '../simulator/policy.ts';
import { demands } from './demand.ts';

interface Memory {
  readonly changedAt: number | null;
}

/**
 * The tutorials' rule (“AdaptiveScaler”, Tutorial 3): scale up when the tasks there are would keep 80 % of the workers
 * busy, scale down below 30 %, and wait 60 s between decisions. The new number is the one at which 80 % are busy.
 */
export function thresholdPolicy(up = 0.8, down = 0.3, cooldownSeconds = 60): ScalingPolicy<Memory> {
  return {
    name: 'threshold (tutorials)',
    intervalSeconds: 5,
    start: { changedAt: null },
    decide: (state, memory, { minWorkers, maxWorkers }) => {
      const workers: Record<string, number> = {};
      if (memory.changedAt !== null && state.at - memory.changedAt < cooldownSeconds)
        return { workers, memory };
      let changed = false;
      for (const { pool, tasks, workers: count } of demands(state)) {
        const share = count === 0 ? Number.POSITIVE_INFINITY : tasks / count;
        if ((tasks === 0 && count === 0) || (share < up && share >= down)) continue;
        const wished = Math.ceil(tasks / up);
        const bounded = Math.max(minWorkers[pool.tag] ?? 0, Math.min(maxWorkers[pool.tag] ?? wished, wished));
        if (bounded === count) continue;
        workers[pool.tag] = bounded;
        changed = true;
      }
      return { workers, memory: changed ? { changedAt: state.at } : memory };
    },
  };
}
