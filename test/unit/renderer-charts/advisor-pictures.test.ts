import { describe, expect, it } from 'vitest';
import type { StageReport } from '../../../main/advisor/training-report.ts';
import { MIB } from '../../../main/platform/units.ts';
import { niceStep } from '../../../renderer/charts/axes.ts';
import { chartTheme } from '../../../renderer/charts/chart-theme.ts';
import { driftPicture } from '../../../renderer/charts/drift-picture.ts';
import { effectsPicture } from '../../../renderer/charts/effects-picture.ts';
import { parallelPicture, settingNames } from '../../../renderer/charts/parallel-picture.ts';
import { promisePicture } from '../../../renderer/charts/promise-picture.ts';
import { densityOf, spreadPicture } from '../../../renderer/charts/spread-picture.ts';
import {
  calibrationCurvePicture,
  foldsPicture,
  learningCurvePicture,
} from '../../../renderer/charts/training-pictures.ts';

const theme = chartTheme(false);
const spread = Array.from({ length: 99 }, (_, i) => ({
  probability: (i + 1) / 100,
  value: (100 + i) * MIB,
}));

describe('a predicted distribution', () => {
  it('is as high as it is likely', () => {
    const density = densityOf(spread, 50 * MIB, 250 * MIB, 40);
    const sum = density.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(0.95);
    expect(sum).toBeLessThan(1.05);
    expect(density[0]).toBe(0);
    expect(density[15]).toBeGreaterThan(density[5]!);
  });

  it('says what half and most of such instances need, and what is asked for in turn', () => {
    const ladder = [180 * MIB, 220 * MIB];
    const { description, table } = spreadPicture(
      { spread, unit: 'bytes', ladder, manifest: 512 * MIB },
      theme,
    );
    expect(description).toBe(
      'Half of such instances stay under 149 MB, 90 of 100 are between 104 MB and 194 MB. Asked for in turn: 180 MB, 220 MB. The manifest asks for 512 MB.',
    );
    expect(table().rows).toHaveLength(99);
  });

  it('is drawn without anything to draw', () => {
    const { description } = spreadPicture({ spread: [], unit: 'seconds', ladder: [], manifest: null }, theme);
    expect(description).toBe('Nothing is predicted.');
  });
});

describe('a search as parallel lines', () => {
  const trial = (params: Record<string, number>, score: number, rows = 96) => ({
    params,
    score,
    rows,
    seconds: 1,
  });
  const search = {
    bestParams: { rate: 0.1, leaves: 7 },
    bestScore: 0.9,
    trials: [
      trial({}, 0.8),
      trial({ rate: 0.1, leaves: 7 }, 0.85, 32),
      trial({ rate: 0.1, leaves: 7 }, 0.9),
      trial({ rate: 0.2, leaves: 31 }, Number.NaN),
    ],
  };

  it('has an axis per setting and a row per trial, failed ones without a score', () => {
    expect(settingNames(search.trials)).toEqual(['rate', 'leaves']);
    const { table } = parallelPicture(search, theme);
    expect(table().columns).toEqual(['rate', 'leaves', 'r2', 'attempts', 'seconds']);
    expect(table().rows[0]).toEqual(['default', 'default', 0.8, 96, 1]);
    expect(table().rows[3]?.[2]).toBeNull();
  });

  it('names the best and draws it once, above the others', () => {
    const { description, option } = parallelPicture(search, theme);
    expect(description).toBe(
      '3 settings tried. The best explains 0.900 (R²) of held-out tasks with rate 0.1, leaves 7; the others reach 0.800 to 0.900.',
    );
    const lines = [option.series ?? []].flat().filter(({ type }) => type === 'line');
    expect(lines.map((line) => line.type === 'line' && line.lineStyle?.width)).toEqual([1.5, 1.5, 3.5]);
  });
});

describe('what training found', () => {
  const stage: StageReport = {
    stage: 'peak_memory',
    unit: 'bytes',
    mae: 10 * MIB,
    rmse: 0,
    r2: 0.9,
    mape: 0.1,
    coverage: 0.95,
    nominalCoverage: 0.95,
    folds: [1, 2].map((fold) => ({
      fold,
      rows: 5,
      mae: fold * 8 * MIB,
      rmse: 0,
      r2: null,
      mape: null,
      coverage: null,
    })),
    points: [],
    importance: [],
    calibration: [
      { nominal: 0.5, empirical: 0.55 },
      { nominal: 0.9, empirical: 0.88 },
    ],
  };

  it('reads aloud what promises held', () => {
    expect(calibrationCurvePicture(stage, theme).description).toContain(
      '50 % promised, 55 % found; 90 % promised',
    );
  });

  it('reads aloud the error of every fold and of all', () => {
    expect(foldsPicture(stage, theme).description).toBe(
      'Mean error of peak memory by fold: fold 1 8 MB, fold 2 16 MB; over all 10 MB.',
    );
  });

  it('writes the error of a fold beside its name, where no line crosses it', () => {
    const { option } = foldsPicture(stage, theme);
    expect(option.yAxis).toMatchObject({ data: ['fold 1: 8 MB', 'fold 2: 16 MB'] });
    expect(option.series).toEqual([expect.not.objectContaining({ label: expect.anything() })]);
  });

  it('reads aloud the learning curve, with bytes in its data', () => {
    const { description, table } = learningCurvePicture([{ rows: 20, mae: 4 * MIB, wastage: null }], theme);
    expect(description).toContain('20 attempts 4 MB');
    expect(table().rows).toEqual([[20, 4 * MIB, null]]);
  });

  it('reads aloud how far inputs drifted', () => {
    const drift = {
      kind: 'inputs',
      sentence: 'Nodes changed.',
      recentRows: 9,
      shift: null,
      inputs: [{ feature: 'nodes', psi: 1.378 }],
    } as const;
    expect(driftPicture(drift, theme).description).toBe(
      'Nodes changed. nodes 1.38; over 0.25 is another population.',
    );
  });
});

describe('what would change the answer', () => {
  it('is told input by input, and that nothing would', () => {
    const at = [100, 900].map((value) => ({ value: String(value), memoryBytes: value * MIB }));
    expect(effectsPicture([{ name: 'nodes', at }], 200 * MIB, theme).description).toBe(
      'nodes: 100 MB at 100, 900 MB at 900',
    );
    expect(effectsPicture([], null, theme).description).toBe('No input changes the answer.');
  });
});

describe('promised and kept', () => {
  it('leaves out runs of which nothing is known', () => {
    const run = {
      runId: 'r',
      startedAt: 0,
      recommendations: 4,
      judged: 4,
      sufficed: 3,
      promisedSum: 3.8,
      promised: 0.95,
      coverage: 0.75,
      memoryMeasured: 0,
      memoryInside: 0,
      memoryCoverage: null,
      wallMeasured: 0,
      wallInside: 0,
      wallCoverage: null,
      savedGbh: null,
    };
    const { description, table } = promisePicture([run, { ...run, judged: 0, coverage: null }], theme);
    expect(description).toMatch(/run by run: [^;]*75 % of 4, 95 % promised\.$/);
    expect(table().rows).toHaveLength(2);
    expect(promisePicture([], theme).description).toBe('No advised task has ended yet.');
  });
});

describe('a step between values', () => {
  it('is a round number that is not larger', () => {
    expect([0.0123, 0.05, 7, 99, 0].map(niceStep)).toEqual([0.01, 0.05, 5, 50, 1]);
  });
});
