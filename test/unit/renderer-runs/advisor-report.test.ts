import { describe, expect, it } from 'vitest';
import type { StageReport, TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import type { TaskData } from '../../../main/api/advisor-views.ts';
import { changesAnything } from '../../../renderer/pages/advisor/advice-changes.ts';
import { leastWasteful } from '../../../renderer/pages/advisor/least-wasteful.ts';
import { missingSentences } from '../../../renderer/pages/advisor/missing-sentences.ts';
import {
  accuracySentence,
  coverageVerdict,
  inTimeSentence,
  learningSentence,
  savingSentence,
  wastedInTimeSentence,
} from '../../../renderer/pages/advisor/report-sentences.ts';
import { latestValues, sliderRange } from '../../../renderer/pages/advisor/what-if-values.ts';

const stage = (hits: number, count: number): StageReport => ({
  stage: 'peak_memory',
  unit: 'bytes',
  mae: 42 * 1024 ** 2,
  rmse: 0,
  r2: null,
  mape: 0.041,
  coverage: count === 0 ? null : hits / count,
  nominalCoverage: 0.95,
  folds: [],
  points: Array.from({ length: count }, (_, index) => ({
    predicted: 1,
    measured: index < hits ? 1 : 9,
    low: 0,
    high: 2,
  })),
  importance: [],
});

describe('the report in sentences', () => {
  it('says how far predictions are off', () => {
    expect(accuracySentence(stage(1, 1))).toBe(
      'Peak memory predictions are off by 42 MB on average, typically 4.1 %.',
    );
  });

  it('says whether 95 % means 95 %, allowing for chance', () => {
    expect(coverageVerdict(stage(95, 100)).sentence).toMatch(/^95 % means 95 %/);
    expect(coverageVerdict(stage(94, 100)).sentence).toBe(
      '95 % holds: 94 % of held-out values were inside their 95 % interval, which 100 values cannot tell from 95 %.',
    );
    expect(coverageVerdict(stage(60, 100)).kind).toBe('too narrow');
    expect(coverageVerdict(stage(1000, 1000)).kind).toBe('too wide');
    expect(coverageVerdict(stage(0, 0)).kind).toBe('unknown');
  });

  it('says how it did in order of time, where attempts have times', () => {
    expect(inTimeSentence(stage(1, 1))).toBeNull();
    const scores = {
      rows: 80,
      mae: 50 * 1024 ** 2,
      rmse: 0,
      r2: null,
      mape: null,
      coverage: 0.875,
      folds: [],
    };
    expect(inTimeSentence({ ...stage(1, 1), timeOrdered: scores })).toBe(
      'In order of time, each part predicted from what came before it, they are off by 50 MB, and 88 % of 80 values were inside.',
    );
  });

  const task = (over: Partial<TaskTrainingReport>) =>
    ({
      chosen: 'learned',
      wastage: { manifest: 2, quantile: 1, learned: 0.5 },
      failures: { manifest: 14, quantile: 2, learned: 1 },
      ...over,
    }) as TaskTrainingReport;

  it('says what it would have saved', () => {
    expect(savingSentence(task({}))).toBe(
      'On the runs you have it would have wasted 0.5 GB·h instead of 2 GB·h with the manifest as first written, 75 % less, with 1 failure instead of 14.',
    );
  });

  it('says the same in money where memory has a price', () => {
    const told = savingSentence(task({ wastage: { manifest: 40, quantile: 30, learned: 10 } }), 0.01);
    expect(told).toContain('10 GB·h ($0.10) instead of 40 GB·h ($0.40)');
  });

  it('says what would have been wasted in order of time, where attempts have times', () => {
    expect(wastedInTimeSentence(task({}))).toBeNull();
    const timeOrdered = {
      tasks: 80,
      wastage: { manifest: 20, quantile: null, learned: 5 },
      failures: { manifest: 0, quantile: null, learned: 1 },
    };
    expect(wastedInTimeSentence(task({ timeOrdered }), 0.01)).toBe(
      'In order of time, each sized from its past only, 80 tasks would have wasted 20 GB·h ($0.20) with the manifest as first written (0 failures), 5 GB·h ($0.05) learned (1 failure).',
    );
  });

  it('claims no saving where there is none', () => {
    expect(savingSentence(task({ chosen: 'manifest' }))).toBeNull();
    expect(savingSentence(task({ wastage: { manifest: 1, quantile: 1, learned: 2 } }))).not.toContain('less');
  });
});

describe('what-if inputs', () => {
  const nodes = { kind: 'number', name: 'nodes', low: 300, high: 1800, whole: true, latest: 900 } as const;

  it('begin as in the latest attempt', () => {
    const counted = { distinct: 6, missing: 0 };
    expect(
      latestValues([
        { ...nodes, ...counted },
        { kind: 'category', name: 'scenario', levels: ['a', 'b'], latest: 'b', ...counted },
      ]),
    ).toEqual({ nodes: 900, scenario: 'b' });
  });

  it('can be dragged beyond what was seen, in whole steps where values are whole, never below 0', () => {
    expect(sliderRange(nodes)).toEqual({ min: 0, max: 2180, step: 10 });
    expect(sliderRange({ low: 0.2, high: 0.4, whole: false })).toEqual({ min: 0.15, max: 0.45, step: 0.002 });
    expect(sliderRange({ low: -1, high: 1, whole: false }).min).toBeLessThan(-1);
    expect(sliderRange({ low: 7, high: 7, whole: true })).toEqual({ min: 5, max: 9, step: 1 });
  });
});

describe('the learning curve in words', () => {
  const point = (rows: number, mae: number) => ({ rows, mae, wastage: null });
  it('asks for more runs while the error falls, and not when it does not', () => {
    expect(learningSentence([point(20, 10), point(40, 5)])).toMatch(/^Yes: from 20 to 40 attempts/);
    expect(learningSentence([point(20, 10), point(40, 9.9)])).toMatch(/^Hardly/);
    expect(learningSentence([point(20, 10)])).toBe('Too few attempts to tell.');
  });
});

describe('what is missing in the data', () => {
  const data = (over: Partial<TaskData>): TaskData => ({
    summary: { task: 'sim', rows: 10, succeeded: 10, withMemory: 10, runs: 1, lastAt: 0 },
    looked: 10,
    failed: 0,
    missing: { memory: 0, cpuTime: 0, runTime: 0, request: 0 },
    inputs: [],
    ...over,
  });
  it('is said with what it means, and only where something is missing', () => {
    expect(missingSentences(data({}))).toEqual([]);
    expect(missingSentences(data({ missing: { memory: 4, cpuTime: 0, runTime: 0, request: 0 } }))).toEqual([
      'sim: the memory of 4 of 10 attempts (40 %) was not measured; they teach no memory.',
    ]);
    const constant = { kind: 'number', name: 'n', low: 1, high: 1, whole: true, latest: 1 } as const;
    expect(missingSentences(data({ inputs: [{ ...constant, distinct: 1, missing: 0 }] }))).toHaveLength(1);
  });
});

describe('the comparison of models', () => {
  const model = (name: 'linear' | 'auto' | 'manifest', wastage: number | null) => ({
    model: name,
    wastage,
    failures: 0,
    memory: null,
    time: null,
    seconds: null,
  });
  it('names the one that wastes least, the simplest of equals, and none where nobody can say', () => {
    const compared = [model('linear', 1), model('auto', 1), model('manifest', 3)];
    expect(leastWasteful(compared)?.model).toBe('linear');
    expect(leastWasteful([model('linear', null), model('manifest', 3)])?.model).toBe('manifest');
    expect(leastWasteful([model('linear', null)])).toBeNull();
  });
});

describe('advice', () => {
  it('is worth applying only where it changes a number', () => {
    const current = { cpus: 1, memory: '512M', walltime: null };
    const advice = (recommended: typeof current) =>
      changesAnything({
        task: 't',
        component: 'c',
        current,
        recommended,
        method: 'learned',
        confidence: null,
        predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
        sentence: '',
      });
    expect(advice(current)).toBe(false);
    expect(advice({ ...current, memory: '1G' })).toBe(true);
  });
});
