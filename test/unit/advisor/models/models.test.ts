import { RandomForestRegression } from 'ml-random-forest';
import { describe, expect, test } from 'vitest';
import { type Matrix, rowOf } from '../../../../main/advisor/data/matrix.ts';
import { seededRandom } from '../../../../main/advisor/data/random.ts';
import { fitterOf, type SingleModelType } from '../../../../main/advisor/models/fit-model.ts';
import type { Scale } from '../../../../main/advisor/models/model.ts';
import { type ModelParams, resolveParams } from '../../../../main/advisor/models/model-params.ts';
import { fitForest } from '../../../../main/advisor/models/random-forest.ts';
import { fitSmallForest, nextBelow } from '../../../../main/advisor/models/small-forest.ts';
import { normal } from '../fixtures.ts';

const TYPES: readonly SingleModelType[] = ['linear', 'random_forest', 'gradient_boosting'];

/** y = (100 + 400 a² + 600 b) with relative noise; c says nothing. */
function data(rows: number, seed: number, noise = 0.03): { matrix: Matrix; y: Float64Array } {
  const random = seededRandom(seed);
  const columns = Array.from({ length: 3 }, () => Float64Array.from({ length: rows }, () => random.next()));
  const y = Float64Array.from(
    { length: rows },
    (_, i) => (100 + 400 * columns[0]![i]! ** 2 + 600 * columns[1]![i]!) * Math.exp(noise * normal(random)),
  );
  return { matrix: { rows, names: ['a', 'b', 'c'], columns }, y };
}

function fitted(
  type: SingleModelType,
  matrix: Matrix,
  y: Float64Array,
  params: ModelParams = {},
  scale: Scale = 'log',
) {
  return fitterOf(type)(matrix, y, { params: resolveParams(type, params), scale, random: seededRandom(5) });
}

