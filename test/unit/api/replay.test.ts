import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPLAY_RULES, type ReplayRequest } from '../../../main/api/scaling-views.ts';
import { type ReplayedRecord, replay } from '../../../main/api/services/replay.ts';
import { checkLimits } from '../../../main/api/services/scaling-service.ts';
import { shared, watched } from '../../../main/api/services/watched-policy.ts';
import { DEFAULT_SETTINGS } from '../../../main/scaling/policies/predictive.ts';
import { thresholdPolicy } from '../../../main/scaling/policies/threshold.ts';
import type { RecordedTask } from '../../../main/scaling/recorded-workload.ts';
import { anyPolicy } from '../../../main/scaling/simulator/policy.ts';
import { simulate } from '../../../main/scaling/simulator/simulate.ts';
import { FakeRun } from '../../fixtures/fake/fake-run.ts';

const START = 1_000_000;

const tasks: RecordedTask[] = Array.from({ length: 40 }, (_, index) => ({
  id: `model.${index}`,
  task: 'model',
  tag: 'model',
  params: {},
  seconds: 60,
  predictedSeconds: 55,
  submittedAt: START,
  needs: [],
}));
const worker = (workerId: string, from: number, to: number | null) => ({
  workerId,
  tag: 'model',
  addedAt: START + from * 1000,
  removedAt: to === null ? null : START + to * 1000,
  reason: null,
});
const run = new FakeRun('run-fake-1', START, { failing: false, now: () => START + 1200_000 }).detail();
const record: ReplayedRecord = {
  run: { ...run, startedAt: START, finishedAt: START + 1200_000 },
  lastAt: START + 1200_000,
  workers: [worker('a', 10, 1200), worker('b', 20, null), worker('c', 100, 400)],
  decisions: [
    {
      at: START,
      workersToAdd: { model: 2 },
      workersToRemove: {},
      reasoning: 'The plan’s workers.',
      confidence: null,
      predictedCompletionSeconds: null,
      by: 'plan',
      inputs: null,
      outcome: null,
    },
  ],
};

describe('a replay of a recorded run', () => {
  const replayed = replay(record, tasks, null, { policies: REPLAY_RULES });

  it('takes from the record how many workers there ever were, and how long they took to come', () => {
    expect(replayed.conditions).toEqual({
      minWorkers: { model: 0 },
      maxWorkers: { model: 3 },
      startupSeconds: 20,
      usdPerHour: 0,
    });
  });

  it('tells how the run really went, with the hours its workers were there', () => {
    expect(replayed.recorded).toMatchObject({ makespanSeconds: 1200, starts: 3, peakWorkers: 3 });
    expect(replayed.recorded?.workerHours).toBeCloseTo((1190 + 1180 + 300) / 3600, 9);
    expect(replayed.recorded?.workers[0]).toEqual({ at: 10, workers: 1 });
  });

  it('finishes all of the work under every policy, within the limits, and ends with nobody there', () => {
    expect(replayed.replayed.map(({ id }) => id)).toEqual([...REPLAY_RULES]);
    for (const course of replayed.replayed) {
      expect(course.unfinished).toBe(0);
      expect(course.workers.every(({ workers }) => workers <= 3)).toBe(true);
      expect(course.workers.at(-1)).toEqual({ at: course.makespanSeconds, workers: 0 });
      expect(course.workers.some(({ workers }) => workers > 0)).toBe(true);
    }
  });

  it('is faster with more workers and dearer by the hour when told so', () => {
    const more = replay(record, tasks, null, {
      policies: ['fixed'],
      conditions: { maxWorkers: { model: 20 }, usdPerHour: 2 },
    }).replayed[0];
    const fixed = replayed.replayed.find(({ id }) => id === 'fixed');
    expect(more?.makespanSeconds).toBeLessThan((fixed?.makespanSeconds ?? 0) / 2);
    expect(more?.costUsd).toBeCloseTo(2 * (more?.workerHours ?? 0), 1);
  });

  it('finishes the work of every tag where all of them share the workers', () => {
    const last = { ...tasks[0]!, id: 'last.0', task: 'last', tag: 'last', needs: tasks.map(({ id }) => id) };
    const settings = {
      ...DEFAULT_SETTINGS,
      minWorkers: {},
      maxWorkers: { model: 4, last: 4 },
      maxTotal: 4,
    };
    for (const course of replay(record, [...tasks, last], settings, { policies: REPLAY_RULES }).replayed) {
      expect([course.id, course.unfinished]).toEqual([course.id, 0]);
      // Who is busy is not ended, so a worker more can be there for as long as its task takes.
      expect(course.peakWorkers).toBeLessThanOrEqual(course.id === 'predictive' ? 5 : 4);
    }
  });

  it('has no more room on a shared machine than there was, unless other numbers are asked for', () => {
    // Two at a time, though three workers were there.
    const crowded = tasks.map((task, at) => ({
      ...task,
      finishedAt: START + (1 + (at >> 1)) * 60_000 + (at % 3) * 200,
    }));
    const took = (provider: string, request: Partial<ReplayRequest> = {}) =>
      replay({ ...record, run: { ...record.run, provider } }, crowded, null, {
        policies: ['fixed'],
        ...request,
      }).replayed[0]?.makespanSeconds ?? 0;
    expect(took('local')).toBeGreaterThan(20 * 60);
    expect(took('slurm')).toBeLessThan(15 * 60);
    expect(took('local', { conditions: { maxWorkers: { model: 10 } } })).toBeLessThan(6 * 60);
  });

  it('leaves tags as they were recorded that nothing was asked about', () => {
    const other = { ...tasks[0]!, id: 'last.0', task: 'last', tag: 'last' };
    const settings = { ...DEFAULT_SETTINGS, maxWorkers: { model: 3, last: 2 }, maxTotal: 4 };
    const conditions = { maxWorkers: { model: 10 } };
    const policies = ['fixed'] as const;
    expect(
      replay(record, [...tasks, other], settings, { policies, conditions }).conditions.maxWorkers,
    ).toEqual({
      model: 10,
      last: 2,
    });
  });

  it('goes beyond the run’s total where more workers are asked for', () => {
    const settings = { ...DEFAULT_SETTINGS, minWorkers: {}, maxWorkers: { model: 3 }, maxTotal: 3 };
    const peak = (maxWorkers: Record<string, number>) =>
      replay(record, tasks, settings, { policies: ['fixed'], conditions: { maxWorkers } }).replayed[0]
        ?.peakWorkers;
    expect([peak({}), peak({ model: 10 })]).toEqual([3, 10]);
  });

  it('says that there is nothing to replay before the first task is done', () => {
    expect(() => replay(record, [], null, { policies: ['fixed'] })).toThrow(/nothing to replay yet/);
  });

  it('changes nothing by looking on', () => {
    const pool = { startUp: { median: 10, spread: 0 }, queueWait: { median: 0, spread: 0 } };
    const workload = {
      name: 'w',
      barriers: [],
      maxTotal: null,
      tasks: tasks.map((task) => ({ ...task, arrivesAt: 0, needs: [], limitSeconds: null })),
      pools: [
        {
          ...pool,
          tag: 'model',
          minWorkers: 0,
          maxWorkers: 4,
          walltimeSeconds: null,
          usdPerHour: 0,
          failureRate: 0,
        },
      ],
    };
    const policy = anyPolicy(thresholdPolicy());
    let looks = 0;
    const plain = simulate(workload, policy, { seed: 1 });
    const seen = simulate(
      workload,
      watched(policy, 1, () => looks++),
      { seed: 1 },
    );
    expect(seen).toEqual(plain);
    expect(looks).toBeGreaterThanOrEqual(plain.makespanSeconds);
  });
});

