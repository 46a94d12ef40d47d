import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cheapestLadder,
  condense,
  type FailurePrice,
  type PossiblePeak,
} from '../../../../main/advisor/online/ladder.ts';
import { RISKS, riskNamed } from '../../../../main/advisor/online/risk.ts';

const FREE: FailurePrice = { attempts: 0, hours: 0 };

/** Distinct peaks within a factor of two, so that no step of a ladder is cut. */
const peaksOf = fc
  .uniqueArray(
    fc.record({
      bytes: fc.integer({ min: 100, max: 200 }),
      mass: fc.integer({ min: 1, max: 9 }),
      hours: fc.integer({ min: 1, max: 9 }),
    }),
    {
      minLength: 1,
      maxLength: 7,
      selector: (peak) => peak.bytes,
    },
  )
  .map((peaks) => peaks.sort((a, b) => a.bytes - b.bytes));

/** What a ladder costs, straight from the definition. */
function costOf(rungs: readonly number[], peaks: readonly PossiblePeak[], price: FailurePrice): number {
  let cost = 0;
  for (const { bytes, mass, hours } of peaks) {
    for (const rung of rungs) {
      cost += mass * rung * hours;
      if (rung >= bytes) break;
      cost += mass * rung * (price.attempts * hours + price.hours);
    }
  }
  return cost / peaks.reduce((sum, peak) => sum + peak.mass, 0);
}

function subsets<T>([first, ...rest]: readonly T[]): T[][] {
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((some) => [some, [first, ...some]]);
}

describe('the cheapest ladder', () => {
  test('is as cheap as the best of all ladders', () => {
    fc.assert(
      fc.property(peaksOf, fc.constantFrom(...Object.values(RISKS)), (peaks, price) => {
        const all = peaks.map((peak) => peak.bytes);
        const top = all.at(-1) as number;
        const best = Math.min(
          ...subsets(all.slice(0, -1)).map((some) => costOf([...some, top], peaks, price)),
        );
        const { rungs, cost } = cheapestLadder(peaks, price);
        expect(cost).toBeCloseTo(best, 6);
        expect(costOf(rungs, peaks, price)).toBeCloseTo(best, 6);
      }),
    );
  });

  test('ascends, never more than doubling, to the largest possible peak', () => {
    const peaks = [1, 2, 3, 700, 90_000].map((bytes) => ({ bytes, mass: 1, hours: 1 }));
    const { rungs } = cheapestLadder(peaks, FREE);
    expect(rungs.at(-1)).toBe(90_000);
    rungs.slice(1).forEach((rung, i) => {
      const before = rungs[i] as number;
      expect(rung).toBeGreaterThan(before);
      expect(rung).toBeLessThanOrEqual(2 * before);
    });
  });

  test('starts low where one task in a hundred needs ten times as much, and high where failing is dear', () => {
    const peaks = [
      { bytes: 1e9, mass: 99, hours: 1 },
      { bytes: 10e9, mass: 1, hours: 1 },
    ];
    expect(cheapestLadder(peaks, RISKS.balanced)).toMatchObject({
      rungs: [1e9, 2e9, 4e9, 8e9, 10e9],
      confidence: 0.99,
    });
    expect(cheapestLadder(peaks, { attempts: 1e4, hours: 0 })).toMatchObject({
      rungs: [10e9],
      confidence: 1,
    });
  });

  test('starts at the confidence that is asked for', () => {
    const peaks = Array.from({ length: 100 }, (_, i) => ({
      bytes: 1e9 + i * 1e8,
      mass: 1,
      hours: i === 0 ? 1e6 : 1e-6,
    }));
    expect(cheapestLadder(peaks, FREE).confidence).toBeCloseTo(0.01);
    expect(cheapestLadder(peaks, FREE, 0.9).confidence).toBeGreaterThanOrEqual(0.9);
    expect(cheapestLadder(peaks, FREE, 0.9).rungs[0]).toBe(1e9 + 89 * 1e8);
  });
});

test('condensing keeps mass, mean time and the largest peak, and never makes a peak smaller', () => {
  fc.assert(
    fc.property(peaksOf, fc.integer({ min: 1, max: 4 }), (peaks, most) => {
      const few = condense(peaks, most);
      const sum = (some: readonly PossiblePeak[], value: (peak: PossiblePeak) => number) =>
        some.reduce((total, peak) => total + value(peak), 0);
      expect(sum(few, (p) => p.mass)).toBeCloseTo(sum(peaks, (p) => p.mass));
      expect(sum(few, (p) => p.mass * p.hours)).toBeCloseTo(sum(peaks, (p) => p.mass * p.hours));
      expect(sum(few, (p) => p.mass * p.bytes)).toBeGreaterThanOrEqual(
        sum(peaks, (p) => p.mass * p.bytes) - 1e-6,
      );
      expect(few.at(-1)?.bytes).toBe(peaks.at(-1)?.bytes);
    }),
  );
});

test('risks go by either spelling', () => {
  expect(riskNamed('never-fail')).toBe('never_fail');
  expect(riskNamed('frugal')).toBe('frugal');
  expect(riskNamed('toString')).toBe('balanced');
});
