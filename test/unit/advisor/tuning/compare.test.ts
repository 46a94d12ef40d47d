import { describe, expect, it, vi } from 'vitest';
import { compareModels, comparisonOf } from '../../../../main/advisor/tuning/compare.ts';
import { energyRows } from '../fixtures.ts';

vi.setConfig({ testTimeout: 120_000 });

describe('a comparison of models', () => {
  it('judges every kind of model, quantiles and the manifest on the same attempts', async () => {
    const steps: number[] = [];
    const comparison = await compareModels({
      source: { kind: 'rows', rows: energyRows(48) },
      task: 'simulate',
      cvFolds: 3,
      onProgress: (fraction) => steps.push(fraction),
    });
    expect(comparison).toMatchObject({ task: 'simulate', rows: 48, runs: 8, cvFolds: 3, reason: null });
    expect(comparison.models.map(({ model }) => model)).toEqual([
      'linear',
      'random_forest',
      'gradient_boosting',
      'auto',
      'quantile',
      'manifest',
    ]);
    for (const { model, wastage, memory } of comparison.models) {
      expect(wastage, model).toBeGreaterThan(0);
      expect(memory === null, model).toBe(model === 'quantile' || model === 'manifest');
    }
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBe(1);
  });

  it('stops when told', async () => {
    const stop = new AbortController();
    const source = { kind: 'rows', rows: energyRows(48) } as const;
    const going = compareModels({ source, task: 'simulate', cvFolds: 3, signal: stop.signal });
    stop.abort();
    await expect(going).rejects.toMatchObject({ data: { code: 'E_CANCELLED' } });
  });

  it('says why where there are no models to compare', () => {
    const comparison = comparisonOf('sim', 5, [{ model: 'linear', report: undefined, seconds: 0 }]);
    expect(comparison.reason).toBe('This task has no history.');
    expect(comparison.models.every(({ wastage }) => wastage === null)).toBe(true);
  });
});
