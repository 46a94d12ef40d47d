import { describe, expect, test, vi } from 'vitest';
import { LearnedAdvisor } from '../../../main/advisor/learned-advisor.ts';
import { ResourceAdvisor } from '../../../main/advisor/resource-advisor.ts';
import { trainAll } from '../../../main/advisor/training/train-all.ts';
import type { Params } from '../../../main/manifest/spec.ts';
import { GIB, MIB } from '../../../main/platform/units.ts';
import type { HistoryRow } from '../../../main/telemetry/views.ts';
import { energyRows, historyRow, query } from './fixtures.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000 });

const inputs = { num_nodes: 500, input_size_mb: 60, scenario_type: 'outage' };
const LARGEST_NEED = 2 * GIB;

const MODELS = ['auto', 'linear', 'gradient_boosting', 'random_forest'] as const;
const few = { n_estimators: 20 };
const advisors = [
  ...MODELS.map((modelType) => {
    const quick = { modelType, cvFolds: 3, ...(modelType === 'random_forest' && { modelParams: few }) };
    const from = (rows: readonly HistoryRow[]) => LearnedAdvisor.fromRows(rows, quick);
    return [`LearnedAdvisor by ${modelType}`, from] as const;
  }),
  ['ResourceAdvisor', (rows: readonly HistoryRow[]) => ResourceAdvisor.fromRows(rows)],
] as const;

/** The first rows of an energy study, some of them changed. */
function history(count: number, change: (row: HistoryRow, i: number) => Partial<HistoryRow> = () => ({})) {
  return energyRows(count).map((row, i) => ({ ...row, ...change(row, i) }));
}

/** Every third attempt is broken as named. */
const broken: readonly (readonly [string, Partial<HistoryRow>])[] = [
  ['a peak that is NaN', { peakMemoryBytes: Number.NaN }],
  ['an infinite peak', { peakMemoryBytes: Number.POSITIVE_INFINITY }],
  ['a negative peak', { peakMemoryBytes: -5 * GIB }],
  ['a peak of 10 PB', { peakMemoryBytes: 1e16 }],
  ['a clock that ran backwards', { wallSeconds: -30, cpuSeconds: -1, finishedAt: 1_700_000_000_000 }],
  ['times that are not finite', { wallSeconds: Number.POSITIVE_INFINITY, cpuSeconds: Number.NaN }],
  ['a finish that is no time at all', { finishedAt: Number.NaN, startedAt: Number.NaN }],
  ['requests that are absurd', { requestedMemoryBytes: -1, requestedCpus: Number.NaN }],
  ['input sizes that are not finite', { features: { ...inputs, input_size_mb: Number.NaN } }],
  ['negative and absurd input sizes', { features: { ...inputs, input_size_mb: -1e300, num_nodes: 1e300 } }],
  ['text where numbers were', { features: { ...inputs, input_size_mb: 'large', num_nodes: 'n/a' } }],
  ['inputs that are missing', { features: {} }],
  ['attempts that failed', { outcome: 'program_error', peakMemoryBytes: 90 * GIB }],
  ['attempts that were cancelled', { outcome: 'cancelled', peakMemoryBytes: MIB }],
];