function r2(model: ReturnType<typeof fitted>, { matrix, y }: ReturnType<typeof data>): number {
  const centre = y.reduce((a, b) => a + b) / y.length;
  const wrong = y.reduce((sum, value, i) => sum + (value - model.predictRow(rowOf(matrix, i))) ** 2, 0);
  return 1 - wrong / y.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

describe.each(TYPES)('%s', (type) => {
  test.each([200, 1000])('explains fresh rows after %d', (rows) => {
    const { matrix, y } = data(rows, 1);
    expect(r2(fitted(type, matrix, y), data(500, 2))).toBeGreaterThan(type === 'linear' ? 0.97 : 0.93);
  });

  test('gives the same answers for the same seed', () => {
    const { matrix, y } = data(150, 1);
    expect(fitted(type, matrix, y).data).toEqual(fitted(type, matrix, y).data);
  });

  test('learns equal figures, a single row and constant columns without a number going wrong', () => {
    const row = Float64Array.of(0.5, 0.5, 0.5);
    const constant = {
      rows: 20,
      names: ['a', 'b', 'c'],
      columns: [0, 1, 2].map(() => new Float64Array(20).fill(1)),
    };
    expect(fitted(type, constant, new Float64Array(20).fill(7)).predictRow(row)).toBeCloseTo(7, 5);
    expect(fitted(type, data(20, 1).matrix, new Float64Array(20).fill(7)).predictRow(row)).toBeCloseTo(7, 3);
    expect(fitted(type, data(1, 1).matrix, Float64Array.of(7)).predictRow(row)).toBeCloseTo(7, 3);
  });

  test('learns a share on its own scale', () => {
    const { matrix, y } = data(200, 1);
    const shares = y.map((value) => value / 1500);
    const model = fitted(type, matrix, shares, {}, 'identity');
    expect(model.predictRow(Float64Array.of(0.5, 0.5, 0.5))).toBeCloseTo(500 / 1500, 1);
  });
});

test('linear is hardly moved by a few wild rows', () => {
  const { matrix, y } = data(300, 1);
  const spoilt = y.map((value, i) => (i % 40 === 0 ? 30 * value : value));
  expect(r2(fitted('linear', matrix, spoilt), data(500, 2))).toBeGreaterThan(0.9);
});

test('linear does not run away beyond what it saw', () => {
  const { matrix, y } = data(300, 1);
  const model = fitted('linear', matrix, y);
  const most = y.reduce((a, b) => Math.max(a, b));
  expect(model.predictRow(Float64Array.of(1e6, -1e6, 1e9))).toBeLessThanOrEqual(2 * most);
});

test('boosting with quantile loss leaves the asked share of rows above', () => {
  const { matrix, y } = data(2000, 1, 0.3);
  const model = fitted('gradient_boosting', matrix, y, { loss: 'quantile', quantile: 0.9 });
  const fresh = data(2000, 2, 0.3);
  const held = fresh.y.filter((value, i) => value <= model.predictRow(rowOf(fresh.matrix, i))).length / 2000;
  expect(held).toBeGreaterThan(0.85);
  expect(held).toBeLessThan(0.94);
});

test('boosting stops early where nothing can be learned', () => {
  const { matrix } = data(400, 1);
  const random = seededRandom(9);
  const y = Float64Array.from({ length: 400 }, () => Math.exp(normal(random)));
  const model = fitted('gradient_boosting', matrix, y);
  expect(model.data.kind === 'trees' && model.data.roots.length).toBeLessThan(20);
});

test('a forest of ml-random-forest answers the same after it was copied into our trees', () => {
  const { matrix, y } = data(60, 1);
  const params = { ...resolveParams('random_forest'), nEstimators: 7 };
  const ours = fitSmallForest(matrix, y, { params, scale: 'identity', random: seededRandom(5) });
  const theirs = new RandomForestRegression({
    seed: seededRandom(5).below(2 ** 31 - 1),
    nEstimators: 7,
    maxFeatures: 3,
    replacement: false,
    useSampleBagging: true,
    noOOB: true,
    treeOptions: { minNumSamples: 3, maxDepth: params.maxDepth },
  });
  const rows = Array.from({ length: 60 }, (_, i) => [...rowOf(matrix, i)]);
  theirs.train(rows, [...y]);
  theirs.predict(rows).forEach((answer, i) => {
    expect(ours.predictRow(Float64Array.from(rows[i]!))).toBeCloseTo(answer, 6);
  });
});

test('our own forest is as good as theirs', () => {
  const { matrix, y } = data(250, 1);
  const options = { params: resolveParams('random_forest'), scale: 'log' as const, random: seededRandom(5) };
  const own = fitForest(matrix, y.map(Math.log), options);
  expect(r2(own, data(500, 2))).toBeGreaterThan(r2(fitted('random_forest', matrix, y), data(500, 2)) - 0.02);
});

test.each([1, -1, 0.1, 1e300, -7.25, 0])('the number below %d is the next one', (value) => {
  const below = nextBelow(value);
  expect(below).toBeLessThan(value);
  expect(below + (value - below) / 2 === below || below + (value - below) / 2 === value).toBe(true);
});

describe('settings', () => {
  test('camelCase, snake_case and other libraries’ names mean the same', () => {
    expect(
      resolveParams('gradient_boosting', { n_estimators: 50, max_depth: 3, learning_rate: 0.2 }),
    ).toEqual(resolveParams('gradient_boosting', { maxIter: 50, maxDepth: 3, eta: 0.2 }));
  });

  test('are obeyed', () => {
    const { matrix, y } = data(400, 1);
    const model = fitted('random_forest', matrix, y, { n_estimators: 3 });
    expect(model.data.kind === 'trees' && model.data.roots.length).toBe(3);
  });

  test.each([[{ n_trees: 5 }], [{ learningRate: 0 }], [{ max_depth: Number.NaN }], [{ loss: 'hinge' }]])(
    '%j is refused by name',
    (given) => {
      expect(() => resolveParams('gradient_boosting', given as ModelParams)).toThrow(Object.keys(given)[0]);
    },
  );
});
