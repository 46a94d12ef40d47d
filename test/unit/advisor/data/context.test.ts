import { describe, expect, test } from 'vitest';
import { hourOf, machineClassOf, type Past, recentOf } from '../../../../main/advisor/data/context.ts';
import { columnNames, encode, learnFeatureSpace } from '../../../../main/advisor/data/features.ts';
import { groupByTask } from '../../../../main/advisor/data/rows.ts';
import { encodeText } from '../../../../main/advisor/data/text.ts';
import { DEFAULT_SEED } from '../../../../main/advisor/training/defaults.ts';
import { trainTask } from '../../../../main/advisor/training/train-task.ts';
import { MIB } from '../../../../main/platform/units.ts';
import type { HistoryRow } from '../../../../main/telemetry/views.ts';
import { rowsOf } from '../fixtures.ts';

const DAY = 86_400_000;
const NOON = 1_800_014_400_000 - (1_800_014_400_000 % DAY) + DAY / 2;

function learn(rows: readonly HistoryRow[]) {
  const history = groupByTask(rows).get('simulate')!;
  return { history, space: learnFeatureSpace(history.rows, history.now) };
}

/** A run a day whose memory grows by a tenth each time, four attempts each. */
const growing = rowsOf(48, (i) => {
  const run = Math.floor(i / 4);
  return {
    runId: `day-${String(run).padStart(2, '0')}`,
    finishedAt: NOON + run * DAY + (i % 4) * 60_000,
    features: { n: (i * 7) % 10 },
    peakMemoryBytes: Math.round(100 * MIB * 1.1 ** run * (1 + (i % 4) / 100)),
  };
});

describe('what earlier runs needed', () => {
  const asPast = (rows: readonly HistoryRow[]): Past[] =>
    rows.map((row) => ({
      runId: row.runId,
      startedAt: row.finishedAt - 10_000,
      finishedAt: row.finishedAt,
      value: row.peakMemoryBytes,
    }));

  test('is known from before the run only: what comes later changes nothing', () => {
    const whole = recentOf(asPast(growing))!;
    const half = recentOf(asPast(growing.slice(0, 40)))!;
    expect(whole.before.slice(0, 40)).toEqual(half.before);
    expect(whole.before.slice(0, 4)).toEqual([null, null, null, null]);
    expect(whole.before[4]).toBe(whole.before[7]);
  });

  test('a run that is still going tells its own instances nothing', () => {
    const { before } = recentOf(asPast(growing))!;
    growing.forEach((row, i) => {
      const known = before[i];
      if (known !== null) expect(known).toBeLessThan(row.peakMemoryBytes!);
    });
  });

  test('becomes an input where needs drift, with its present value for the next run', () => {
    const { space, history } = learn(growing);
    expect(columnNames(space)).toContain('recent_peak_memory');
    const at = columnNames(space).indexOf('recent_peak_memory');
    const row = encode(space, {
      features: { n: 3 },
      component: 'demeter',
      target: 'local',
      requestedCpus: 2,
    });
    expect(row[at]).toBe(history.now.recentPeakMemoryBytes);
    expect(row[at]).toBeGreaterThan(150 * MIB);
  });

  test('is no input where runs do not resemble each other', () => {
    const alternating = growing.map((row, i) => ({
      ...row,
      peakMemoryBytes: (Math.floor(i / 4) % 2 === 0 ? 100 : 300) * MIB + i,
    }));
    expect(columnNames(learn(alternating).space)).not.toContain('recent_peak_memory');
  });
});

