import { describe, expect, it } from 'vitest';
import { DependencyGraph } from '../../../main/planning/dependency-graph.ts';
import { frontEvidence, timeRange } from '../../../main/planning/front-evidence.ts';
import { choosePoint } from '../../../main/planning/objective.ts';
import { simulateSchedule } from '../../../main/planning/schedule.ts';

const one = (seconds: number) => ({ tag: 'm', seconds, cpus: 1, memoryBytes: 1 });
const point = (workers: number, timeSeconds: number, costUsd: number | null = null) => ({
  workers,
  workersByTag: {},
  timeSeconds,
  costUsd,
  workerHours: (workers * timeSeconds) / 3600,
});

describe('what a front says beyond its points', () => {
  it('knows the longest chain, the most that speeding up can reach, and where more workers stop helping', async () => {
    const work = [one(100), one(50), one(50), one(50), one(50)];
    const graph = await DependencyGraph.of(
      ['a', 'b', 'b', 'b', 'b'].map((task, i) => ({
        id: `${task}.${i}`,
        task,
        params: {},
        needs: task === 'b' ? ['task:a'] : [],
      })),
    );
    const front = [point(1, 300), point(2, 200), point(4, 150), point(8, 150)];
    expect(await frontEvidence(work, graph, front)).toEqual({
      workSeconds: 300,
      criticalPathSeconds: 150,
      serialShare: 0.5,
      mostSpeedup: 2,
      kneeWorkers: 4,
    });
    expect(await frontEvidence(work, graph, [])).toBeNull();
  });

  it('is less sure of one long instance than of many short ones', () => {
    const interval = (seconds: number) => ({ low: seconds / 2, point: seconds, high: seconds * 1.5 });
    const long = timeRange(1000, 1, [one(1000)], [interval(1000)]);
    const short = timeRange(
      1000,
      1,
      Array.from({ length: 100 }, () => one(10)),
      Array(100).fill(interval(10)),
    );
    expect(short.high - short.low).toBeLessThan((long.high - long.low) / 5);
  });

  it('adds the time that workers take to start', async () => {
    const graph = await DependencyGraph.of([{ id: 't.0', task: 't', params: {}, needs: [] }]);
    const limits = { workers: 1, workersByTag: {}, machine: null, startupSeconds: 90 };
    expect((await simulateSchedule([one(10)], graph, limits)).makespanSeconds).toBe(100);
  });

  it('names the nearest feasible wish where budget and deadline exclude each other', () => {
    const front = [point(1, 3600, 1), point(4, 1000, 3)];
    const { point: chosen, notes } = choosePoint(front, 'balance', { seconds: 1800, budgetUsd: 2 });
    expect(chosen.workers).toBe(1);
    expect(notes.map(({ code }) => code)).toEqual(['W_DEADLINE', 'W_DEADLINE_NEEDS_BUDGET']);
    expect(notes[1]?.message).toContain('$3.00');
  });
});