describe.each(advisors)('%s', (_, from) => {
  const memoryFor = (rows: readonly HistoryRow[], features: HistoryRow['features'] = inputs) => {
    const { request, ladder, predicted } = from(rows).size(query({ features }));
    const figures = [...(ladder ?? []), ...Object.values(predicted.peakMemoryBytes ?? {})];
    for (const figure of figures) expect(figure).toBeGreaterThan(0);
    for (const figure of figures) expect(Number.isFinite(figure)).toBe(true);
    return request.memoryBytes ?? Number.NaN;
  };

  test.each([0, 1, 2])('with %d rows leaves the manifest’s request', (count) => {
    const { method, request } = from(history(count)).size(query({ features: inputs }));
    expect(method).toBe('manifest');
    expect(request.memoryBytes).toBe(2 * GIB);
  });

  test('with ten rows asks for something near what they needed', () => {
    const rows = history(10);
    const largest = Math.max(...rows.map((row) => row.peakMemoryBytes ?? 0));
    const asked = memoryFor(rows);
    expect(asked).toBeGreaterThan(100 * MIB);
    expect(asked).toBeLessThan(3 * largest);
  });

  test.each([10, 100])('after %d constant peaks asks for little more than they were', (count) => {
    const asked = memoryFor(history(count, () => ({ peakMemoryBytes: 300 * MIB })));
    expect(asked).toBeGreaterThanOrEqual(300 * MIB);
    expect(asked).toBeLessThan(345 * MIB);
  });

  test.each([10, 40])('after %d constant figures its intervals hold them', (count) => {
    const constant = { peakMemoryBytes: 3e8, wallSeconds: 70.1, cpuSeconds: 70.1 };
    const { predicted } = from(history(count, () => constant)).size(query({ features: inputs }));
    expect(predicted.peakMemoryBytes!.low).toBeLessThanOrEqual(3e8);
    expect(predicted.peakMemoryBytes!.high).toBeGreaterThanOrEqual(3e8);
    expect(predicted.wallSeconds!.low).toBeLessThanOrEqual(70.1);
    expect(predicted.wallSeconds!.high).toBeGreaterThanOrEqual(70.1);
  });

  test.each(broken)('is not misled by %s', (_name, damage) => {
    const asked = memoryFor(history(60, (_row, i) => (i % 3 === 0 ? damage : {})));
    expect(asked).toBeGreaterThan(150 * MIB);
    expect(asked).toBeLessThan(LARGEST_NEED);
  });

  test.each(broken)('answers from nothing but %s', (_name, damage) => {
    const { request } = from(history(12, () => damage)).size(query({ features: inputs }));
    expect(request.memoryBytes).toBeGreaterThan(0);
    expect(request.memoryBytes).toBeLessThan(100 * GIB);
  });

  test.each<Params>([
    { num_nodes: Number.NaN, input_size_mb: Number.NEGATIVE_INFINITY, scenario_type: '' },
    { num_nodes: 1e300, input_size_mb: -7 },
    { num_nodes: 'five hundred', input_size_mb: null, scenario_type: 4 },
    {},
  ])('answers a question that is odd: %j', (features) => {
    const asked = memoryFor(history(60), features);
    expect(asked).toBeGreaterThan(100 * MIB);
    expect(asked).toBeLessThan(LARGEST_NEED);
  });

  test('takes an attempt killed for memory as a bound', () => {
    const killed = (outcome: HistoryRow['outcome']) =>
      history(40, (_row, i) =>
        i % 4 === 0 ? { outcome, peakMemoryBytes: 3 * GIB, requestedMemoryBytes: 3 * GIB } : {},
      );
    const { request } = from(killed('out_of_memory')).size(query({ features: inputs }));
    expect(request.memoryBytes).toBeGreaterThan(3 * GIB);
    expect(memoryFor(killed('cancelled'))).toBeLessThan(LARGEST_NEED);
  });
});

test('training on broken rows tells what was left out, and reports only finite figures', () => {
  const damages = broken.map(([, damage]) => damage);
  const rows = history(80, (_row, i) => (i % 2 === 0 ? (damages[(i / 2) % damages.length] ?? {}) : {}));
  const { report } = trainAll(rows, { modelType: 'auto', cvFolds: 5, seed: 1 }, () => 0);
  const [task] = report.tasks;
  expect(task?.notes.join(' ')).toMatch(/failed, cancelled or lost attempts were left out/);
  expect(task?.notes.join(' ')).toMatch(/peaks that no machine can hold were left out/);
  expect(task?.notes.join(' ')).toMatch(/run times were left out/);
  for (const { mae, rmse } of task?.stages ?? [])
    for (const score of [mae, rmse]) expect(Number.isFinite(score)).toBe(true);
});

test('one attempt from a broken clock does not change what the others teach', () => {
  const rows = history(30);
  const odd = historyRow({ outcome: 'cancelled', startedAt: Number.NaN, finishedAt: Number.NaN });
  const asked = (given: readonly HistoryRow[]) =>
    LearnedAdvisor.fromRows(given).size(query({ features: inputs })).request;
  expect(asked([odd, ...rows])).toEqual(asked(rows));
});

test('finishes that are no time at all leave an order that does not depend on that of the input', () => {
  const rows = history(30, (_row, i) => (i % 3 === 0 ? { finishedAt: Number.NaN } : {}));
  const asked = (given: readonly HistoryRow[]) =>
    LearnedAdvisor.fromRows(given).size(query({ features: inputs })).request;
  expect(asked([...rows].reverse())).toEqual(asked(rows));
});
