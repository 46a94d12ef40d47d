import { describe, expect, it } from 'vitest';
import type { StageReport, TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import { changesAnything } from '../../../renderer/pages/advisor/advice-changes.ts';
import {
  accuracySentence,
  coverageVerdict,
  savingSentence,
} from '../../../renderer/pages/advisor/report-sentences.ts';
import { featureNames, featureValue } from '../../../renderer/pages/advisor/what-if-inputs.ts';

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

  const task = (over: Partial<TaskTrainingReport>) =>
    ({
      chosen: 'learned',
      wastage: { manifest: 2, quantile: 1, learned: 0.5 },
      failures: { manifest: 14, quantile: 2, learned: 1 },
      ...over,
    }) as TaskTrainingReport;

  it('says what it would have saved', () => {
    expect(savingSentence(task({}))).toBe(
      'On the runs you have it would have wasted 0.5 GB·h instead of 2 GB·h, 75 % less, with 1 failure instead of 14.',
    );
  });

  it('claims no saving where there is none', () => {
    expect(savingSentence(task({ chosen: 'manifest' }))).toBeNull();
    expect(savingSentence(task({ wastage: { manifest: 1, quantile: 1, learned: 2 } }))).not.toContain('less');
  });
});

describe('what-if inputs', () => {
  it('come with the most important first and each once', () => {
    expect(featureNames(['nodes', 'size'], { scenario: 'a', nodes: 4 })).toEqual([
      'nodes',
      'size',
      'scenario',
    ]);
  });
  it('keep the kind of the example', () => {
    expect(featureValue('400', 7)).toBe(400);
    expect(featureValue('400', '300')).toBe('400');
    expect(featureValue('true', false)).toBe(true);
    expect(featureValue(' ', 7)).toBeNull();
    expect(featureValue('12x', undefined)).toBe('12x');
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
