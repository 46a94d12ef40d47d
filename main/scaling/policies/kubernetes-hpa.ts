import type { ScalingPolicy } from '../simulator/policy.ts';
import { demands } from './demand.ts';

const TOLERANCE = 0.1;
const STABLE_SECONDS = 300;
const MOST_PODS_ADDED = 4;

interface Advice {
  readonly at: number;
  readonly workers: number;
}

/** Per tag, what was advised in the last five minutes. */
type Memory = Readonly<Record<string, readonly Advice[]>>;

/**
 * Kubernetes' horizontal pod autoscaler (autoscaling/v2, default behaviour), every 15 s: ⌈replicas × metric ÷ target⌉,
 * no change within a tolerance of 10 %, at most doubling or 4 more per 15 s, down to the highest advice of the last
 * 300 s. The metric is tasks per worker with a target of 1, the usual one for queues. Never below one replica.
 */
export const hpaPolicy: ScalingPolicy<Memory> = {
  name: 'kubernetes hpa',
  intervalSeconds: 15,
  start: {},
  decide: (state, memory, { minWorkers, maxWorkers }) => {
    const workers: Record<string, number> = {};
    const advised: Record<string, readonly Advice[]> = {};
    for (const { pool, tasks, workers: replicas } of demands(state)) {
      const least = Math.max(1, minWorkers[pool.tag] ?? 1);
      const current = Math.max(least, replicas);
      const ratio = tasks / current;
      const raw = Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(current * ratio);
      const recent = [...(memory[pool.tag] ?? []), { at: state.at, workers: raw }].filter(
        ({ at }) => state.at - at <= STABLE_SECONDS,
      );
      advised[pool.tag] = recent;
      const stable =
        raw < current ? Math.min(current, Math.max(...recent.map((advice) => advice.workers))) : raw;
      const fastest = Math.max(2 * current, current + MOST_PODS_ADDED);
      const bounded = Math.min(stable, fastest, maxWorkers[pool.tag] ?? Number.POSITIVE_INFINITY);
      workers[pool.tag] = Math.max(least, bounded);
    }
    return { workers, memory: advised };
  },
};
