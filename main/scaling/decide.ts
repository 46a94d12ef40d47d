import { certaintyOf, withEnd } from './certainty.ts';
import { chooseWorkers } from './choose-workers.ts';
import { type Change, explain } from './explain.ts';
import { type PoolLimits, poolLimits, readyTasks, shareTotal } from './limits.ts';
import { type Ahead, lookAhead, type PoolAhead } from './outlook.ts';
import type { PoolForecast } from './pool-course.ts';
import {
  type Decision,
  NO_MEMORY,
  type PoolState,
  type ScalerMemory,
  type ScaleSettings,
  type ScalingState,
  type TagMemory,
} from './state.ts';
import { countOf } from './work-bag.ts';

/** Fewer workers must be found enough so often in a row before any goes. */
const EQUAL_PROPOSALS = { safe: 3, aggressive: 1, manual: 1 } as const;
const NO_LIMITS: PoolLimits = { least: 0, most: Number.POSITIVE_INFINITY };
const NEVER: TagMemory = { lastUpAt: null, lastDownAt: null, fewerProposed: 0 };

/**
 * How many workers each tag should have now. Pure: the same state, settings and memory give the same decision. It
 * plays the known work, and what arrivals so far let expect, forward on different numbers of workers, and takes the
 * fewest that end about as early as can be (or by the deadline); of those it asks for what will have work by the
 * time it has started, and lets go what will stay idle longer than starting anew takes.
 *
 * The caller keeps `memory` for the next call. Workers that are wished and not there yet count as `starting`.
 */
export function decide(
  state: ScalingState,
  settings: ScaleSettings,
  memory: ScalerMemory = NO_MEMORY,
): Decision {
  const limits = poolLimits(state, settings);
  const ahead = lookAhead(
    state,
    settings,
    limits.map(({ most }) => Math.min(most, 10_000)),
  );
  const choice = hasWork(state, ahead) ? chooseWorkers(state, settings, limits, ahead) : null;
  const tags: Record<string, TagMemory> = {};
  const wishes = state.pools.map((pool, at) => {
    const before = memory.tags[pool.tag] ?? NEVER;
    const limit = limits[at] ?? NO_LIMITS;
    const wish =
      settings.policy === 'manual'
        ? { count: bounded(aliveOf(pool), limit), tag: before }
        : wishFor(pool, {
            state,
            settings,
            limit,
            before,
            ahead: ahead.pools[at],
            cap: choice?.caps[at] ?? 0,
            played: choice?.forecast.pools[at],
          });
    tags[pool.tag] = wish.tag;
    return wish.count;
  });
  const workers = shareTotal(
    state,
    (at) => ({ count: wishes[at] ?? 0, least: limits[at]?.least ?? 0 }),
    settings.maxTotal,
  );
  const changes = state.pools.map((pool, at) => ({
    pool,
    before: aliveOf(pool),
    after: workers[at] ?? 0,
    wished: wishes[at] ?? 0,
  }));
  for (const { pool, before, after } of changes) {
    const tag = tags[pool.tag] ?? NEVER;
    if (after > before) tags[pool.tag] = { ...tag, lastUpAt: state.at, fewerProposed: 0 };
    if (after < before) tags[pool.tag] = { ...tag, lastDownAt: state.at };
  }
  // Expected work takes workers, but its end is not what anybody waits for.
  const finish =
    choice === null ? null : ahead.isOpen ? ahead.playKnown(choice.caps).finish : choice.forecast.finish;
  const certainty = finish === null || !Number.isFinite(finish) ? null : certaintyOf(state, memory, finish);
  return {
    workers: byTag(changes, ({ after }) => after),
    workersToAdd: onlySome(byTag(changes, ({ before, after }) => after - before)),
    workersToRemove: onlySome(byTag(changes, ({ before, after }) => before - after)),
    reasoning: explain(state, settings, changes, ahead, choice),
    confidence: certainty?.confidence ?? null,
    predictedCompletion: certainty?.prediction ?? null,
    memory: {
      tags,
      expectedEnds:
        finish === null || !Number.isFinite(finish) ? [] : withEnd(memory.expectedEnds, state.at + finish),
    },
  };
}

interface WishInputs {
  readonly state: ScalingState;
  readonly settings: ScaleSettings;
  readonly limit: PoolLimits;
  readonly before: TagMemory;
  readonly ahead: PoolAhead | undefined;
  /** The most workers that are of use, and what they will do; nothing when there is no work. */
  readonly cap: number;
  readonly played: PoolForecast | undefined;
}

function wishFor(
  pool: PoolState,
  { state, settings, limit, before, ahead, cap, played }: WishInputs,
): { count: number; tag: TagMemory } {
  const alive = aliveOf(pool);
  const soon = Math.min(cap, played?.wantedSoon ?? 0);
  const later = Math.min(cap, played?.wantedLater ?? 0);
  const steady = { ...before, fewerProposed: 0 };
  if (alive > limit.most) return { count: limit.most, tag: steady };
  if (alive < limit.least) return { count: Math.max(limit.least, Math.min(limit.most, soon)), tag: steady };
  if (soon > alive && (played?.wantedThen ?? 0) >= settings.scaleUpThreshold * alive)
    return { count: bounded(soon, limit), tag: steady };
  const isOver = (played?.toBegin ?? 0) === 0;
  // Nobody is ended at work: whose work is over by the next decision goes then, as far as others are left for the rest.
  const atWork = Math.min(pool.busy, (played?.wantedNext ?? 0) + readyTasks(state, pool.tag));
  const wanted = Math.max(later, atWork);
  if (wanted >= alive) return { count: alive, tag: steady };
  const proposed = before.fewerProposed + 1;
  if (before.lastUpAt !== null && state.at - before.lastUpAt < settings.cooldownSeconds)
    return { count: alive, tag: { ...before, fewerProposed: proposed } };
  const isSettled = isOver || proposed >= EQUAL_PROPOSALS[settings.policy];
  // Those far beyond what is wanted go at once: there is no doubt to wait out.
  const doubtful =
    ahead?.arrivals !== 'none'
      ? Math.ceil(wanted + Math.sqrt(countOf(ahead?.expected ?? [])))
      : (played?.wantedFar ?? 0);
  const count = Math.min(alive, isSettled ? wanted : Math.max(wanted, doubtful));
  return { count: bounded(count, limit), tag: { ...before, fewerProposed: isSettled ? 0 : proposed } };
}

function hasWork({ stages }: ScalingState, { pools }: Ahead): boolean {
  return (
    stages.some(({ ready, waiting, running }) => ready.length + waiting.length + running.length > 0) ||
    pools.some(({ expected }) => expected.length > 0)
  );
}

function aliveOf({ idle, busy, starting }: PoolState): number {
  return idle + busy + starting.length;
}

function bounded(count: number, { least, most }: PoolLimits): number {
  return Math.max(least, Math.min(most, count));
}

function byTag(changes: readonly Change[], pick: (change: Change) => number): Record<string, number> {
  return Object.fromEntries(changes.map((change) => [change.pool.tag, pick(change)]));
}

function onlySome(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
