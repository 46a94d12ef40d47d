import type { PoolState, ScaleSettings, ScalingState } from './state.ts';

export interface PoolLimits {
  readonly least: number;
  readonly most: number;
}

/** What of the budget keeps a reserve for what is measured late: start-ups that take longer. */
const STARTUP_MARGIN = 3;

/** How many workers each pool may have now: min, max, and what the money still allows. In the order of the pools. */
export function poolLimits(state: ScalingState, settings: ScaleSettings): PoolLimits[] {
  const allowed = affordable(state, settings);
  return state.pools.map(({ tag }) => {
    const most = Math.min(
      settings.maxWorkers[tag] ?? Number.POSITIVE_INFINITY,
      settings.maxTotal ?? Number.POSITIVE_INFINITY,
    );
    const least = Math.min(most, settings.minWorkers[tag] ?? 0);
    return { least: Math.min(least, allowed), most: Math.min(most, allowed) };
  });
}

/**
 * So many workers of each pool that the budget holds whatever happens: each may have to be paid for a start-up, for
 * the rest of what it does, and for one more task that it begins before the next decision.
 */
function affordable(state: ScalingState, { budgetUsd, intervalSeconds }: ScaleSettings): number {
  if (budgetUsd === null) return Number.POSITIVE_INFINITY;
  let committed = state.spentUsd;
  let perWorker = 0;
  for (const pool of state.pools) {
    if (pool.usdPerHour <= 0) continue;
    const longest = longestTask(state, pool);
    committed += (pool.busy * longest * pool.usdPerHour) / 3600;
    const reserve = STARTUP_MARGIN * pool.startup.startSeconds + longest + 2 * intervalSeconds;
    perWorker += (reserve * pool.usdPerHour) / 3600;
  }
  if (perWorker === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.floor((budgetUsd - committed) / perWorker));
}

/** What a worker that has begun something may take at most: the time limit, else far beyond anything predicted or measured. */
function longestTask(state: ScalingState, { tag, commitmentSeconds = 0 }: PoolState): number {
  let longest = commitmentSeconds;
  for (const stage of state.stages) {
    if (stage.tag !== tag) continue;
    const predicted = Math.max(
      stage.ready[0]?.seconds ?? 0,
      stage.waiting[0]?.seconds ?? 0,
      stage.finished.longest,
      ...stage.running.map((work) => Math.max(work.predicted, work.elapsed)),
    );
    longest = Math.max(longest, stage.limitSeconds ?? 3 * predicted);
  }
  return longest;
}

/** No more than the total over all tags: what is beyond it is taken from those who would add most. */
export function withinTotal(
  wished: readonly number[],
  least: readonly number[],
  total: number | null,
): number[] {
  const kept = [...wished];
  let over = kept.reduce((sum, count) => sum + count, 0) - (total ?? Number.POSITIVE_INFINITY);
  while (over > 0) {
    let from = 0;
    for (let at = 1; at < kept.length; at++)
      if ((kept[at] ?? 0) - (least[at] ?? 0) > (kept[from] ?? 0) - (least[from] ?? 0)) from = at;
    if ((kept[from] ?? 0) <= 0) break;
    kept[from] = (kept[from] ?? 0) - 1;
    over--;
  }
  return kept;
}
