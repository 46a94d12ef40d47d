import { describe, expect, it } from 'vitest';
import type { StageReport, TaskTrainingReport } from '../../../main/advisor/training-report.ts';
import type { FrontPoint } from '../../../main/planning/plan.ts';
import { importancePicture, methodBars, wastagePicture } from '../../../renderer/charts/bars-pictures.ts';
import { calibrationPicture, coverageBins } from '../../../renderer/charts/calibration-picture.ts';
import { chartTheme } from '../../../renderer/charts/chart-theme.ts';
import { frontPicture, frontPrice } from '../../../renderer/charts/front-picture.ts';
import { loadPicture } from '../../../renderer/charts/load-picture.ts';
import { inside, scatterPicture, thin } from '../../../renderer/charts/scatter-picture.ts';
import { coresInUse, usagePicture } from '../../../renderer/charts/usage-picture.ts';
import { wilsonInterval } from '../../../renderer/charts/wilson.ts';

const theme = chartTheme(false);
const GIB = 1024 ** 3;

const stage = (points: StageReport['points']): StageReport => ({
  stage: 'peak_memory',
  unit: 'bytes',
  mae: 0.1 * GIB,
  rmse: 0.2 * GIB,
  r2: 0.9,
  mape: 0.04,
  coverage: 0.95,
  nominalCoverage: 0.95,
  folds: [],
  points,
  importance: [
    { feature: 'seed', share: 0.01 },
    { feature: 'nodes', share: 0.9 },
  ],
});
const point = (predicted: number, measured = predicted) => ({
  predicted,
  measured,
  low: predicted * 0.9,
  high: predicted * 1.1,
});

describe('predicted against measured', () => {
  const points = [point(GIB), point(2 * GIB, 3 * GIB), point(GIB, 0)];
  it('tells what lies outside its interval from what lies inside', () => {
    expect(points.map(inside)).toEqual([true, false, false]);
    expect(scatterPicture(stage(points), theme).description).toContain(
      '1 values lie outside their 95 % interval',
    );
  });
  it('draws no point that a log scale cannot show, and keeps it in the data', () => {
    const picture = scatterPicture(stage(points), theme);
    expect(picture.description).toMatch(/^2 held-out values/);
    expect(picture.table().rows).toHaveLength(3);
  });
  it('thins intervals evenly', () => {
    expect(thin([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
    expect(thin([1, 2], 3)).toEqual([1, 2]);
  });
});

describe('calibration', () => {
  it('puts every value into exactly one bin, in order of the predictions', () => {
    const points = Array.from({ length: 53 }, (_, index) => point(((index * 17) % 53) + 1));
    const bins = coverageBins(points);
    expect(bins).toHaveLength(5);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(53);
    for (const [index, bin] of bins.entries()) expect(bin.from).toBeGreaterThan(bins[index - 1]?.to ?? 0);
  });
  it('does not judge from bins of fewer than 10 values', () => {
    expect(coverageBins(Array.from({ length: 19 }, (_, index) => point(index + 1)))).toHaveLength(1);
  });
  it('agrees with the published example of the Wilson interval', () => {
    // 81 of 263: Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    const { low, high } = wilsonInterval(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });
  it('says the shares in words', () => {
    expect(calibrationPicture(stage([point(GIB), point(GIB, 2 * GIB)]), theme).description).toContain('50 %');
  });
});

describe('bars', () => {
  it('show the most important input first', () => {
    expect(importancePicture(stage([]).importance, theme).description).toBe('nodes 90 %, seed 1 %');
  });
  it('write what is not known instead of drawing nothing as zero', () => {
    const task = {
      wastage: { manifest: 1.42, quantile: 0.5, learned: null },
      chosen: 'quantile',
    } as TaskTrainingReport;
    const picture = wastagePicture(methodBars(task), 'GB·h', theme);
    expect(picture.description).toBe(
      'manifest as first written: 1.42 GB·h, quantile: 0.5 GB·h, learned: not known',
    );
    expect(picture.table().rows[2]).toEqual(['learned', null]);
  });
});

describe('the cost/time curve', () => {
  const points: FrontPoint[] = [1, 2].map((workers) => ({
    workers,
    workersByTag: { model: workers },
    timeSeconds: 120 / workers,
    costUsd: workers,
    workerHours: 0.1,
  }));
  it('trades money for time where running costs money, worker hours where it does not', () => {
    expect(frontPrice(points).name).toBe('cost (USD)');
    expect(frontPrice(points.map((each) => ({ ...each, costUsd: null }))).name).toBe('worker hours');
  });
  it('names the plan in its description', () => {
    expect(frontPicture(points, 2, theme).description).toBe(
      'From 1 worker, 2 min, $1.00, to 2 workers, 1 min, $2.00. The plan uses 2 workers: 1 min, $2.00.',
    );
    const limit = {
      workSeconds: 1200,
      criticalPathSeconds: 300,
      serialShare: 0.25,
      mostSpeedup: 4,
      kneeWorkers: 2,
    };
    const limited = frontPicture(points, 2, theme, limit);
    expect(limited.description).toContain(
      'No number of workers is faster than 5 min, 4 times as fast as one worker. More than 2 workers hardly help.',
    );
    expect(JSON.stringify(limited.option.series)).toContain('"data":[{"xAxis":300}]');
    expect(frontPicture([], null, theme).description).toBe('No choices of workers to compare.');
  });
});

describe('the labels of the cost/time curve', () => {
  const at = (workers: number, timeSeconds: number): FrontPoint => ({
    workers,
    workersByTag: { model: workers },
    timeSeconds,
    costUsd: 1,
    workerHours: 1,
  });
  const points = [at(1, 300), at(2, 150), at(12, 23), at(16, 23), at(40, 23)];
  const series = (id: string, chosen: number) => {
    const all = frontPicture(points, chosen, theme).option.series as {
      id: string;
      label?: { align?: string; formatter: (point: { dataIndex: number }) => string };
    }[];
    return all.find((one) => one.id === id)?.label;
  };

  it('do not lie on each other where more workers hardly change the time', () => {
    const shown = points.map((_, dataIndex) => series('front', 1)?.formatter({ dataIndex }));
    expect(shown.filter((text) => text !== '').toSorted()).toEqual(['1', '12', '2']);
  });

  it('do not lie on the axis beside it', () => {
    expect([series('chosen', 12)?.align, series('chosen', 1)?.align]).toEqual(['left', 'center']);
  });
});

describe('queue and workers', () => {
  it('draw the last moment on until now', () => {
    const load = [{ at: 1000, queued: 4, running: 1, workers: 2, finished: 0 }];
    const { option } = loadPicture(load, 0, 10_000, theme);
    const series = Array.isArray(option.series) ? option.series : [];
    expect(series[0]).toMatchObject({
      data: [
        [1, 4],
        [10, 4],
      ],
    });
  });
});

describe('usage of an attempt', () => {
  const samples = [
    { at: 1000, memoryBytes: GIB, cpuSeconds: 1 },
    { at: 3000, memoryBytes: 2 * GIB, cpuSeconds: 5 },
    { at: 4000, memoryBytes: GIB, cpuSeconds: null },
  ];
  it('turns CPU time into cores in use', () => {
    expect(coresInUse(samples, 0)).toEqual([1, 2, null]);
  });
  it('says the peak beside the request', () => {
    const picture = usagePicture(
      { samples, startedAt: 0, requestedMemoryBytes: 8 * GIB, requestedCpus: 2 },
      theme,
    );
    expect(picture.description).toBe('Over 4 s it used up to 2 GB of the 8 GB it asked for.');
  });
});
