import { expect, test } from 'vitest';
import { HistoryAdvisor } from '../../../../main/advisor/history-advisor.ts';
import { ladderAbove, nextRung, rungsFrom } from '../../../../main/advisor/sizing/rungs.ts';
import { summariseAll } from '../../../../main/advisor/training/train-all.ts';
import { MIB } from '../../../../main/platform/units.ts';
import { energyRows, query } from '../fixtures.ts';

const upper = (p: number) => 1000 * MIB * (1 + 3 * p ** 8);

test('after the first request come larger ones, up to what hardly any peak exceeds', () => {
  const ladder = rungsFrom(2000 * MIB, upper, 0.9);
  expect(ladder[0]).toBe(2000 * MIB);
  expect(ladder.length).toBeGreaterThan(1);
  expect([...new Set(ladder)].sort((a, b) => a - b)).toEqual(ladder);
  expect(ladder.at(-1)).toBeGreaterThanOrEqual(upper(0.995));
  expect(rungsFrom(9000 * MIB, upper, 0.9)).toEqual([9000 * MIB]);
});

test('a failed request is followed by the next larger rung, whatever it was itself', () => {
  expect(nextRung([1, 2, 4], 1)).toBe(2);
  expect(nextRung([1, 2, 4], 3)).toBe(4);
  expect(nextRung([1, 2, 4], 4)).toBeNull();
});

test('a ladder follows a first request that was raised, and stops at what the target holds', () => {
  expect(ladderAbove([1, 2, 4, 8], 3, Number.POSITIVE_INFINITY)).toEqual([3, 4, 8]);
  expect(ladderAbove([1, 2, 4, 8], 1, 3)).toEqual([1, 2, 3]);
  expect(ladderAbove([1, 2, 4, 8], 3, 3)).toEqual([3]);
});

test('every sizing from history offers its ladder, and the manifest none', () => {
  const advisor = new HistoryAdvisor(summariseAll(energyRows(60), 1), 'quantile');
  const sizing = advisor.size(query({}));
  expect(sizing.ladder?.[0]).toBe(sizing.request.memoryBytes);
  expect(sizing.ladder?.length).toBeGreaterThan(1);
  expect(advisor.size(query({ task: 'unknown' })).ladder).toBeUndefined();
});
