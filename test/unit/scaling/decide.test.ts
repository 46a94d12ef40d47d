import { describe, expect, it } from 'vitest';
import { decide } from '../../../main/scaling/decide.ts';
import { expectedWork } from '../../../main/scaling/expected-work.ts';
import { NOTHING_FINISHED } from '../../../main/scaling/finished.ts';
import { normalQuantile, normalShare } from '../../../main/scaling/normal.ts';
import { DEFAULT_SETTINGS } from '../../../main/scaling/policies/predictive.ts';
import {
  NO_MEMORY,
  type PoolState,
  type ScalerMemory,
  type ScalingState,
} from '../../../main/scaling/state.ts';

const pool = (more: Partial<PoolState> = {}): PoolState => ({
  tag: 'm',
  idle: 0,
  busy: 0,
  starting: [],
  startup: { queueSeconds: 0, startSeconds: 30 },
  usdPerHour: 1,
  walltimeSeconds: null,
  ...more,
});
const state = (count: number, seconds: number, more: Partial<PoolState> = {}, at = 0): ScalingState => ({
  at,
  pools: [pool(more)],
  stages: [
    {
      task: 't',
      tag: 'm',
      ready: count > 0 ? [{ count, seconds }] : [],
      waiting: [],
      running: [],
      needs: [],
      finished: { ...NOTHING_FINISHED, count: 50, seconds: 50 * seconds, predictedSeconds: 50 * seconds },
      limitSeconds: null,
    },
  ],
  arrivals: [],
  spentUsd: 0,
});
const settings = { ...DEFAULT_SETTINGS, maxWorkers: { m: 20 } };

