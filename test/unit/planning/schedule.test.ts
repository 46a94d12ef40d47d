import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DependencyGraph } from '../../../main/planning/dependency-graph.ts';
import { simulateSchedule } from '../../../main/planning/schedule.ts';

const one = (seconds: number, tag = 'm') => ({ tag, seconds, cpus: 1, memoryBytes: 100 });
const independent = (count: number) =>
  DependencyGraph.of(
    Array.from({ length: count }, (_, i) => ({ id: `t.${i}`, task: 't', params: {}, needs: [] })),
  );
const workers = (count: number) => ({ workers: count, workersByTag: {}, machine: null });

describe('a simulated schedule', () => {
  it('divides equal work evenly', async () => {
    const work = Array.from({ length: 100 }, () => one(60));
    expect((await simulateSchedule(work, await independent(100), workers(1))).makespanSeconds).toBe(6000);
    expect((await simulateSchedule(work, await independent(100), workers(10))).makespanSeconds).toBe(600);
    expect((await simulateSchedule(work, await independent(100), workers(200))).makespanSeconds).toBe(60);
  });

  it('starts the longest first', async () => {
    const work = [1, 1, 1, 1, 4].map((seconds) => one(seconds));
    expect((await simulateSchedule(work, await independent(5), workers(2))).makespanSeconds).toBe(4);
  });

  it('keeps within the bounds of list scheduling', async () => {
    const durations = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(durations, fc.integer({ min: 1, max: 8 }), async (seconds, count) => {
        const work = seconds.map((s) => one(s));
        const { makespanSeconds, busySeconds } = await simulateSchedule(
          work,
          await independent(work.length),
          workers(count),
        );
        const total = seconds.reduce((sum, s) => sum + s, 0);
        const least = Math.max(total / count, ...seconds);
        expect(busySeconds).toBe(total);
        expect(makespanSeconds).toBeGreaterThanOrEqual(least - 1e-9);
        expect(makespanSeconds).toBeLessThanOrEqual(total / count + Math.max(...seconds));
      }),
    );
  });

  it('waits for needs, for a tag’s own workers, and for the machine’s memory', async () => {
    const chain = await DependencyGraph.of([
      { id: 'a.0', task: 'a', params: {}, needs: [] },
      { id: 'b.0', task: 'b', params: {}, needs: ['task:a'] },
    ]);
    expect((await simulateSchedule([one(5), one(7)], chain, workers(4))).makespanSeconds).toBe(12);
    const tags = { workers: 4, workersByTag: { small: 1 }, machine: null };
    const work = [one(5, 'small'), one(5, 'small'), one(5, 'big')];
    expect((await simulateSchedule(work, await independent(3), tags)).makespanSeconds).toBe(10);
    const machine = { workers: 4, workersByTag: {}, machine: { cpus: 8, memoryBytes: 250 } };
    expect(
      (await simulateSchedule([one(5), one(5), one(5)], await independent(3), machine)).makespanSeconds,
    ).toBe(10);
  });

  it('starts another worker where one is ended before the next task would be done', async () => {
    const limits = (walltimeSeconds: number | null) => ({
      ...workers(1),
      startupSeconds: 10,
      walltimeSeconds,
    });
    const takes = async (seconds: number[], walltime: number | null) => {
      const work = seconds.map((s) => one(s));
      return (await simulateSchedule(work, await independent(work.length), limits(walltime))).makespanSeconds;
    };
    expect(await takes([60, 60], null)).toBe(130);
    expect(await takes([60, 60], 120)).toBe(130);
    expect(await takes([60, 60], 119)).toBe(140);
    expect(await takes([60, 60, 30, 30], 90)).toBe(10 + 60 + 10 + 60 + 30 + 10 + 30);
  });

  it('takes no longer for a time limit that nobody reaches, and no shorter for one that is reached', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 300 }),
        async (seconds, walltimeSeconds) => {
          const work = seconds.map((s) => one(s));
          const graph = await independent(work.length);
          const run = async (limit: number | null) =>
            (
              await simulateSchedule(work, graph, {
                ...workers(1),
                startupSeconds: 5,
                walltimeSeconds: limit,
              })
            ).makespanSeconds;
          const free = await run(null);
          expect(await run(free)).toBe(free);
          expect(await run(walltimeSeconds)).toBeGreaterThanOrEqual(free);
        },
      ),
    );
  });
});
