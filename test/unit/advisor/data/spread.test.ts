import { describe, expect, test } from 'vitest';
import type { Matrix } from '../../../../main/advisor/data/matrix.ts';
import { gatherResiduals, upperResidual } from '../../../../main/advisor/data/predictive.ts';
import { seededRandom } from '../../../../main/advisor/data/random.ts';
import { fitSpread, spreadAt } from '../../../../main/advisor/data/spread.ts';
import { normal } from '../fixtures.ts';

/** Answers that say nothing of the spread; `nodes` does; a flag and a number that say nothing. */
function sample(count: number, seed: number, spread: (nodes: number) => number) {
  const random = seededRandom(seed);
  const draw = (value: () => number) => Float64Array.from({ length: count }, value);
  const nodes = draw(() => 100 * 10 ** random.next());
  const inputs: Matrix = {
    rows: count,
    names: ['nodes', 'kind=a', 'hour'],
    columns: [nodes, draw(() => random.below(2)), draw(() => 24 * random.next())],
  };
  return {
    answers: draw(() => 4 * random.next()),
    residuals: nodes.map((n) => spread(n) * normal(random)),
    inputs,
  };
}

const none = Float64Array.of(0, 0, 0);
const of = (nodes: number) => Float64Array.of(nodes, 0, 12);

describe('how widely residuals spread', () => {
  test('is told by the input that it follows', () => {
    const { answers, residuals, inputs } = sample(200, 1, (nodes) => 20 / nodes);
    const terms = fitSpread(answers, residuals, inputs);
    expect(spreadAt(terms, 2, of(130)) / spreadAt(terms, 2, of(800))).toBeGreaterThan(3);
  });

  test('is hardly told by inputs that say nothing', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { answers, residuals, inputs } = sample(150, seed, () => 0.1);
      const terms = fitSpread(answers, residuals, inputs);
      for (const nodes of [100, 300, 1000]) {
        expect(spreadAt(terms, 2, of(nodes))).toBeGreaterThan(0.6);
        expect(spreadAt(terms, 2, of(nodes))).toBeLessThan(1.7);
      }
    }
  });

  test.each([0.001, 0])('is the same everywhere where errors are none, such as %d', (size) => {
    const { answers, residuals, inputs } = sample(150, 1, () => size);
    expect(fitSpread(answers, residuals, inputs)).toEqual([]);
  });

  test('is not followed far beyond what was seen', () => {
    const { answers, residuals, inputs } = sample(200, 1, (nodes) => 20 / nodes);
    const terms = fitSpread(answers, residuals, inputs);
    const factors = [1e-300, 0, -1, 1e300, Number.POSITIVE_INFINITY].map((nodes) =>
      spreadAt(terms, 1e9, of(nodes)),
    );
    for (const factor of factors) expect(factor).toBeGreaterThanOrEqual(1 / 3);
    for (const factor of factors) expect(factor).toBeLessThanOrEqual(3);
    expect(spreadAt(terms, 2, new Float64Array(0))).toBeGreaterThan(0);
    const far = { log: false, low: -1e308, centre: 0, high: 1e308 };
    const hostile = [
      { ...far, column: -1, slope: 1e308 },
      { ...far, column: 0, slope: -1e308 },
    ];
    expect(spreadAt(hostile, 1e300, of(1e300))).toBe(1);
  });
});

test.each([0.8, 0.9, 0.95, 0.99])('a bound at %d holds as often as it says, near every input', (p) => {
  const spread = (nodes: number) => 20 / nodes;
  const ends = { small: { held: 0, all: 0 }, large: { held: 0, all: 0 } };
  for (let seed = 1; seed <= 20; seed++) {
    const known = sample(150, seed, spread);
    const residuals = gatherResiduals(known.answers, known.residuals, known.inputs);
    const fresh = sample(400, seed + 1000, spread);
    fresh.answers.forEach((answer, i) => {
      const nodes = fresh.inputs.columns[0]![i]!;
      const end = nodes < 316 ? ends.small : ends.large;
      end.all++;
      if (fresh.residuals[i]! <= upperResidual(residuals, answer, p, of(nodes))) end.held++;
    });
  }
  for (const { held, all } of Object.values(ends)) {
    expect(held / all).toBeGreaterThan(p - 0.03);
    expect(held / all).toBeLessThan(Math.min(1, p + 0.04));
  }
});

test('without inputs a bound is that of the usual ones', () => {
  const known = sample(150, 3, () => 0.1);
  const residuals = gatherResiduals(known.answers, known.residuals);
  expect(upperResidual(residuals, 2, 0.9, none)).toBe(upperResidual(residuals, 2, 0.9));
});
