import { describe, expect, test, vi } from 'vitest';
import type { ModelType } from '../../../../main/advisor/advisor.ts';
import { groupByTask } from '../../../../main/advisor/data/rows.ts';
import { HistoryAdvisor } from '../../../../main/advisor/history-advisor.ts';
import { DEFAULT_SEED } from '../../../../main/advisor/training/defaults.ts';
import { trainTask } from '../../../../main/advisor/training/train-task.ts';
import type { HistoryRow } from '../../../../main/telemetry/views.ts';
import { energyRows, historyRow, noiseRows, query, rowsOf } from '../fixtures.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

function trainOn(rows: readonly HistoryRow[], modelType: ModelType = 'auto') {
  const history = groupByTask(rows).get('simulate');
  if (!history) throw new Error('no such task');
  return trainTask(history, { modelType, cvFolds: 5, seed: DEFAULT_SEED });
}

test('a task that was killed before its retry succeeded counts as a failure of what was asked for first', () => {
  const MIB = 1024 ** 2;
  const rows = rowsOf(20, (i) => ({ requestedMemoryBytes: 192 * MIB, peakMemoryBytes: (60 + i) * MIB }));
  const killed = historyRow({
    instanceId: 'simulate.large',
    requestedMemoryBytes: 192 * MIB,
    outcome: 'out_of_memory',
    peakMemoryBytes: 200 * MIB,
  });
  const retried = {
    ...killed,
    attempt: 2,
    requestedMemoryBytes: 384 * MIB,
    outcome: 'succeeded' as const,
    peakMemoryBytes: 290 * MIB,
  };
  expect(trainOn([...rows, killed, retried]).report.failures.manifest).toBe(1);
});

describe('memory that follows the inputs', () => {
  const { trained, report } = trainOn(energyRows(300));
  const stage = (name: string) => report.stages.find((one) => one.stage === name);

  test('is predicted for held-out tasks, and learned requests waste less than quantiles and the manifest', () => {
    expect(stage('peak_memory')?.r2).toBeGreaterThan(0.95);
    expect(report.chosen).toBe('learned');
    expect(report.wastage.learned).toBeLessThan(0.3 * report.wastage.quantile!);
    expect(report.wastage.quantile).toBeLessThan(report.wastage.manifest!);
    expect(report.failures.learned).toBeLessThanOrEqual(0.05 * 300);
  });

  test('every stage of the chain is reported with folds, points and intervals that keep their promise', () => {
    expect(report.stages.map((one) => one.stage)).toEqual([
      'peak_memory',
      'cpu_time',
      'cpu_efficiency',
      'wall_time',
    ]);
    for (const one of report.stages) {
      expect(one.folds).toHaveLength(5);
      expect(one.points).toHaveLength(300);
      expect(one.coverage).toBeGreaterThan(0.85);
      expect(one.nominalCoverage).toBe(0.9);
    }
    expect(stage('wall_time')?.r2).toBeGreaterThan(0.75);
  });

  test('the inputs that matter are named first', () => {
    const names = stage('peak_memory')?.importance.map((one) => one.feature);
    expect(names?.slice(0, 3).sort()).toEqual(['input_size_mb', 'num_nodes', 'scenario_type']);
    expect(stage('wall_time')?.importance.some((one) => one.feature.startsWith('predicted '))).toBe(true);
  });

  test('90 % intervals hold 86 to 94 % of tasks that came later, and first requests keep their confidence', () => {
    const advisor = new HistoryAdvisor([trained], 'better');
    const fresh = energyRows(600, { seed: 99 });
    const inside = { memory: 0, wall: 0, request: 0 };
    for (const row of fresh) {
      const { predicted, request } = advisor.size(query({ features: row.features }));
      const { peakMemoryBytes: memory, wallSeconds: wall } = predicted;
      if (memory && memory.low <= row.peakMemoryBytes! && row.peakMemoryBytes! <= memory.high)
        inside.memory++;
      if (wall && wall.low <= row.wallSeconds! && row.wallSeconds! <= wall.high) inside.wall++;
      if (request.memoryBytes! >= row.peakMemoryBytes!) inside.request++;
    }
    for (const count of [inside.memory, inside.wall]) {
      expect(count / 600).toBeGreaterThan(0.86);
      expect(count / 600).toBeLessThan(0.94);
    }
    expect(inside.request / 600).toBeGreaterThan(0.92);
  });
});

