import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedPolicy } from '../../../main/scaling/policies/fixed.ts';
import { predictivePolicy } from '../../../main/scaling/policies/predictive.ts';
import { REFERENCE_POLICIES } from '../../../main/scaling/policies/reference-policies.ts';
import { anyPolicy } from '../../../main/scaling/simulator/policy.ts';
import { simulate } from '../../../main/scaling/simulator/simulate.ts';
import type { Pool, SimTask, Workload } from '../../../main/scaling/simulator/workload.ts';

const task = (seconds: number, more: Partial<SimTask> = {}): SimTask => ({
  task: 'simulate',
  tag: 'm',
  seconds,
  predictedSeconds: seconds,
  arrivesAt: 0,
  needs: [],
  limitSeconds: seconds * 2,
  ...more,
});
const pool = (more: Partial<Pool> = {}): Pool => ({
  tag: 'm',
  minWorkers: 0,
  maxWorkers: 10,
  queueWait: { median: 0, spread: 0 },
  startUp: { median: 30, spread: 0 },
  walltimeSeconds: null,
  usdPerHour: 1,
  failureRate: 0,
  ...more,
});
const workload = (
  tasks: readonly SimTask[],
  pools: readonly Pool[] = [pool()],
  barriers: readonly (readonly number[])[] = [],
): Workload => ({ name: 'test', tasks, pools, barriers, maxTotal: null });
const fixed = anyPolicy(fixedPolicy);
const ours = (settings: Parameters<typeof predictivePolicy>[0] = {}) => anyPolicy(predictivePolicy(settings));

