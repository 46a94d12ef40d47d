import { expectedWork } from './expected-work.ts';
import { type Forecast, forecast } from './forecast.ts';
import { expectedStage, type ForecastStage, forecastStages } from './forecast-work.ts';
import type { ForecastPool } from './pool-course.ts';
import type { PoolState, ScaleSettings, ScalingState } from './state.ts';
import type { WorkGroup } from './work-bag.ts';

/** What lies ahead of a state, ready to be played under different numbers of workers. */
export interface Ahead {
  /** More work is likely to come than is known. */
  readonly isOpen: boolean;
  /** Known and expected work. */
  readonly play: (caps: readonly number[]) => Forecast;
  /** Known work only. */
  readonly playKnown: (caps: readonly number[]) => Forecast;
  readonly pools: readonly PoolAhead[];
}

export interface PoolAhead {
  readonly alive: number;
  /** From asking for a worker until it can work. */
  readonly lead: number;
  /** An idle worker that would be needed within this time is cheaper to keep than to start again. */
  readonly keep: number;
  /** How arrivals look. */
  readonly arrivals: 'none' | 'bursts' | 'stream';
  readonly expected: readonly WorkGroup[];
}

/** The share of use at which keeping an idle worker for the length of a start-up pays. */
const USUAL_DOWN_THRESHOLD = 0.3;
/** Waiting for the site costs no money, but a worker that was given away may have to be waited for. */
const QUEUE_SHARE = { 'minimize time': 1, balance: 0.6, 'minimize cost': 0 } as const;
/** What comes may come sooner than predicted: who is not wanted for so many times as long as keeping pays goes at once. */
const FAR = 1.5;
/** A start-up that is overdue is taken to need this share of the usual time again. */
const OVERDUE_SHARE = 0.3;

export function lookAhead(state: ScalingState, settings: ScaleSettings, caps: readonly number[]): Ahead {
  const known = forecastStages(state.stages, state.pools, caps, settings.maxTotal);
  const expected: ForecastStage[] = [];
  const pools = state.pools.map((pool, at) => {
    const lead = pool.startup.queueSeconds + pool.startup.startSeconds;
    const keep =
      pool.startup.startSeconds * (USUAL_DOWN_THRESHOLD / Math.max(0.01, settings.scaleDownThreshold)) +
      QUEUE_SHARE[settings.objective] * pool.startup.queueSeconds;
    const outlook = expectedWork(
      state.arrivals.filter(({ tag }) => tag === pool.tag),
      state.at,
      Math.max(lead, keep),
    );
    for (const { comesIn, group } of outlook.work)
      expected.push(expectedStage(at, comesIn, group, settings.maxTotal));
    return {
      alive: pool.idle + pool.busy + pool.starting.length,
      lead,
      keep,
      arrivals: outlook.kind,
      expected: outlook.work.map(({ group }) => group),
    };
  });
  const forecastPools = (counts: readonly number[]) =>
    state.pools.map((pool, at) => forecastPool(pool, pools[at] as PoolAhead, counts[at] ?? 0, settings));
  const all = [...known, ...expected];
  return {
    isOpen: isOpen(state) || pools.some(({ arrivals }) => arrivals !== 'none'),
    play: (counts) => forecast(all, forecastPools(counts)),
    playKnown: (counts) => forecast(known, forecastPools(counts)),
    pools,
  };
}

/** Whoever submits as a run goes on is taken to do so for as long again as up to the last time (Lindy's rule). */
function isOpen({ at, arrivals }: ScalingState): boolean {
  return at < 2 * (arrivals.at(-1)?.at ?? 0);
}

function forecastPool(
  pool: PoolState,
  { alive, lead, keep }: PoolAhead,
  count: number,
  settings: ScaleSettings,
): ForecastPool {
  const { intervalSeconds } = settings;
  const { queueSeconds, startSeconds } = pool.startup;
  const released = Math.min(pool.idle, Math.max(0, alive - count));
  // The next decision would be too late for what comes within an interval of that.
  const soon = startSeconds + QUEUE_SHARE[settings.objective] * queueSeconds + 2 * intervalSeconds;
  return {
    idle: pool.idle - released,
    alive: alive - released,
    startingIn: pool.starting.map((age) => Math.max(OVERDUE_SHARE * lead, lead - age)),
    added: Math.max(0, count - alive),
    addedIn: lead,
    startSeconds,
    next: intervalSeconds,
    soon,
    later: Math.max(soon, keep + intervalSeconds),
    far: Math.max(soon, FAR * keep + intervalSeconds),
  };
}