describe('where and when it runs', () => {
  test('numbers in a machine’s name do not matter, and hours are universal', () => {
    expect(machineClassOf('Node-0417.cluster7')).toBe('node-#.cluster#');
    expect(hourOf(NOON + 90 * 60_000)).toBe(13);
  });

  test('the kind of target, the class of machine and requested processors are inputs where they vary', () => {
    const rows = growing.map((row, i) => ({
      ...row,
      provider: i % 2 === 0 ? ('local' as const) : ('slurm' as const),
      machine: i % 2 === 0 ? 'laptop' : `node-${i}`,
      requestedCpus: 1 + (i % 3),
    }));
    const { space } = learn(rows);
    expect(columnNames(space)).toEqual(
      expect.arrayContaining(['target_kind=slurm', 'machine_class=node-#', 'requested_cpus']),
    );
    // What a question leaves open is taken as it was last.
    const row = encode(space, { features: {}, component: 'demeter', target: null, requestedCpus: null });
    expect(row[columnNames(space).indexOf('machine_class=node-#')]).toBe(1);
  });

  test('the hour is an input only once there are several days', () => {
    const spread = rowsOf(30, (i) => ({ finishedAt: NOON + i * 5_000_000, features: { n: i } }));
    expect(columnNames(learn(spread).space)).not.toContain('hour_of_day');
    const days = rowsOf(30, (i) => ({ finishedAt: NOON + i * 0.37 * DAY, features: { n: i } }));
    expect(columnNames(learn(days).space)).toContain('hour_of_day');
  });
});

describe('text', () => {
  test('many texts that share words become a few columns', () => {
    const rows = rowsOf(200, (i) => ({
      features: { file: `runs/${i % 2 ? 'coarse' : 'fine'}_grid-${i}.nc` },
    }));
    const names = columnNames(learn(rows).space);
    expect(names).toContain('file words 1');
    expect(names.length).toBeLessThan(12);
  });

  test('its words tell memory', () => {
    const rows = rowsOf(120, (i) => ({
      features: { file: `runs/${i % 3 === 0 ? 'fine' : 'coarse'} grid ${i}.nc` },
      peakMemoryBytes: Math.round((i % 3 === 0 ? 800 : 200) * MIB * (1 + (i % 7) / 100)),
    }));
    const { report } = trainTask(groupByTask(rows).get('simulate')!, {
      modelType: 'gradient_boosting',
      cvFolds: 4,
      seed: DEFAULT_SEED,
    });
    expect(report.chosen).toBe('learned');
    expect(report.stages[0]?.r2).toBeGreaterThan(0.95);
  });

  test.each(['', '\u0000\ud800', 'x'.repeat(1e5), '9'.repeat(400), '🙂 _-/ '])(
    'any text is finite numbers',
    (text) => {
      expect(encodeText(text).every(Number.isFinite)).toBe(true);
    },
  );
});

describe('broken figures are bounded and told', () => {
  const odd = rowsOf(60, (i) => ({
    features: {
      n: i === 5 ? 'n/a' : i === 6 ? Number.NaN : i === 7 ? Number.POSITIVE_INFINITY : i === 8 ? 1e300 : i,
    },
    peakMemoryBytes: i === 9 ? 10 * 1024 ** 5 : i === 10 ? -5 : (200 + 10 * i) * MIB,
    wallSeconds: i === 11 ? -3 : i === 12 ? Number.NEGATIVE_INFINITY : 10,
  }));
  test.each(['linear', 'random_forest', 'gradient_boosting', 'auto'] as const)('%s', (modelType) => {
    const history = groupByTask(odd).get('simulate')!;
    const { report } = trainTask(history, { modelType, cvFolds: 4, seed: DEFAULT_SEED });
    expect(report.notes).toEqual(
      expect.arrayContaining([
        '4 values of n counted as missing: text, not finite, or beyond any size.',
        '2 peaks that no machine can hold were left out.',
        '2 run times were left out: negative, not finite or beyond ten years.',
      ]),
    );
    for (const stage of report.stages) expect([stage.mae, stage.rmse].every(Number.isFinite)).toBe(true);
  });

  test('a column of text where numbers were is no reason to fail', () => {
    const text = rowsOf(40, (i) => ({
      features: { n: i < 20 ? i : `row ${i}` },
      peakMemoryBytes: 1e8 + i * 1e6,
    }));
    const { report } = trainTask(groupByTask(text).get('simulate')!, {
      modelType: 'auto',
      cvFolds: 4,
      seed: DEFAULT_SEED,
    });
    expect(report.stages[0]?.coverage).toBeGreaterThan(0.7);
  });
});