describe('a scale decision', () => {
  it('reaches one fixed point: what it wished is what it wishes next', () => {
    for (const count of [0, 1, 7, 50, 400]) {
      let alive = 0;
      let memory: ScalerMemory = NO_MEMORY;
      const wishes: number[] = [];
      for (let i = 0; i < 12; i++) {
        const decision = decide(state(count, 60, { idle: alive }, i * 100), settings, memory);
        memory = decision.memory;
        alive = decision.workers.m ?? 0;
        wishes.push(alive);
      }
      expect(new Set(wishes.slice(6)).size).toBe(1);
    }
  });

  it('is no later in its last phase because the phases before it took long', () => {
    const early = decide(state(60, 60), settings, NO_MEMORY);
    const late = decide(state(60, 60, {}, 20_000), settings, NO_MEMORY);
    expect(late.workersToAdd).toEqual(early.workersToAdd);
  });

  it('adds nothing where more would not end the run sooner', () => {
    const decision = decide(state(1, 600, { idle: 1 }), settings);
    expect([decision.workersToAdd, decision.workersToRemove]).toEqual([{}, {}]);
    expect(decision.reasoning).toContain('No change');
  });

  it('lets go with the next decision in view whoever ends before it, but one for each task that waits', () => {
    const [stage] = state(0, 10).stages;
    if (!stage) throw new Error('no stage');
    const work = (count: number, elapsed: number, predicted: number) =>
      new Array<{ elapsed: number; predicted: number }>(count).fill({ elapsed, predicted });
    const ending = { ...stage, running: [...work(8, 9.9, 10), ...work(2, 0, 300)] };
    const after = {
      ...stage,
      waiting: [{ count: 1, seconds: 10 }],
      needs: [{ stage: 0, kind: 'all' as const }],
    };
    const wish = (ready: number) =>
      decide(
        {
          ...state(0, 10, { busy: 10 }),
          stages: [{ ...ending, ready: ready > 0 ? [{ count: ready, seconds: 1 }] : [] }, after],
        },
        { ...settings, policy: 'aggressive' },
      ).workers;
    expect(wish(0)).toEqual({ m: 2 });
    expect(wish(3)).toEqual({ m: 5 });
  });

  it('predicts no end that the machine cannot keep, and asks it for no more workers than it can use', () => {
    const { stages, ...rest } = state(40, 60, { idle: 2 });
    const shared = { ...rest, stages: stages.map((stage) => ({ ...stage, machineShare: 0.5 })) };
    const { predictedCompletion, workersToAdd } = decide(shared, settings);
    expect(predictedCompletion?.point).toBeGreaterThan(1100);
    expect(workersToAdd).toEqual({});
  });

  it('says why a worker goes in words that fit the time a start takes', () => {
    const why = (startSeconds: number) =>
      decide(state(0, 60, { idle: 3, startup: { queueSeconds: 0, startSeconds } }), {
        ...settings,
        policy: 'aggressive',
      }).reasoning;
    expect(why(60)).toBe(
      'Let 3 workers of m go: no work for them is in sight within 1 min, after which a new start is cheaper than waiting.',
    );
    expect(why(0.01)).toBe(
      'Let 3 workers of m go: no work for them is in sight, and a new start takes no time.',
    );
  });

  it('takes fewer workers when the deadline leaves time', () => {
    const wish = (deadlineSeconds: number) =>
      decide(state(100, 60), { ...settings, objective: 'minimize cost', deadlineSeconds }).workers.m ?? 0;
    expect(wish(4000)).toBeLessThan(wish(800));
    expect(wish(4000)).toBeGreaterThan(0);
  });

  it('says that a deadline cannot be met', () => {
    expect(decide(state(100, 600), { ...settings, deadlineSeconds: 60 }).reasoning).toContain(
      'cannot be met',
    );
  });

  it('asks for nothing that the budget cannot pay to the end', () => {
    expect(decide(state(100, 3600), { ...settings, budgetUsd: 0.5 }).workers).toEqual({ m: 0 });
  });

  it('says that it is the total over all tags where that takes workers away', () => {
    const { workers, reasoning } = decide(state(100, 60, { idle: 10 }), { ...settings, maxTotal: 6 });
    expect(workers).toEqual({ m: 6 });
    const two = state(100, 60, { idle: 6 });
    const other = { ...two, pools: [...two.pools, pool({ tag: 'n' })] };
    const [stage] = two.stages;
    const both = { ...other, stages: stage ? [stage, { ...stage, tag: 'n' }] : [] };
    const shared = decide(both, { ...settings, maxTotal: 6 });
    expect((shared.workers.m ?? 0) + (shared.workers.n ?? 0)).toBe(6);
    expect(shared.reasoning).toMatch(/Let \d workers? of m go: all tags together may have 6\./);
    expect(reasoning).not.toBe('');
  });

  it('keeps the manual number, within the bounds', () => {
    const manual = { ...settings, policy: 'manual' as const };
    expect(decide(state(100, 60, { idle: 3 }), manual).workers).toEqual({ m: 3 });
    expect(decide(state(0, 60, { idle: 30 }), manual).workers).toEqual({ m: 20 });
  });

  it('is the same for the same input, and changes none of it', () => {
    const given = Object.freeze(state(40, 60));
    expect(decide(given, settings)).toEqual(decide(given, settings));
  });
});

describe('expected work', () => {
  const burst = (at: number) => ({ at, tag: 'm', count: 30, seconds: 600 });

  it('knows when the next of regular bursts comes, and gives up on one that is late', () => {
    const bursts = [0, 300, 600].map(burst);
    const { kind, work } = expectedWork(bursts, 800, 60);
    expect([kind, work[0]?.comesIn, work[0]?.group]).toEqual(['bursts', 100, { count: 30, seconds: 20 }]);
    expect(expectedWork(bursts, 1000, 60).kind).toBe('none');
  });

  it('knows nothing from one arrival', () => {
    expect(expectedWork([burst(0)], 10, 60).kind).toBe('none');
  });
});

describe('the normal distribution', () => {
  it('has shares and quantiles that undo each other', () => {
    for (const p of [0.001, 0.02, 0.3, 0.5, 0.9, 0.999])
      expect(normalShare(normalQuantile(p))).toBeCloseTo(p, 6);
  });
});