describe('workers that tags share', () => {
  it('go to those with work, and to the others only what is left', () => {
    expect(shared({ a: 4, b: 4 }, {}, { a: 10, b: 0 }, 4)).toEqual({ a: 4, b: 0 });
    expect(shared({ a: 4, b: 4 }, {}, { a: 1, b: 0 }, 4)).toEqual({ a: 4, b: 0 });
    expect(shared({ a: 8, b: 8 }, {}, { a: 30, b: 2 }, 5)).toEqual({ a: 4, b: 1 });
  });

  it('stay where they are busy', () => {
    expect(shared({ a: 4, b: 4 }, { a: 3 }, { a: 0, b: 9 }, 4)).toEqual({ a: 3, b: 1 });
  });

  it('are never more than there may be, nor more than were wished for, and none is kept back from work', () => {
    const byTag = fc.record({ a: fc.nat(50), b: fc.nat(50), c: fc.nat(50) });
    const tags = ['a', 'b', 'c'] as const;
    fc.assert(
      fc.property(byTag, byTag, fc.nat(60), (wish, ready, total) => {
        const given = shared(wish, {}, ready, total);
        const over = (value: (tag: 'a' | 'b' | 'c') => number) =>
          tags.reduce((sum, tag) => sum + value(tag), 0);
        for (const tag of tags) expect(given[tag]).toBeLessThanOrEqual(wish[tag]);
        expect(over((tag) => given[tag] ?? 0)).toBe(
          Math.min(
            total,
            over((tag) => wish[tag]),
          ),
        );
        const served = over((tag) => Math.min(given[tag] ?? 0, ready[tag]));
        expect(served).toBe(
          Math.min(
            total,
            over((tag) => Math.min(wish[tag], ready[tag])),
          ),
        );
      }),
    );
  });
});

describe('limits that contradict each other', () => {
  it('are refused by name', () => {
    const settings = { ...DEFAULT_SETTINGS, minWorkers: { a: 3 }, maxWorkers: { a: 2 } };
    expect(() => checkLimits(settings)).toThrow('“a” cannot have at least 3 and at most 2 workers.');
    expect(() => checkLimits({ ...DEFAULT_SETTINGS, scaleUpThreshold: 0.2 })).toThrow(/higher use/);
    expect(() => checkLimits(DEFAULT_SETTINGS)).not.toThrow();
  });
});
