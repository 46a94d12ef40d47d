import { describe, expect, test } from 'vitest';
import { groupByTask } from '../../../../main/advisor/data/rows.ts';
import { decodeReport } from '../../../../main/advisor/training/report-file.ts';
import { ioClassOf } from '../../../../main/advisor/training/stages.ts';
import { trainAll } from '../../../../main/advisor/training/train-all.ts';
import { trainTask } from '../../../../main/advisor/training/train-task.ts';
import { MIB } from '../../../../main/platform/units.ts';
import { energyRows } from '../fixtures.ts';

/** Outages write a lot, baselines next to nothing. */
const rows = energyRows(160).map((row) => {
  const rate = { outage: 200, peak_demand: 10, baseline: 0.05, high_renewables: 0 }[
    row.features.scenario_type as 'outage' | 'peak_demand' | 'baseline' | 'high_renewables'
  ];
  return { ...row, readBytes: 0, writtenBytes: Math.round(rate * MIB * (row.wallSeconds ?? 0)) };
});

describe('the I/O class', () => {
  const { report, trained } = trainTask(groupByTask(rows).get('simulate')!, {
    modelType: 'gradient_boosting',
    cvFolds: 4,
    seed: 1,
  });
  const stage = report.stages.find((one) => one.stage === 'io_class');

  test('is the fifth figure, told from the inputs and the figures before it', () => {
    expect(report.stages.map((one) => one.stage).at(-1)).toBe('io_class');
    expect(stage).toMatchObject({ unit: 'class' });
    expect(stage?.accuracy).toBeGreaterThan(0.95);
    const model = trained.chain?.stages.at(-1)?.members[0]?.model;
    const memory = trained.chain?.stages[0]?.members[0]?.model;
    expect(model?.columns).toBe((memory?.columns ?? 0) + 4);
  });

  test('is left out where nothing was measured of it', () => {
    const { report: without } = trainTask(groupByTask(energyRows(40)).get('simulate')!, {
      modelType: 'linear',
      cvFolds: 4,
      seed: 1,
    });
    expect(without.stages.map((one) => one.stage)).not.toContain('io_class');
  });

  test('is kept in stored reports', () => {
    const { report: whole } = trainAll(rows, { modelType: 'linear', cvFolds: 3, seed: 1 }, () => 0);
    expect(decodeReport(JSON.stringify(whole))).toEqual(whole);
  });

  test.each([
    [-0.1, 'low'],
    [0.2, 'low'],
    [0.4, 'medium'],
    [0.9, 'high'],
  ] as const)('an answer of %d is %s', (answer, name) => {
    expect(ioClassOf(answer)).toBe(name);
  });
});
