import { describe, expect, it } from 'vitest';
import type { RunReport, RunSummary } from '../../../main/telemetry/views.ts';
import { compareReports } from '../../../renderer/pages/runs/compare-runs.ts';
import { isWasteful, previousAlike, usedShare, wasteChange } from '../../../renderer/pages/runs/waste.ts';

const run = (over: Partial<RunSummary>): RunSummary => ({
  runId: 'run-1',
  project: 'p',
  target: 'local',
  provider: 'local',
  status: 'succeeded',
  startedAt: 10,
  finishedAt: 20,
  lastAt: 20,
  tasks: {
    total: 5,
    waiting: 0,
    queued: 0,
    running: 0,
    succeeded: 4,
    failed: 1,
    cancelled: 0,
    cached: 0,
    skipped: 0,
  },
  requestedGbh: 128,
  usedGbh: 31,
  origin: 'scalable',
  ...over,
});

const judged = (requested: number | null, wasted: number | null, killed = 0) =>
  ({
    memory: { requested_gbh: requested, used_gbh: null, wasted_gbh: wasted },
    attempts: { total: 10, failed: killed, by_outcome: { out_of_memory: killed } },
  }) satisfies Pick<RunReport, 'memory' | 'attempts'>;

describe('waste', () => {
  it('is worth training when a quarter of what was asked for was of no use', () => {
    expect(usedShare(run({}))).toBeCloseTo(0.242);
    expect(isWasteful(judged(128, 97))).toBe(true);
    expect(isWasteful(judged(128, 8))).toBe(false);
  });

  it('is worth training when attempts were killed for memory, however well the others fit', () => {
    expect(isWasteful(judged(128, 8, 2))).toBe(true);
  });

  it('is not known when memory was not measured or not asked for', () => {
    expect(usedShare(run({ usedGbh: null }))).toBeNull();
    expect(isWasteful(judged(null, null))).toBe(false);
    expect(wasteChange(judged(1, null), judged(1, 1))).toBeNull();
  });

  it('is compared with the latest earlier run of the same campaign, target and size', () => {
    const now = run({ runId: 'now', startedAt: 100 });
    const others = [
      run({ runId: 'old', startedAt: 10 }),
      run({ runId: 'alike', startedAt: 50 }),
      run({ runId: 'later', startedAt: 200 }),
      run({ runId: 'elsewhere', startedAt: 60, target: 'hpc' }),
      run({ runId: 'smaller', startedAt: 70, tasks: { ...now.tasks, total: 2 } }),
      run({ runId: 'going', startedAt: 80, status: 'running' }),
    ];
    expect(previousAlike(now, [now, ...others])?.runId).toBe('alike');
    expect(previousAlike(now, [now])).toBeNull();
  });

  it('falls or rises against the run before, and so do the failed attempts', () => {
    expect(wasteChange(judged(40, 10), judged(50, 20, 3))).toEqual({
      change: -0.5,
      failuresBefore: 3,
      failuresNow: 0,
    });
  });
});

describe('two runs side by side', () => {
  const report = (duration: number, wasted: number | null, failed: number) =>
    ({
      duration_s: duration,
      tasks: { total: 5, succeeded: 5 - failed, failed },
      attempts: { failed },
      workers_total: { peak: 2 },
      efficiency: null,
      memory: { requested_gbh: 10, used_gbh: 5, wasted_gbh: wasted },
    }) as RunReport;
  const figures = compareReports(report(100, 10, 2), report(50, 4, 2));
  const figure = (name: string) => figures.find((each) => each.name === name);

  it('say what became better and by how much', () => {
    expect(figure('Took')).toMatchObject({ change: '50 % less', better: true });
    expect(figure('Memory wasted')).toMatchObject({ left: '10 GB·h', right: '4 GB·h', change: '60 % less' });
  });

  it('do not judge what is the same, not known or neither good nor bad', () => {
    expect(figure('Failed tasks')).toMatchObject({ change: 'same', better: null });
    expect(figure('Efficiency')).toMatchObject({ change: '–', better: null });
    expect(figure('Tasks')?.better).toBeNull();
  });
});
