import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suggestCpus } from '../../../../main/advisor/sizing/cpus.ts';
import { roundMemory, roundWalltime } from '../../../../main/advisor/sizing/round-request.ts';
import { suggestWorkers } from '../../../../main/advisor/sizing/workers.ts';
import { GIB, MIB } from '../../../../main/platform/units.ts';

describe('rounded requests', () => {
  test('are never smaller, at most 2 % larger from 128 MiB on, and stay when rounded again', () => {
    fc.assert(
      fc.property(fc.double({ min: 128 * MIB, max: 4096 * GIB, noNaN: true }), (bytes) => {
        const rounded = roundMemory(bytes);
        expect(rounded).toBeGreaterThanOrEqual(bytes);
        expect(rounded).toBeLessThanOrEqual(bytes * 1.02);
        expect(roundMemory(rounded)).toBe(rounded);
      }),
    );
  });
  test('memory has a floor and round numbers', () => {
    expect(roundMemory(1)).toBe(16 * MIB);
    expect(roundMemory(601 * MIB)).toBe(608 * MIB);
    expect(roundMemory(3 * GIB + 1)).toBe(3 * GIB + 32 * MIB);
    expect(roundMemory(33.2 * GIB)).toBe(33.5 * GIB);
  });
  test('a time limit is at least a minute and never rounded down', () => {
    expect(roundWalltime(0.2)).toBe(60);
    expect(roundWalltime(61)).toBe(90);
    expect(roundWalltime(3601)).toBe(3900);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (seconds) => {
        expect(roundWalltime(seconds)).toBeGreaterThanOrEqual(seconds);
        expect(roundWalltime(roundWalltime(seconds))).toBe(roundWalltime(seconds));
      }),
    );
  });
});

test('CPUs that idle are given back, more are asked for only where more were used', () => {
  expect(suggestCpus(8, 1.02)).toBe(1);
  expect(suggestCpus(8, 3.4)).toBe(4);
  expect(suggestCpus(4, 3.9)).toBe(4);
  expect(suggestCpus(1, 3.9)).toBe(4);
  expect(suggestCpus(4, 4.3)).toBe(4);
  expect(suggestCpus(4, null)).toBe(4);
});

test('there are as many workers as stay busy', () => {
  expect(suggestWorkers(1, { mean: 10, longest: 10 })).toBe(1);
  expect(suggestWorkers(30, { mean: 10, longest: 10 })).toBe(10);
  expect(suggestWorkers(30, { mean: 1, longest: 100 })).toBe(1);
  expect(suggestWorkers(30, null)).toBe(1);
});
