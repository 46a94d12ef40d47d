import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elapsedLabel,
  elapsedStep,
  memoryUnit,
  niceMax,
  powerOfTwoRange,
} from '../../../renderer/charts/axes.ts';

describe('axes', () => {
  it('write elapsed time in the unit that fits the step', () => {
    expect(elapsedLabel(90, 30)).toBe('1:30');
    expect(elapsedLabel(300, 60)).toBe('5 min');
    expect(elapsedLabel(3900, 300)).toBe('1 h 05');
    expect(elapsedLabel(100_800, 21_600)).toBe('1 d 04:00');
    expect(elapsedLabel(172_800, 86_400)).toBe('2 d');
  });

  it('have between 1 and 8 steps of time, however long the run', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), (seconds) => {
        const steps = seconds / elapsedStep(seconds);
        expect(steps).toBeLessThanOrEqual(8);
        expect(steps).toBeGreaterThanOrEqual(seconds < 2 ? 0.5 : 1);
      }),
    );
  });

  it('on a log scale span all positive values between powers of two', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-6, max: 1e13, noNaN: true }), { minLength: 1 }), (values) => {
        const { min, max } = powerOfTwoRange(values);
        for (const value of values) expect(value >= min && value <= max).toBe(true);
        expect(Number.isInteger(Math.log2(min)) && Number.isInteger(Math.log2(max))).toBe(true);
        expect(max).toBeGreaterThan(min);
      }),
    );
  });

  it('leave out what a log scale cannot show', () => {
    expect(powerOfTwoRange([0, -3])).toEqual({ min: 1, max: 2 });
  });

  it('end at a number with few digits that is not below the data', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (value) => {
        const max = niceMax(value);
        expect(max).toBeGreaterThanOrEqual(value);
        expect(max).toBeLessThanOrEqual(2 * value * (1 + 1e-9));
      }),
    );
  });

  it('count memory in GB from 1 GB on', () => {
    expect(memoryUnit(1024 ** 3).unit).toBe('GB');
    expect(memoryUnit(1024 ** 3 - 1).unit).toBe('MB');
  });
});
