import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Params } from '../../../main/manifest/spec.ts';
import {
  chooseScouts,
  type ScaledPoint,
  scaledPoints,
  scoutCount,
  squaredDistance,
} from '../../../main/planning/scout-choice.ts';

const value = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constantFrom('a', 'b', 'c'));
const instances = (maxLength: number) =>
  fc.array(
    fc.record({ nodes: fc.integer({ min: 0, max: 50 }), mode: value, seed: fc.double({ noNaN: true }) }),
    {
      minLength: 1,
      maxLength,
    },
  );

/** The largest distance of a point to its nearest centre. */
function radius(points: readonly ScaledPoint[], centres: readonly number[]): number {
  const to = (point: ScaledPoint) =>
    Math.min(...centres.map((at) => Math.sqrt(squaredDistance(point, points[at]!))));
  return Math.max(...points.map(to));
}

function* subsets(size: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) yield [];
  else
    for (let at = from; at < size; at++)
      for (const rest of subsets(size, count - 1, at + 1)) yield [at, ...rest];
}

describe('the choice of scouts', () => {
  it('leaves no instance farther from a scout than twice what the best choice would', () => {
    fc.assert(
      fc.property(instances(9), fc.integer({ min: 1, max: 4 }), (sets, wanted) => {
        const count = Math.min(wanted, sets.length);
        const points = scaledPoints(sets);
        const chosen = chooseScouts(sets, count);
        const best = Math.min(...[...subsets(sets.length, count)].map((centres) => radius(points, centres)));
        expect(radius(points, chosen)).toBeLessThanOrEqual(2 * best + 1e-9);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same every time, without repeats, and no longer than asked', () => {
    fc.assert(
      fc.property(instances(60), fc.integer({ min: 1, max: 10 }), (sets, count) => {
        const chosen = chooseScouts(sets, count);
        expect(chooseScouts(structuredClone(sets), count)).toEqual(chosen);
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chosen.length).toBeGreaterThan(0);
        expect(chosen.length).toBeLessThanOrEqual(count);
      }),
    );
  });

  it('takes the largest and the smallest first, then the middle', () => {
    const sets: Params[] = Array.from({ length: 21 }, (_, i) => ({ input_size_mb: 10 * i }));
    expect(chooseScouts(sets, 3)).toEqual([20, 0, 10]);
  });

  it('weighs inputs by their own range', () => {
    const sets: Params[] = [
      { bytes: 1e9, level: 0 },
      { bytes: 1.001e9, level: 10 },
      { bytes: 1.0005e9, level: 0 },
    ];
    expect(chooseScouts(sets, 2)).toEqual([1, 0]);
  });

  it('needs one scout only where all instances are alike', () => {
    expect(chooseScouts([{ n: 1 }, { n: 1 }, { n: 1 }], 3)).toEqual([0]);
  });
});

describe('the number of scouts', () => {
  it('is one in twenty, from 3 to 10, and none for a handful of instances', () => {
    expect([9, 10, 60, 100, 140, 1000].map((n) => scoutCount('auto', n))).toEqual([0, 3, 3, 5, 7, 10]);
  });

  it('is what the manifest says, as far as there are instances', () => {
    expect([scoutCount('off', 100), scoutCount(6, 100), scoutCount(6, 4), scoutCount(0, 100)]).toEqual([
      0, 6, 4, 0,
    ]);
  });
});
