import { expect, test } from 'vitest';
import { boundedByHistory } from '../../../../main/advisor/sizing/first-request.ts';
import { fitQuantile, upperValue } from '../../../../main/advisor/training/quantiles.ts';
import { MIB } from '../../../../main/platform/units.ts';

const history = fitQuantile(Float64Array.from({ length: 10 }, (_, i) => (100 + 10 * i) * MIB));

test('a model that is hardly sure asks no more than the history’s own bound at a stricter level', () => {
  const bound = boundedByHistory(3000 * MIB, 0.95, 150 * MIB, history);
  expect(bound).toBeLessThan(400 * MIB);
  expect(bound).toBeGreaterThanOrEqual(upperValue(history!, 0.95));
});

test('a model that is sure of a task larger than any before is not cut', () => {
  expect(boundedByHistory(900 * MIB, 0.95, 800 * MIB, history)).toBe(900 * MIB);
});

test('without a history nothing is cut', () => {
  expect(boundedByHistory(900 * MIB, 0.95, 100 * MIB, null)).toBe(900 * MIB);
});
