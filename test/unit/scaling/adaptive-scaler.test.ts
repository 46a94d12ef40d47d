import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advisor } from '../../../main/advisor/advisor.ts';
import { AdaptiveScaler } from '../../../main/scaling/adaptive-scaler.ts';

const tasks = (count: number, tag = 'demeter', features = {}) =>
  Array.from({ length: count }, () => ({ tag, features }));
const done = (seconds: number, count = 10, tag = 'demeter') =>
  Array.from({ length: count }, () => ({ tag, durationSeconds: seconds }));

/** A second of run time per MB of input. */
const bySize: Advisor = {
  size: ({ features, manifestRequest }) => {
    const point = Number(features.input_size_mb ?? 1);
    return {
      request: manifestRequest,
      predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: { low: point, point, high: point } },
      method: 'learned',
      modelType: 'linear',
      confidence: 0.9,
      evidence: {
        method: 'learned',
        reason: '',
        runs_analyzed: 1,
        records: 1,
        percentile: null,
        model_type: 'linear',
        wastage: null,
        importance: [],
        risk: null,
        io_class: null,
      },
    };
  },
  recommend: () => {
    throw new Error('not asked for');
  },
};

/** The same, of one task on workers of `demeter`, and nothing of anything else. */
function ofTask(name: string): Advisor {
  return {
    ...bySize,
    tasksOf: (component) => (component === 'demeter' ? [name] : []),
    size: (query) => {
      const sizing = bySize.size(query);
      return query.task === name
        ? sizing
        : { ...sizing, predicted: { ...sizing.predicted, wallSeconds: null } };
    },
  };
}

describe('AdaptiveScaler', () => {
  it('takes the tutorials’ names and gives what they read', () => {
    const scaler = new AdaptiveScaler({
      min_workers: { demeter: 2, postprocess: 1 },
      max_workers: { demeter: 20, postprocess: 10 },
      scale_up_threshold: 0.8,
      scale_down_threshold: 0.2,
      cooldown_seconds: 120,
    });
    const decision = scaler.evaluate({
      pending_tasks: tasks(100),
      active_workers: { demeter: 2, postprocess: 1 },
      recent_completions: [{ tag: 'demeter', duration_s: 180 }],
    });
    expect(decision.hasChanges).toBe(true);
    expect(decision.workersToAdd.demeter).toBeGreaterThan(0);
    expect(decision.workersToAdd.demeter).toBeLessThanOrEqual(18);
    expect(decision.reasoning).toContain('demeter');
    expect(decision.predictedCompletionTime).toBeGreaterThan(180);
    expect(new Date(decision.timestamp).toISOString()).toBe(decision.timestamp);
    expect(scaler.decisionHistory).toEqual([decision]);
  });

  it('accepts one number for all tags', () => {
    const scaler = new AdaptiveScaler({ min_workers: 2, max_workers: 20 });
    const { workersToAdd } = scaler.evaluate({ pendingTasks: tasks(500), activeWorkers: { demeter: 2 } });
    expect(workersToAdd).toEqual({ demeter: 18 });
  });

  it('asks the advisor with the features of what is pending', () => {
    const predicted = (mb: number) =>
      new AdaptiveScaler({ advisor: bySize, max_workers: 4 }).evaluate({
        pendingTasks: tasks(40, 'demeter', { input_size_mb: mb }),
        activeWorkers: { demeter: 4 },
      }).predictedCompletionTime ?? 0;
    expect(predicted(1000) / predicted(10)).toBeCloseTo(100, -1);
  });

  it('takes the history of a tag’s tasks where only the tag is named, as in the tutorials', () => {
    const scaler = new AdaptiveScaler({ advisor: ofTask('run_demeter_scenario'), max_workers: 4 });
    const predicted = (mb: number) =>
      scaler.evaluate({
        pending_tasks: tasks(40, 'demeter', { input_size_mb: mb }),
        active_workers: { demeter: 4 },
      });
    expect(predicted(1000).reasoning).not.toContain('Nothing is known');
    const [large, small] = [predicted(1000), predicted(10)].map((one) => one.predictedCompletionTime ?? 0);
    expect((large ?? 0) / (small ?? 1)).toBeCloseTo(100, -1);
  });

  it('keeps durations of tags apart', () => {
    const scaler = new AdaptiveScaler({ max_workers: 1 });
    const { predictedCompletionTime } = scaler.evaluate({
      pendingTasks: tasks(10, 'fast'),
      activeWorkers: { fast: 1 },
      recentCompletions: [...done(5, 20, 'fast'), ...done(500, 20, 'slow')],
    });
    expect(predictedCompletionTime).toBeLessThan(80);
  });

  it('brings workers up to the minimum and down to the maximum without any work', () => {
    const scaler = new AdaptiveScaler({ min_workers: { demeter: 2 }, max_workers: { demeter: 20 } });
    expect(scaler.evaluate({ activeWorkers: {} }).workersToAdd).toEqual({ demeter: 2 });
    const full = new AdaptiveScaler({ max_workers: 20 });
    expect(full.evaluate({ activeWorkers: { demeter: 50 } }).workersToRemove.demeter).toBeGreaterThanOrEqual(
      30,
    );
  });

  it('does not ask again for workers that are on their way', () => {
    let now = 0;
    const scaler = new AdaptiveScaler({ max_workers: 20, now: () => now });
    const ask = () =>
      scaler.evaluate({ pendingTasks: tasks(100), activeWorkers: {}, recentCompletions: done(60) });
    expect(ask().hasChanges).toBe(true);
    now = 10_000;
    expect(ask().workersToAdd).toEqual({});
    expect(scaler.decisionHistory).toHaveLength(2);
  });

  it('removes nothing within the cooldown after adding', () => {
    let now = 0;
    const scaler = new AdaptiveScaler({ max_workers: 20, cooldownSeconds: 90, now: () => now });
    scaler.evaluate({ pendingTasks: tasks(100), activeWorkers: {}, recentCompletions: done(60) });
    now = 60_000;
    expect(scaler.evaluate({ activeWorkers: { demeter: 20 } }).workersToRemove).toEqual({});
    now = 95_000;
    expect(scaler.evaluate({ activeWorkers: { demeter: 20 } }).workersToRemove).toEqual({ demeter: 20 });
  });

  it('is surer the more was measured, and not at all without', () => {
    const confidence = (count: number) =>
      new AdaptiveScaler({ max_workers: 4 }).evaluate({
        pendingTasks: tasks(200),
        activeWorkers: { demeter: 4 },
        recentCompletions: done(60, count),
      }).confidence;
    expect(confidence(0)).toBe(0);
    expect(confidence(100)).toBeGreaterThan(confidence(2));
    expect(confidence(100)).toBeLessThanOrEqual(1);
  });

  it('never breaks min and max, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.nat(30),
        fc.nat(300),
        fc.nat(60),
        fc.double({ min: 0.1, max: 1e5, noNaN: true }),
        (least, more, pending, active, seconds) => {
          const max = least + more;
          const { workersToAdd, workersToRemove } = new AdaptiveScaler({
            minWorkers: least,
            maxWorkers: max,
          }).evaluate({
            pendingTasks: tasks(pending),
            activeWorkers: { demeter: active },
            recentCompletions: done(seconds, 3),
          });
          const after = active + (workersToAdd.demeter ?? 0) - (workersToRemove.demeter ?? 0);
          expect(after).toBeGreaterThanOrEqual(least);
          expect(after).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 60 },
    );
  });
});
