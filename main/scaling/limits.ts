import type { PoolState, ScaleSettings, ScalingState } from './state.ts';
import { countOf } from './work-bag.ts';

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

/** What one tag wishes of a total that all share. */
export interface Wish {
  readonly count: number;
  readonly least: number;
  /** Who works is never ended, and counts until it is done. */
  readonly busy: number;
  /** Tasks that could begin now. */
  readonly ready: number;
}

/**
 * No more than the total over all tags, whatever they wish and whoever is still at work. The total goes before each
 * tag's minimum; those with work to begin come first, each with one, so that nobody idle keeps them waiting.
 *
 * @param total null: no other limit than each tag's
 */
export function withinTotal(wishes: readonly Wish[], total: number | null): number[] {
  const kept = wishes.map(({ count, busy }) => Math.min(count, busy));
  let left = wishes.reduce((rest, { busy }) => rest - busy, total ?? Number.POSITIVE_INFINITY);
  const give = (at: number, upTo: number) => {
    const more = Math.max(0, Math.min(left, upTo - (kept[at] ?? 0)));
    kept[at] = (kept[at] ?? 0) + more;
    left -= more;
  };
  const inNeed = [...wishes.keys()].filter((at) => (wishes[at]?.ready ?? 0) > 0);
  inNeed.sort((a, b) => (wishes[b]?.ready ?? 0) - (wishes[a]?.ready ?? 0));
  const inOrder = [...inNeed, ...[...wishes.keys()].filter((at) => !inNeed.includes(at))];
  for (const at of inNeed) give(at, Math.min(1, wishes[at]?.count ?? 0));
  for (const at of inOrder) give(at, Math.min(wishes[at]?.least ?? 0, wishes[at]?.count ?? 0));
  // What is left goes to each in proportion to what it lacks.
  const lacking = (at: number) => (wishes[at]?.count ?? 0) - (kept[at] ?? 0);
  const all = inOrder.reduce((sum, at) => sum + lacking(at), 0);
  if (all > left && left > 0) {
    const share = left / all;
    for (const at of inOrder) give(at, (kept[at] ?? 0) + Math.floor(share * lacking(at)));
  }
  for (const at of inOrder) give(at, wishes[at]?.count ?? 0);
  return kept;
}

/** `withinTotal` for the pools of a state, in their order: who works and what waits is read off it. */
export function shareTotal(
  state: ScalingState,
  wishOf: (at: number, tag: string) => Pick<Wish, 'count' | 'least'>,
  total: number | null,
): number[] {
  return withinTotal(
    state.pools.map(({ tag, busy }, at) => ({ ...wishOf(at, tag), busy, ready: readyTasks(state, tag) })),
    total,
  );
}

/** Tasks of a tag that could begin now. */
export function readyTasks({ stages }: ScalingState, tag: string): number {
  return stages.reduce((sum, stage) => (stage.tag === tag ? sum + countOf(stage.ready) : sum), 0);
}
