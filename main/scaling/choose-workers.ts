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
 * How many per cent of the money one per cent of the time is worth, and how much later than the earliest possible end
 * a run may end at most, as a share of what is left of it: what has passed is no licence to be late again in every phase.
 */
const TRADE = {
  'minimize time': { worth: 50, most: 0.005 },
  balance: { worth: 1.25, most: 0.15 },
  'minimize cost': { worth: 0.005, most: 0.25 },
} as const;
/**
 * Of a run to which more keeps coming only this share of what was spent counts: no delay of what comes in between lasts
 * to its end.
 */
const OPEN_SHARE = 0.25;
/** What is predicted may last so much longer before a deadline is in danger. */
const DEADLINE_MARGIN = { safe: 1.2, aggressive: 1.1, manual: 1.1 } as const;
/** A change must be better than none by this share. */
const LEAST_GAIN = 0.002;
/** Between the workers there are and all that are allowed so many numbers are tried, and then nearer to the best. */
const STEPS = 7;
const NEARER = [0.16, 0.08, 0.04] as const;

/** The numbers of workers that trade time and money best, in time for the deadline. */
export function chooseWorkers(
  state: ScalingState,
  settings: ScaleSettings,
  limits: readonly PoolLimits[],
  ahead: Ahead,
): Choice {
  const most = limits.map((limit, at) => Math.max(limit.least, mostUseful(state, at, limit, ahead)));
  const within = (count: (at: number) => number) =>
    most.map((top, at) => Math.min(top, Math.max(limits[at]?.least ?? 0, count(at))));
  const alive = within((at) => ahead.pools[at]?.alive ?? 0);
  // While more keeps coming, who is idle may be wanted for what nobody knows of.
  const fewest = ahead.isOpen
    ? alive
    : within((at) => (ahead.pools[at]?.alive ?? 0) - (state.pools[at]?.idle ?? 0));
  const fastest = ahead.play(most);
  const { aim, misses, left } = aimOf(state, settings, ahead, fastest.ends);
  const past = pastOf(state, ahead);
  const score = ({ undone, ends, pools }: Forecast) =>
    undone > fastest.undone || ends > aim
      ? Number.POSITIVE_INFINITY
      : Math.log(past.paid + priceOfAll(state, pools)) +
        TRADE[settings.objective].worth * Math.log(past.seconds + left + ends - fastest.ends);
  const search = new Search(ahead.play, score, { fewest, alive, most }, fastest);
  // The dearest first.
  const order = most.map((_, at) => at).sort((a, b) => priceOf(state, b) - priceOf(state, a));
  for (const at of order) search.improve(at);
  return { ...search.best, best: fastest.finish, aim, misses };
}

/** Per pool: those who stay whatever is chosen, all there are, and all that are allowed and of use. */
interface Range {
  readonly fewest: readonly number[];
  readonly alive: readonly number[];
  readonly most: readonly number[];
}

class Search {
  readonly #play: Ahead['play'];
  readonly #score: (forecast: Forecast) => number;
  readonly #range: Range;
  #caps: readonly number[];
  #forecast: Forecast;
  #least: number;

  constructor(play: Ahead['play'], score: (forecast: Forecast) => number, range: Range, fastest: Forecast) {
    const { alive, most } = range;
    this.#play = play;
    this.#score = score;
    this.#range = range;
    this.#caps = alive;
    this.#forecast = alive.every((count, at) => count === most[at]) ? fastest : play(alive);
    this.#least = score(this.#forecast) - LEAST_GAIN;
    this.#take(most, fastest);
  }

  get best(): { readonly caps: readonly number[]; readonly forecast: Forecast } {
    return { caps: this.#caps, forecast: this.#forecast };
  }

  /** Tries other numbers of workers for one pool, those of the others being as they are. */
  improve(at: number): void {
    const most = this.#range.most[at] ?? 0;
    const fewest = this.#range.fewest[at] ?? 0;
    const alive = this.#range.alive[at] ?? 0;
    const tried = new Set([this.#caps[at]]);
    if (this.#caps.every((cap, other) => other === at || cap === this.#range.alive[other])) tried.add(alive);
    const attempt = (wished: number) => {
      const count = Math.round(wished);
      if (count < fewest || count > most || tried.has(count)) return;
      tried.add(count);
      const caps = this.#caps.with(at, count);
      this.#take(caps, this.#play(caps));
    };
    if (most === fewest) return;
    for (let step = 0; step < STEPS; step++) attempt(most * (Math.max(1, fewest) / most) ** (step / STEPS));
    attempt(fewest);
    attempt(alive);
    for (const share of NEARER) {
      const centre = this.#caps[at] ?? 0;
      attempt(centre * (1 - share));
      attempt(centre * (1 + share));
    }
  }

  #take(caps: readonly number[], forecast: Forecast): void {
    const score = this.#score(forecast);
    if (!(score < this.#least)) return;
    this.#least = score;
    this.#caps = caps;
    this.#forecast = forecast;
  }
}

/**
 * Time and money are traded over the whole run, where it is known what it has cost: what has passed belongs to both.
 * An open run has its past in what is taken to be left of it.
 */
function pastOf(
  { at, spentUsd }: ScalingState,
  { isOpen }: Ahead,
): { readonly paid: number; readonly seconds: number } {
  const paid = 3600 * spentUsd;
  return isOpen ? { paid: OPEN_SHARE * paid, seconds: 0 } : { paid, seconds: spentUsd > 0 ? at : 0 };
}

/** Dollars times 3600; worker-seconds where no worker has a price. */
function priceOfAll(state: ScalingState, pools: Forecast['pools']): number {
  const isFree = state.pools.every(({ usdPerHour }) => usdPerHour <= 0);
  let paid = 0;
  for (const [at, { paidSeconds }] of pools.entries())
    paid += paidSeconds * (isFree ? 1 : priceOf(state, at));
  return Math.max(1e-6, paid);
}

function aimOf(
  { at }: ScalingState,
  { objective, policy, deadlineSeconds }: ScaleSettings,
  { isOpen }: Ahead,
  best: number,
): { aim: number; misses: boolean; left: number } {
  // While more keeps coming, a run is taken to go on as long as it has, and to catch up between.
  const left = isOpen ? at + Math.max(at, best) : best;
  const slack = best + TRADE[objective].most * left;
  if (deadlineSeconds === null) return { aim: slack, misses: false, left };
  const misses = best > deadlineSeconds - at;
  // As fast as it goes when it is short; what is aimed at must be possible.
  const inTime = Math.max(best * 1.001, (deadlineSeconds - at) / DEADLINE_MARGIN[policy]);
  return { aim: objective === 'minimize cost' ? inTime : Math.min(slack, inTime), misses, left };
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
