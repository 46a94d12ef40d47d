import { expect, test } from 'vitest';
import { answeringNow } from '../../../../main/advisor/training/freshness.ts';

test.each([
  [100, null, 'on the spot'],
  [3001, null, 'quantiles'],
  [150, 100, 'stored'],
  [151, 100, 'on the spot'],
  [30_000, 20_000, 'stored'],
  [30_001, 20_000, 'quantiles'],
] as const)('with %d attempts, %s of them trained on, answers come %s', (rows, trained, who) => {
  expect(answeringNow(rows, trained)).toBe(who);
});
