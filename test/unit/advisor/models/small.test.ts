import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../main/advisor/data/random.ts';
import { resolveParams } from '../../../../main/advisor/models/model-params.ts';
import { fitSmall } from '../../../../main/advisor/models/small.ts';
import { trainAll } from '../../../../main/advisor/training/train-all.ts';
import { MIB } from '../../../../main/platform/units.ts';
import { normal, rowsOf } from '../fixtures.ts';

const sizes = Float64Array.from({ length: 12 }, (_, i) => 100 * (i + 1));
const odd = sizes.map((_, i) => i % 2);
const options = { params: resolveParams('linear'), scale: 'log', random: seededRandom(1) } as const;
const names = ['size', 'kind=a', 'kind=b'];
const columns = [sizes, odd.map((flag) => 1 - flag), odd];
const learn = (target: Float64Array) => fitSmall({ rows: 12, names, columns }, target, options);

describe('the small models', () => {
  test('follow a power law between the rows', () => {
    const model = learn(sizes.map((size) => 3 * size ** 0.7));
    expect(model.predictRow(Float64Array.of(650, 1, 0)) / (3 * 650 ** 0.7)).toBeCloseTo(1, 2);
  });

  test('stay level beyond the knee', () => {
    const model = learn(sizes.map((size) => Math.min(size, 600)));
    expect(model.predictRow(Float64Array.of(1150, 1, 0)) / 600).toBeGreaterThan(0.9);
    expect(model.predictRow(Float64Array.of(1150, 1, 0)) / 600).toBeLessThan(1.1);
  });

  test('tell categories apart', () => {
    const model = learn(odd.map((flag) => (flag ? 400 : 100)));
    const ratio = model.predictRow(Float64Array.of(500, 0, 1)) / model.predictRow(Float64Array.of(500, 1, 0));
    expect(ratio).toBeGreaterThan(2.5);
    expect(ratio).toBeLessThan(4.5);
  });

  test('answer the level where nothing varies with anything', () => {
    const model = learn(new Float64Array(12).fill(250));
    expect(model.predictRow(Float64Array.of(1, 0, 1))).toBeCloseTo(250, 6);
  });
});

test.each([1, 2, 3, 4, 5])(
  'on 20 rows of a power law auto chooses to learn, whatever the folds (seed %i)',
  (seed) => {
    const random = seededRandom(7);
    const rows = rowsOf(20, () => {
      const size = 10 * 50 ** random.next();
      return {
        features: { size },
        peakMemoryBytes: 40 * MIB * size ** 0.6 * Math.exp(0.05 * normal(random)),
      };
    });
    const { tasks } = trainAll(rows, { modelType: 'auto', cvFolds: 5, seed, quick: true }, () => 0);
    expect(tasks[0]?.chosen).toBe('learned');
    expect(tasks[0]?.chain?.stages[0]?.members.some(({ type }) => type === 'small')).toBe(true);
  },
);
