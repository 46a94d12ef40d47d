import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { HyperparameterSearch } from '../../../../main/advisor/hyperparameter-search.ts';
import { LearnedAdvisor } from '../../../../main/advisor/learned-advisor.ts';
import { runJob } from '../../../../main/advisor/training/run-job.ts';
import { gridOf } from '../../../../main/advisor/tuning/candidates.ts';
import { type SearchOptions, search, type Trial } from '../../../../main/advisor/tuning/search.ts';
import { energyRows, rowsOf } from '../fixtures.ts';

// Searching takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const rows = energyRows(200);
const options: SearchOptions = {
  modelType: 'gradient_boosting',
  cvFolds: 3,
  strategy: 'random',
  trials: 5,
  seed: 1,
};
const find = (more: Partial<SearchOptions> = {}, given = rows) =>
  search(given, { ...options, ...more }, () => 0);

describe('a search for settings', () => {
  test('tries as many as allowed, the defaults first, and answers with the best', () => {
    const { trials, bestScore, bestParams } = find();
    expect(trials).toHaveLength(5);
    expect(trials[0]?.params).toEqual({});
    expect(bestScore).toBe(Math.max(...trials.map(({ score }) => score)));
    expect(trials.find(({ params }) => params === bestParams)?.score).toBe(bestScore);
    expect(bestScore).toBeGreaterThan(0.9);
  });

  test('finds the same again', () => {
    expect(find()).toEqual(find());
  });

  test('by grid goes through every combination', () => {
    const { trials } = find({ strategy: 'grid', modelType: 'linear', trials: 100 });
    expect(trials.map(({ params }) => params)).toEqual(gridOf('linear'));
  });

  test('by halving gives many settings few rows, and few settings all rows', () => {
    const { trials } = find({ strategy: 'halving', trials: 9, modelType: 'linear' }, energyRows(600));
    expect(trials.map((trial) => trial.rows)).toEqual([
      ...Array.from({ length: 9 }, () => 67),
      ...Array.from({ length: 3 }, () => 200),
      600,
    ]);
  });

  test('its settings are taken by the advisor', () => {
    const { bestParams } = find();
    const advisor = LearnedAdvisor.fromRows(rows, {
      modelType: 'gradient_boosting',
      modelParams: bestParams,
    });
    expect(advisor.tasks).toEqual(['simulate']);
  });

  test('time is what counts where no memory was measured', () => {
    expect(
      find(
        {},
        rows.map((row) => ({ ...row, peakMemoryBytes: null })),
      ).bestScore,
    ).toBeGreaterThan(0.5);
  });

  test.each([[[]], [rowsOf(3, () => ({}))]])('too little history is refused with a hint', (few) => {
    expect(() => find({ task: 'simulate' }, few)).toThrow('too few measured attempts of "simulate"');
  });

  test('goes on in a worker thread, tells its progress and every trial, and can be stopped', async () => {
    const steps: number[] = [];
    const job = { kind: 'tune', source: { kind: 'rows', rows }, options } as const;
    const told: Trial[] = [];
    const { search: found } = await runJob(job, {
      onProgress: (fraction) => steps.push(fraction),
      onTrial: (trial) => told.push(trial),
    });
    expect(found?.bestParams).toEqual(find().bestParams);
    expect(told).toEqual(found?.trials);
    expect(steps.at(-1)).toBe(1);
    const stop = new AbortController();
    const endless = runJob(
      { ...job, options: { ...options, modelType: 'random_forest', trials: 50 } },
      { signal: stop.signal },
    );
    setTimeout(() => stop.abort(), 200);
    await expect(endless).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });
});

describe('HyperparameterSearch', () => {
  test('has no best before it ran, and says so where there is no history', async () => {
    const runsDir = await mkdtemp(join(tmpdir(), 'search-'));
    const tuner = new HyperparameterSearch({ runsDir, modelType: 'linear', cvFolds: 3 });
    expect(() => tuner.bestScore).toThrow('has not run yet');
    await expect(tuner.run()).rejects.toMatchObject({ code: 'E_TOO_LITTLE_HISTORY' });
    await rm(runsDir, { recursive: true });
  });

  test('refuses an unknown kind of model at once', () => {
    expect(() => new HyperparameterSearch({ runsDir: '.', modelType: 'cubist' as 'linear' })).toThrow(
      'cubist',
    );
  });
});
