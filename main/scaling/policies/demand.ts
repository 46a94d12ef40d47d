import type { PoolState, ScalingState } from '../state.ts';
import { countOf } from '../work-bag.ts';

/** What rules that count tasks see of a tag. */
export interface Demand {
  readonly pool: PoolState;
  /** Without a worker. */
  readonly queued: number;
  /** Queued and running. */
  readonly tasks: number;
  /** Workers, those starting included. */
  readonly workers: number;
}

export function demands(state: ScalingState): Demand[] {
  return state.pools.map((pool) => {
    let queued = 0;
    let running = 0;
    for (const stage of state.stages) {
      if (stage.tag !== pool.tag) continue;
      queued += countOf(stage.ready);
      running += stage.running.length;
    }
    return { pool, queued, tasks: queued + running, workers: pool.idle + pool.busy + pool.starting.length };
  });
}
