import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../main/advisor/data/random.ts';
import { groupByTask } from '../../../../main/advisor/data/rows.ts';
import { groupedFolds, timeOrderedFolds } from '../../../../main/advisor/validation/folds.ts';
import { coverageOf, scoresOf } from '../../../../main/advisor/validation/metrics.ts';
import { clearlyCheaper, costOf, totalCost } from '../../../../main/advisor/validation/wastage.ts';
import { GIB } from '../../../../main/platform/units.ts';
import { rowsOf } from '../fixtures.ts';

const rowsIn = (count: number, runs: number) =>
  groupByTask(rowsOf(count, (i) => ({ runId: `run-${i % runs}` }))).get('simulate')?.rows ?? [];

describe('folds', () => {
  test('every row is tested once and never by a model that saw its run', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 80 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer(),
        (count, runs, seed) => {
          const rows = rowsIn(count, runs);
          const folds = groupedFolds(rows, 5, seededRandom(seed));
          expect(folds.flatMap((fold) => [...fold.test]).sort((a, b) => a - b)).toEqual([...rows.keys()]);
          for (const { train, test: tested } of folds) {
            expect(train.length + tested.length).toBe(count);
            if (runs < 5) continue;
            const seen = new Set([...train].map((row) => rows[row]?.runId));
            expect([...tested].some((row) => seen.has(rows[row]?.runId))).toBe(false);
          }
        },
      ),
    );
  });

  const oneAfterTheOther = (count: number, runs: number) =>
    groupByTask(rowsOf(count, (i) => ({ runId: `run-${Math.floor((i * runs) / count)}` }))).get('simulate')
      ?.rows ?? [];

  test('in time order nothing is judged by what came later, and no run by a part of itself', () => {
    const rows = oneAfterTheOther(50, 5);
    const folds = timeOrderedFolds(rows, 4);
    expect(folds).toHaveLength(4);
    for (const { train, test: tested } of folds) {
      expect(Math.max(...train)).toBeLessThan(Math.min(...tested));
      const seen = new Set([...train].map((row) => rows[row]?.runId));
      expect([...tested].some((row) => seen.has(rows[row]?.runId))).toBe(false);
    }
    expect(timeOrderedFolds(oneAfterTheOther(50, 2), 4)).toHaveLength(1);
  });

  test('one run is a sweep over parameters, not a course of time, so nothing is judged by its order', () => {
    expect(timeOrderedFolds(oneAfterTheOther(50, 1), 4)).toEqual([]);
  });
});

describe('scores', () => {
  test('are those of the textbook', () => {
    const scores = scoresOf(Float64Array.of(1, 2, 5), Float64Array.of(1, 2, 3));
    expect(scores.mae).toBeCloseTo(2 / 3);
    expect(scores.rmse).toBeCloseTo(Math.sqrt(4 / 3));
    expect(scores.r2).toBeCloseTo(1 - 4 / 2);
    expect(scores.mape).toBeCloseTo(2 / 9);
  });
  test('that have no meaning are null', () => {
    expect(scoresOf(Float64Array.of(1, 1), Float64Array.of(2, 2)).r2).toBeNull();
    expect(scoresOf(Float64Array.of(1, 1), Float64Array.of(0, 2)).mape).toBeNull();
    expect(coverageOf(new Float64Array(0), new Float64Array(0), new Float64Array(0))).toBeNull();
  });
});

describe('the price of a request', () => {
  test('what is held and not used, for as long as it is held', () => {
    expect(costOf([3 * GIB], 2 * GIB, 3600)).toEqual({ gbh: 1, failures: 0 });
  });
  test('a failed attempt wastes all it held, and the next is twice as large', () => {
    expect(costOf([GIB], 3 * GIB, 3600)).toEqual({ gbh: 1 + 2 + 1, failures: 2 });
  });
  test('a ladder is climbed before requests double', () => {
    expect(costOf([GIB, 3 * GIB], 3 * GIB, 3600)).toEqual({ gbh: 1, failures: 1 });
  });
  test('a request of nothing ends all the same', () => {
    expect(costOf([0], GIB, 1).failures).toBe(64);
  });
});

test('a saving that rests on one task out of fifty is chance', () => {
  const peaks = new Float64Array(50).fill(GIB);
  const hours = new Float64Array(50).fill(3600);
  const cost = (requests: Float64Array) => totalCost(requests, peaks, hours);
  const incumbent = cost(new Float64Array(50).fill(2 * GIB));
  const lucky = cost(Float64Array.from({ length: 50 }, (_, i) => (i === 0 ? GIB : 2.001 * GIB)));
  expect(clearlyCheaper(lucky, incumbent)).toBe(false);
  expect(clearlyCheaper(cost(new Float64Array(50).fill(1.5 * GIB)), incumbent)).toBe(true);
});
