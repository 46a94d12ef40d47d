import { describe, expect, test } from 'vitest';
import { gatherResiduals, lowerResidual, upperResidual } from '../../../../main/advisor/data/predictive.ts';
import { seededRandom } from '../../../../main/advisor/data/random.ts';
import { normal } from '../fixtures.ts';

function sample(count: number, seed: number, spread: (answer: number) => number) {
  const random = seededRandom(seed);
  const answers = Float64Array.from({ length: count }, () => 4 * random.next());
  return { answers, residuals: answers.map((answer) => spread(answer) * normal(random)) };
}

describe('the residual that a fresh one stays below', () => {
  test.each([0.8, 0.9, 0.95, 0.99])('with probability %d, does so on fresh rows', (p) => {
    let held = 0;
    let all = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const known = sample(80, seed, () => 0.3);
      const residuals = gatherResiduals(known.answers, known.residuals);
      const fresh = sample(500, seed + 1000, () => 0.3);
      fresh.answers.forEach((answer, i) => {
        all++;
        if (fresh.residuals[i]! <= upperResidual(residuals, answer, p)) held++;
      });
    }
    expect(held / all).toBeGreaterThan(p - 0.015);
    expect(held / all).toBeLessThan(Math.min(1, p + 0.03));
  });

  test('is larger where the model errs more', () => {
    const known = sample(600, 3, (answer) => 0.05 + 0.2 * answer);
    const residuals = gatherResiduals(known.answers, known.residuals);
    expect(upperResidual(residuals, 3.8, 0.95)).toBeGreaterThan(3 * upperResidual(residuals, 0.2, 0.95));
  });

  test('lies beyond the largest seen when more certainty is asked than the rows can give', () => {
    const residuals = gatherResiduals(
      new Float64Array(10),
      Float64Array.from({ length: 10 }, (_, i) => i / 10),
    );
    expect(upperResidual(residuals, 0, 0.99)).toBeGreaterThan(0.9);
    expect(upperResidual(residuals, 0, 0.999)).toBeGreaterThan(upperResidual(residuals, 0, 0.99));
  });

  test('after three equal measurements still leaves room, after a hundred hardly any', () => {
    const room = (n: number) =>
      upperResidual(gatherResiduals(new Float64Array(n), new Float64Array(n)), 0, 0.95);
    expect(room(3)).toBeGreaterThan(0.03);
    expect(room(100)).toBeLessThan(0.01);
  });
});

test('the lower end mirrors the upper', () => {
  const symmetric = Float64Array.from({ length: 101 }, (_, i) => i - 50);
  const residuals = gatherResiduals(new Float64Array(101), symmetric);
  expect(lowerResidual(residuals, 0, 0.1)).toBeCloseTo(-upperResidual(residuals, 0, 0.9), 0);
});

test('a power law of the spread is followed at both ends with the rows of all', () => {
  const held = [0, 0];
  for (let seed = 1; seed <= 20; seed++) {
    const known = sample(120, seed, (answer) => 0.2 * Math.exp(-answer / 2));
    const residuals = gatherResiduals(known.answers, known.residuals);
    const upper = [0.1, 3.9].map((answer) => upperResidual(residuals, answer, 0.95));
    const exact = [0.1, 3.9].map((answer) => 1.645 * 0.2 * Math.exp(-answer / 2));
    for (const end of [0, 1]) held[end]! += upper[end]! / exact[end]! / 20;
  }
  for (const ratio of held) {
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.55);
  }
});

test('what too few rows cannot rank is at least the largest of them', () => {
  const residuals = gatherResiduals(new Float64Array(8), Float64Array.of(0, 0, 0, 0, 0.1, 0.1, 0.1, 1.5));
  expect(upperResidual(residuals, 0, 0.95)).toBeGreaterThanOrEqual(1.5);
  expect(upperResidual(residuals, 0, 0.8)).toBeLessThan(1.5);
});
