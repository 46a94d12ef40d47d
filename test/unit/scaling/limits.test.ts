import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withinTotal } from '../../../main/scaling/limits.ts';

const wish = fc
  .record({ count: fc.nat(20), least: fc.nat(6), busy: fc.nat(8), ready: fc.nat(50) })
  .map((given) => ({ ...given, least: Math.min(given.least, given.count) }));
const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);

describe('workers of all tags within a total', () => {
  it('are never more than the total, those still at work included, and never more than wished', () => {
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 5 }), fc.nat(40), (wishes, total) => {
        const kept = withinTotal(wishes, total);
        const there = kept.map((count, at) => Math.max(count, wishes[at]?.busy ?? 0));
        expect(sum(there)).toBeLessThanOrEqual(Math.max(total, sum(wishes.map(({ busy }) => busy))));
        for (const [at, count] of kept.entries()) {
          expect(count).toBeGreaterThanOrEqual(0);
          expect(count).toBeLessThanOrEqual(wishes[at]?.count ?? 0);
        }
      }),
    );
  });

  it('are what was wished where the total allows it', () => {
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 5 }), (wishes) => {
        const total = sum(wishes.map(({ count, busy }) => Math.max(count, busy)));
        expect(withinTotal(wishes, total)).toEqual(wishes.map(({ count }) => count));
        expect(withinTotal(wishes, null)).toEqual(wishes.map(({ count }) => count));
      }),
    );
  });

  it('leave one to every tag with work to begin before any has a second, and before idle minimums', () => {
    const idle = { count: 4, least: 4, busy: 0, ready: 0 };
    const large = { count: 9, least: 0, busy: 0, ready: 90 };
    const small = { count: 2, least: 0, busy: 0, ready: 2 };
    expect(withinTotal([idle, large, small], 2)).toEqual([0, 1, 1]);
    expect(withinTotal([idle, large, small], 1)).toEqual([0, 1, 0]);
    expect(withinTotal([idle, large, small], 8)).toEqual([4, 3, 1]);
  });
});