describe('a simulation', () => {
  it('pays for start-up and work, and ends with the last task', () => {
    const result = simulate(workload(Array.from({ length: 20 }, () => task(60))), fixed, { seed: 1 });
    expect(result.makespanSeconds).toBeCloseTo(30 + 120, 6);
    expect(result.workerHours).toBeCloseTo((10 * 150) / 3600, 6);
    expect(result).toMatchObject({ starts: 10, finished: 20, unfinished: 0, peakWorkers: 10 });
    expect(result.costUsd).toBeCloseTo(result.workerHours, 6);
  });

  it('keeps to the graph', () => {
    const tasks = [task(10), task(20), task(5, { needs: [3] })];
    const { makespanSeconds } = simulate(workload(tasks, [pool()], [[0, 1]]), fixed, { seed: 1 });
    expect(makespanSeconds).toBeCloseTo(30 + 20 + 5, 6);
  });

  it('does not pay for waiting in the site’s queue', () => {
    const slow = pool({ queueWait: { median: 600, spread: 0 }, maxWorkers: 1 });
    const { makespanSeconds, workerHours } = simulate(workload([task(60)], [slow]), fixed, { seed: 1 });
    expect(makespanSeconds).toBeCloseTo(690, 6);
    expect(workerHours).toBeCloseTo(90 / 3600, 6);
  });

  it('replaces workers that their walltime ends, and loses no task', () => {
    const short = pool({ walltimeSeconds: 200, maxWorkers: 2 });
    const tasks = Array.from({ length: 20 }, () => task(60));
    const result = simulate(workload(tasks, [short]), fixed, { seed: 1 });
    expect(result.finished).toBe(20);
    expect(result.starts).toBeGreaterThan(2);
  });

  it('makes failed attempts again', () => {
    const frail = pool({ failureRate: 0.3 });
    const tasks = Array.from({ length: 50 }, () => task(60));
    const result = simulate(workload(tasks, [frail]), fixed, { seed: 1 });
    expect(result.lostAttempts).toBeGreaterThan(5);
    expect(result.finished).toBe(50);
  });

  const some = fc.record({
    seconds: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 40 }),
    gap: fc.integer({ min: 0, max: 60 }),
    max: fc.integer({ min: 1, max: 12 }),
    min: fc.nat(3),
    seed: fc.nat(1000),
  });
  const made = ({ seconds, gap, max, min }: { seconds: number[]; gap: number; max: number; min: number }) =>
    workload(
      seconds.map((s, i) => task(s, { arrivesAt: i * gap, needs: i % 7 === 6 && gap === 0 ? [i - 3] : [] })),
      [pool({ maxWorkers: max, minWorkers: Math.min(min, max), startUp: { median: 20, spread: 0.5 } })],
    );

  it('is the same for the same seed, finishes all, and keeps min and max under every policy', () => {
    fc.assert(
      fc.property(some, (given) => {
        const work = made(given);
        const { minWorkers = 0, maxWorkers = 0 } = work.pools[0] ?? {};
        for (const policy of [ours(), ...REFERENCE_POLICIES]) {
          const first = simulate(work, policy, { seed: given.seed, keepAll: true });
          expect(simulate(work, policy, { seed: given.seed, keepAll: true })).toEqual(first);
          expect(first.unfinished).toBe(0);
          for (const { workers } of first.decisions) {
            expect(workers.m).toBeGreaterThanOrEqual(minWorkers);
            expect(workers.m).toBeLessThanOrEqual(maxWorkers);
          }
        }
      }),
      { numRuns: 6 },
    );
  });

  it('keeps all tags within their total under every policy, starves none, and ends', () => {
    const tags = ['a', 'b', 'c'];
    const shape = fc.record({
      total: fc.integer({ min: 1, max: 6 }),
      mins: fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)),
      seconds: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 3, maxLength: 30 }),
      gap: fc.integer({ min: 0, max: 40 }),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(shape, ({ total, mins, seconds, gap, seed }) => {
        const work = {
          ...workload(
            seconds.map((s, i) =>
              task(s, {
                tag: tags[i % 3] as string,
                arrivesAt: i * gap,
                needs: gap === 0 && i > 3 ? [i - 4] : [],
              }),
            ),
            tags.map((tag, i) => pool({ tag, minWorkers: mins[i] as number, maxWorkers: 5 })),
          ),
          maxTotal: total,
        };
        for (const policy of [ours(), ...REFERENCE_POLICIES]) {
          const result = simulate(work, policy, { seed, keepAll: true });
          expect(result.unfinished).toBe(0);
          expect(result.makespanSeconds).toBeLessThan(24 * 3600);
          expect(result.peakWorkers).toBeLessThanOrEqual(total);
          for (const { workers } of result.decisions)
            expect(Object.values(workers).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(total);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('never passes a budget under ours', () => {
    fc.assert(
      fc.property(some, fc.double({ min: 0.001, max: 2, noNaN: true }), (given, budgetUsd) => {
        const work = made({ ...given, min: 0 });
        const { costUsd } = simulate(work, ours({ budgetUsd }), { seed: given.seed, until: 5000 });
        expect(costUsd).toBeLessThanOrEqual(budgetUsd);
      }),
      { numRuns: 15 },
    );
  });

  it('ends where a policy will ask for nobody any more, but not before work that is still to come', () => {
    let asked = 0;
    const nobody = anyPolicy({
      ...fixedPolicy,
      decide: (_state, memory: null) => {
        asked++;
        return { workers: { m: 0 }, memory };
      },
    });
    expect(simulate(workload([task(60)]), nobody, { seed: 1 }).unfinished).toBe(1);
    expect(asked).toBeLessThan(10_000);
    const late = workload([task(60, { arrivesAt: 2 * 24 * 3600 })]);
    expect(simulate(late, ours(), { seed: 1 }).unfinished).toBe(0);
  });

  it('explains what ours does, starts before a stage is released, and ends idle workers before the tail', () => {
    const wide = Array.from({ length: 10 }, () => task(60, { task: 'wide', needs: [0] }));
    const tasks = [task(200, { task: 'prepare' }), ...wide, task(900, { task: 'last', needs: [12] })];
    const barrier = Array.from({ length: 10 }, (_, i) => i + 1);
    const result = simulate(workload(tasks, [pool()], [barrier]), ours(), { seed: 1 });
    const early = result.decisions.find(({ workers, at }) => at > 30 && (workers.m ?? 0) > 1);
    expect(early?.at).toBeGreaterThan(150);
    expect(early?.at).toBeLessThan(230);
    expect(early?.decision?.reasoning).toMatch(/^Start \d+ more workers for m: work for them is expected/);
    expect(result.decisions.at(-1)?.workers).toEqual({ m: 1 });
    expect(result.decisions.at(-1)?.decision?.reasoning).toMatch(/^Let \d+ workers? of m go/);
  });
});