describe.each(['linear', 'random_forest', 'gradient_boosting'] as const)('%s', (modelType) => {
  const { report } = trainOn(energyRows(150), modelType);
  test('beats quantiles where inputs tell, and is named as what it is', () => {
    expect(report.chosen).toBe('learned');
    expect(report.modelType).toBe(modelType);
    expect(report.wastage.learned).toBeLessThan(report.wastage.quantile!);
  });
});

describe('memory that follows nothing', () => {
  test.each([1, 2, 3, 4])('is left to quantiles (history %d)', (seed) => {
    const { report, trained } = trainOn(noiseRows(120, seed));
    expect(report.chosen).toBe('quantile');
    const sizing = new HistoryAdvisor([trained], 'better').size(
      query({ features: { a: 0.5, b: 2, kind: 'x' } }),
    );
    expect(sizing.method).toBe('quantile');
    expect(sizing.evidence.reason).toMatch(/quantiles/);
  });
});

describe('little or odd history', () => {
  test('no row, one row and two rows leave the manifest’s request', () => {
    expect(trainOn(rowsOf(1, () => ({}))).report.chosen).toBe('manifest');
    expect(trainOn(rowsOf(2, () => ({}))).report.reason).toContain('Only 2 attempts');
    expect(trainOn(rowsOf(4, () => ({ outcome: 'cancelled' }))).report.chosen).toBe('manifest');
  });

  test('a few rows are sized by quantiles, with less confidence than many', () => {
    const few = new HistoryAdvisor([trainOn(rowsOf(5, () => ({}))).trained], 'better').size(query());
    const many = new HistoryAdvisor([trainOn(rowsOf(80, () => ({}))).trained], 'better').size(query());
    expect(few.method).toBe('quantile');
    expect(many.confidence).toBeGreaterThan(few.confidence!);
  });

  test('constant peaks, peaks of 10 PB and rows without memory do no harm', () => {
    const rows = rowsOf(30, (i) => ({
      features: { n: i },
      peakMemoryBytes: i === 3 ? 10 * 1024 ** 5 : i === 4 ? null : 300 * 1024 ** 2,
    }));
    const sizing = new HistoryAdvisor([trainOn(rows).trained], 'better').size(query({ features: { n: 4 } }));
    expect(sizing.request.memoryBytes).toBeLessThan(360 * 1024 ** 2);
    expect(sizing.request.memoryBytes).toBeGreaterThanOrEqual(300 * 1024 ** 2);
  });

  test('history without any measured memory still tells time', () => {
    const rows = energyRows(60).map((row) => ({
      ...row,
      peakMemoryBytes: null,
      origin: 'reference' as const,
    }));
    const { trained, report } = trainOn(rows);
    const sizing = new HistoryAdvisor([trained], 'better').size(query({ features: rows[0]!.features }));
    expect(report.reason).toContain('No attempt of this task has measured memory');
    expect(sizing).toMatchObject({
      method: 'manifest',
      request: { memoryBytes: query().manifestRequest.memoryBytes },
    });
    expect(sizing.predicted.wallSeconds?.point).toBeGreaterThan(0);
  });
});

test('the order of the history does not change the models', () => {
  const rows = energyRows(60);
  expect(trainOn([...rows].reverse(), 'gradient_boosting').trained).toEqual(
    trainOn(rows, 'gradient_boosting').trained,
  );
});
