import { expectedWork } from './expected-work.ts';
import {
  expectedStage,
  type Forecast,
  type ForecastPool,
  type ForecastStage,
  forecast,
  forecastStages,
} from './forecast.ts';
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
/** What waits may be released sooner than predicted: workers are asked for so much ahead of a start-up time. */
const EARLY = 1.3;
/** A start-up that is overdue is taken to need this share of the usual time again. */
const OVERDUE_SHARE = 0.3;

export function lookAhead(state: ScalingState, settings: ScaleSettings, caps: readonly number[]): Ahead {
  const known = forecastStages(state.stages, state.pools, caps);
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
    for (const { comesIn, group } of outlook.work) expected.push(expectedStage(at, comesIn, group));
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
    isOpen: pools.some(({ arrivals }) => arrivals !== 'none'),
    play: (counts) => forecast(all, forecastPools(counts)),
    playKnown: (counts) => forecast(known, forecastPools(counts)),
    pools,
  };
}

function forecastPool(
  pool: PoolState,
  { alive, lead, keep }: PoolAhead,
  count: number,
  settings: ScaleSettings,
): ForecastPool {
  const { intervalSeconds } = settings;
  const { queueSeconds, startSeconds } = pool.startup;
  return {
    idle: pool.idle,
    startingIn: pool.starting.map((age) => Math.max(OVERDUE_SHARE * lead, lead - age)),
    added: Math.max(0, count - alive),
    addedIn: lead,
    soon: EARLY * startSeconds + QUEUE_SHARE[settings.objective] * queueSeconds + intervalSeconds,
    later: keep + intervalSeconds,
  };
}
