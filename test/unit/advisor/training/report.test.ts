import { describe, expect, test, vi } from 'vitest';
import { groupByTask } from '../../../../main/advisor/data/rows.ts';
import { decodeReport } from '../../../../main/advisor/training/report-file.ts';
import { trainAll } from '../../../../main/advisor/training/train-all.ts';
import { trainTask } from '../../../../main/advisor/training/train-task.ts';
import { timeOrderedFolds } from '../../../../main/advisor/validation/folds.ts';
import { pinballOf } from '../../../../main/advisor/validation/metrics.ts';
import { MIB } from '../../../../main/platform/units.ts';
import type { HistoryRow } from '../../../../main/telemetry/views.ts';
import { energyRows, rowsOf } from '../fixtures.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

function reportOf(rows: readonly HistoryRow[], quick = false) {
  const history = groupByTask(rows).get('simulate')!;
  return trainTask(history, { modelType: 'gradient_boosting', cvFolds: 4, seed: 1, quick }).report;
}

describe('the report of a training', () => {
  const rows = energyRows(320).map((row, i) => ({ ...row, runId: `run-${Math.floor(i / 40)}` }));
  const report = reportOf(rows);
  const memory = report.stages[0]!;

  test('scores every stage and fold in order of time, too', () => {
    for (const { timeOrdered } of report.stages) {
      expect(timeOrdered?.folds).toHaveLength(4);
      for (const fold of timeOrdered?.folds ?? [])
        expect([fold.mae, fold.rmse, fold.coverage, fold.pinball].every(Number.isFinite)).toBe(true);
    }
    expect(report.timeOrdered?.tasks).toBe(240);
    expect(report.timeOrdered?.wastage.learned).toBeLessThan(report.timeOrdered!.wastage.quantile!);
  });

  test('has a calibration curve that rises and stays near its diagonal', () => {
    const curve = memory.calibration ?? [];
    expect(curve.map(({ nominal }) => nominal)).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]);
    for (const { nominal, empirical } of curve) expect(Math.abs(nominal - empirical)).toBeLessThan(0.08);
    expect(curve.every((one, i) => i === 0 || one.empirical >= curve[i - 1]!.empirical)).toBe(true);
  });

  test('has a learning curve: more history, less error and waste', () => {
    const curve = report.learningCurve ?? [];
    expect(curve.map((point) => point.rows)).toEqual([30, 60, 120, 240]);
    expect(curve.at(-1)!.mae).toBeLessThan(0.7 * curve[0]!.mae);
    expect(curve.at(-1)!.wastage!).toBeLessThan(curve[0]!.wastage!);
  });

  test('finds no drift where there is none', () => {
    expect(report.drift?.kind).toBe('none');
    expect(report.drift?.sentence).toBe('The latest 64 tasks are like those before them.');
  });

  test('is small, and reads back as it was stored', () => {
    const whole = trainAll(rows, { modelType: 'linear', cvFolds: 4, seed: 1 }, () => 0).report;
    expect(decodeReport(JSON.stringify(whole))).toEqual(whole);
    const { points: _, ...stage } = memory;
    expect(JSON.stringify(stage).length).toBeLessThan(8000);
  });

  test('a report from before these figures can still be read', () => {
    const whole = trainAll(rows, { modelType: 'linear', cvFolds: 4, seed: 1 }, () => 0).report;
    const old = {
      ...whole,
      tasks: whole.tasks.map(({ timeOrdered, learningCurve, drift, ...task }) => ({
        ...task,
        stages: task.stages.map(({ timeOrdered, calibration, pinball, ...stage }) => stage),
      })),
    };
    expect(decodeReport(JSON.stringify(old)).tasks[0]?.drift).toBeUndefined();
  });

  test('where a plan waits the choice is the same, without the rest', () => {
    const quick = reportOf(rows, true);
    expect(quick).toMatchObject({ chosen: report.chosen, reason: report.reason, wastage: report.wastage });
    expect(quick.learningCurve).toBeUndefined();
  });
});

describe('drift', () => {
  const changedFrom = (share: number, change: (row: HistoryRow) => Partial<HistoryRow>) => {
    const rows = energyRows(200);
    return rows.map((row, i) => (i < share * rows.length ? row : { ...row, ...change(row) }));
  };

  test('a new version that needs more is told in a sentence', () => {
    const { drift } = reportOf(changedFrom(0.8, (row) => ({ peakMemoryBytes: 1.4 * row.peakMemoryBytes! })));
    expect(drift?.kind).toBe('needs');
    expect(drift?.shift).toBeGreaterThan(1.25);
    expect(drift?.sentence).toMatch(/latest 40 tasks needed (3|4)\d % more memory/);
  });

  test('other inputs are named', () => {
    const { drift } = reportOf(
      changedFrom(0.8, (row) => ({ features: { ...row.features, num_nodes: 1250 + (row.finishedAt % 50) } })),
    );
    expect(drift?.inputs[0]).toMatchObject({ feature: 'num_nodes' });
    expect(drift?.inputs[0]?.psi).toBeGreaterThan(0.25);
  });

  test('a handful of attempts tells nothing', () => {
    expect(reportOf(energyRows(60)).drift).toBeUndefined();
  });
});

test('a model that learned from the future is not chosen', () => {
  // Every run has its own level; an identifier of the run tells it, but only once the run is known.
  const rows = rowsOf(200, (i) => {
    const run = Math.floor(i / 5);
    return {
      runId: `r${String(run).padStart(3, '0')}`,
      finishedAt: 1_800_000_000_000 + i * 60_000,
      features: { n: run },
      peakMemoryBytes: Math.round((200 + 300 * (((run * 7919) % 97) / 97)) * MIB * (1 + (i % 5) / 500)),
    };
  });
  expect(reportOf(rows).chosen).toBe('quantile');
});

test('blocks of time end where runs end', () => {
  const rows = groupByTask(
    rowsOf(60, (i) => ({ runId: `run-${Math.floor(i / 7)}`, finishedAt: 1_800_000_000_000 + i })),
  ).get('simulate')!.rows;
  for (const { train, test: tested } of timeOrderedFolds(rows, 4)) {
    const known = new Set([...train].map((row) => rows[row]!.runId));
    expect([...tested].some((row) => known.has(rows[row]!.runId))).toBe(false);
  }
});

test('pinball loss counts what is missing more than what is too much', () => {
  expect(pinballOf(Float64Array.of(10), Float64Array.of(0), 0.9)).toBeCloseTo(9);
  expect(pinballOf(Float64Array.of(0), Float64Array.of(10), 0.9)).toBeCloseTo(1);
  expect(pinballOf(new Float64Array(), new Float64Array(), 0.9)).toBeNull();
});
