import type { Forecast } from './forecast.ts';
import type { PoolLimits } from './limits.ts';
import type { Ahead } from './outlook.ts';
import type { ScaleSettings, ScalingState } from './state.ts';

export interface Choice {
  /** The most workers each pool should have while this work lasts. */
  readonly caps: readonly number[];
  readonly forecast: Forecast;
  /** Seconds from now: with all workers that are allowed, and what is aimed at. */
  readonly best: number;
  readonly aim: number;
  /** The deadline cannot be met, as far as can be told. */
  readonly misses: boolean;
}

/**
 * How much later than the earliest possible end a run may end to save money, as a share of what is left of it: what
 * has passed is no licence to be late again in every phase.
 */
const SLACK = { 'minimize time': 0.005, balance: 0.015, 'minimize cost': 0.25 } as const;
/** What is predicted may last so much longer before a deadline is in danger. */
const DEADLINE_MARGIN = { safe: 1.2, aggressive: 1.1, manual: 1.1 } as const;

/** The fewest workers with which the work ends about as early as it can, or by the deadline. */
export function chooseWorkers(
  state: ScalingState,
  settings: ScaleSettings,
  limits: readonly PoolLimits[],
  ahead: Ahead,
): Choice {
  const most = limits.map((limit, at) => Math.max(limit.least, mostUseful(state, at, limit, ahead)));
  const fastest = ahead.play(most);
  const { aim, misses } = aimOf(state, settings, ahead, fastest.finish);
  const caps = limits.map((limit, at) =>
    Math.min(most[at] ?? 0, Math.max(limit.least, ahead.pools[at]?.alive ?? 0)),
  );
  const isAll = caps.every((cap, at) => cap === most[at]);
  let chosen = isAll ? fastest : ahead.play(caps);
  if (chosen.finish > aim) {
    // From all that are allowed down, the dearest first.
    for (const [at, cap] of most.entries()) caps[at] = cap;
    const order = caps.map((_, at) => at).sort((a, b) => priceOf(state, b) - priceOf(state, a));
    for (const at of order) {
      let enough = most[at] ?? 0;
      let tooFew = Math.max(limits[at]?.least ?? 0, Math.min(enough, ahead.pools[at]?.alive ?? 0)) - 1;
      while (enough - tooFew > 1) {
        const middle = Math.floor((enough + tooFew) / 2);
        caps[at] = middle;
        if (ahead.play(caps).finish <= aim) enough = middle;
        else tooFew = middle;
      }
      caps[at] = enough;
    }
    chosen = ahead.play(caps);
  }
  return { caps, forecast: chosen, best: fastest.finish, aim, misses };
}

function aimOf(
  { at }: ScalingState,
  { objective, policy, deadlineSeconds }: ScaleSettings,
  { isOpen }: Ahead,
  best: number,
): { aim: number; misses: boolean } {
  // While more keeps coming, a run is taken to go on as long as it has, and to catch up between.
  const left = isOpen ? at + Math.max(at, best) : best;
  const slack = best + SLACK[objective] * left;
  if (deadlineSeconds === null) return { aim: slack, misses: false };
  const misses = best > deadlineSeconds - at;
  // As fast as it goes when it is short; what is aimed at must be possible.
  const inTime = Math.max(best * 1.001, (deadlineSeconds - at) / DEADLINE_MARGIN[policy]);
  return { aim: objective === 'minimize cost' ? inTime : Math.min(slack, inTime), misses };
}

/** More workers than tasks help nobody. */
function mostUseful(state: ScalingState, at: number, { most }: PoolLimits, ahead: Ahead): number {
  const tag = state.pools[at]?.tag;
  let tasks = 0;
  for (const stage of state.stages) {
    if (stage.tag !== tag) continue;
    for (const { count } of stage.ready) tasks += count;
    for (const { count } of stage.waiting) tasks += count;
    tasks += stage.running.length;
  }
  for (const { count } of ahead.pools[at]?.expected ?? []) tasks += count;
  return Math.min(most, tasks);
}

function priceOf({ pools }: ScalingState, at: number): number {
  return pools[at]?.usdPerHour ?? 0;
}
