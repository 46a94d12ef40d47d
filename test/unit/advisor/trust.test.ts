import { describe, expect, test } from 'vitest';
import type { StageReport, TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import { dataGuidance, doubtsAbout } from '../../../main/advisor/trust.ts';

describe('what the number of runs allows', () => {
  test.each([
    [0, 'No run is recorded: too few to learn. 5 more lead to basic predictions.'],
    [1, 'The task known best was measured in 1 run: too few to learn. 4 more lead to basic predictions.'],
    [4, 'The task known best was measured in 4 runs: too few to learn. 1 more leads to basic predictions.'],
    [
      5,
      'The task known best was measured in 5 runs: basic predictions. 15 more lead to reliable predictions.',
    ],
    [20, 'The task known best was measured in 20 runs: reliable predictions. 80 more lead to high accuracy.'],
    [1200, 'The task known best was measured in 1,200 runs: high accuracy.'],
  ])('%i runs', (runs, sentence) => {
    expect(dataGuidance(runs).sentence).toBe(sentence);
  });

  test('marks the steps that are reached', () => {
    expect(dataGuidance(20).steps.map(({ runs, reached }) => [runs, reached])).toEqual([
      [0, true],
      [5, true],
      [20, true],
      [100, false],
    ]);
  });
});

const fold = { rows: 100, mae: 10, rmse: 12, r2: 0.9, mape: 0.1, coverage: 0.95 };
const memory: StageReport = {
  stage: 'peak_memory',
  unit: 'bytes',
  ...fold,
  nominalCoverage: 0.95,
  folds: [1, 2, 3].map((number) => ({ fold: number, ...fold })),
  points: [],
  importance: [],
};
const sound: TaskTrainingReport = {
  task: 'simulate',
  rows: 300,
  runs: 40,
  modelType: 'linear',
  stages: [memory],
  chosen: 'learned',
  reason: 'On held-out tasks learned requests wasted 40 % less than quantiles.',
  wastage: { manifest: 3, quantile: 2, learned: 1 },
  failures: { manifest: 0, quantile: 3, learned: 2 },
  notes: [],
};
const kinds = (report: TaskTrainingReport) => doubtsAbout(report).map(({ kind }) => kind);

describe('when not to trust advice', () => {
  test('a long, even and well covered history leaves no doubt', () => {
    expect(doubtsAbout(sound)).toEqual([]);
  });

  test('few attempts and few runs', () => {
    expect(doubtsAbout({ ...sound, rows: 12, runs: 3 })).toMatchObject([
      { kind: 'few_rows', severity: 'warning' },
      { kind: 'few_runs', severity: 'warning' },
    ]);
    expect(doubtsAbout({ ...sound, runs: 12 })).toMatchObject([{ kind: 'few_runs', severity: 'note' }]);
  });

  test('no measured memory, in the words of the training', () => {
    const reason = 'No attempt of this task has measured memory, so the manifest’s request stays.';
    const report = { ...sound, chosen: 'manifest', reason, stages: [], rows: 4, runs: 2 } as const;
    expect(doubtsAbout(report)).toEqual([{ kind: 'no_memory', severity: 'warning', sentence: reason }]);
  });

  test('quantiles that know nothing of the inputs', () => {
    expect(kinds({ ...sound, chosen: 'quantile', reason: 'They wasted less.' })).toEqual(['not_learned']);
  });

  test('drift, but not where there is none', () => {
    const drift = {
      kind: 'needs',
      sentence: 'They need more.',
      recentRows: 60,
      shift: 1.2,
      inputs: [],
    } as const;
    expect(doubtsAbout({ ...sound, drift })[0]).toEqual({
      kind: 'drift',
      severity: 'warning',
      sentence: 'They need more.',
    });
    expect(kinds({ ...sound, drift: { ...drift, kind: 'none' } })).toEqual([]);
  });

  test('intervals that hold less than they promise, beyond chance', () => {
    const withCoverage = (coverage: number) => ({ ...sound, stages: [{ ...memory, coverage }] });
    expect(doubtsAbout(withCoverage(0.85))[0]?.sentence).toBe(
      'Intervals for memory promise 95 % and held 85 % of 300 held-out tasks: they are too narrow.',
    );
    expect(kinds(withCoverage(0.91))).toEqual([]);
  });

  test('an error that differs between parts of the history', () => {
    const folds = [10, 11, 44].map((mae, i) => ({ fold: i + 1, ...fold, mae }));
    expect(kinds({ ...sound, stages: [{ ...memory, folds }] })).toEqual(['unstable']);
  });

  test('a year stays a year, and no whole number is rounded', () => {
    const domain = [
      { feature: 'year', kind: 'number', low: 1996, high: 2030 },
      { feature: 'start', kind: 'number', low: 20_240_101, high: 20_261_121 },
      { feature: 'share', kind: 'number', low: 0.123456, high: 12_345.678 },
    ] as const;
    expect(doubtsAbout({ ...sound, domain })[0]?.sentence).toContain(
      'year of 1996 to 2030; start of 20,240,101 to 20,261,121; share of 0.1235 to 12,350.',
    );
  });

  test('inputs beyond those learned from, named with what was seen', () => {
    const domain: TaskTrainingReport['domain'] = [
      { feature: 'num_nodes', kind: 'number', low: 111, high: 1311 },
      { feature: 'scenario', kind: 'category', levels: ['baseline', 'outage'] },
    ];
    expect(doubtsAbout({ ...sound, domain })[0]?.sentence).toBe(
      'It was learned from num_nodes of 111 to 1311; scenario baseline, outage. Far beyond that, percentiles answer and know nothing of the inputs.',
    );
  });

  test('warnings come before notes', () => {
    const severities = doubtsAbout({
      ...sound,
      runs: 12,
      chosen: 'quantile',
      stages: [{ ...memory, coverage: 0.5 }],
    }).map(({ severity }) => severity);
    expect(severities).toEqual(['warning', 'note', 'note']);
  });
});
