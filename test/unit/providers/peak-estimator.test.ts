import { expect, test } from 'vitest';
import { PeakEstimator } from '../../../main/providers/local/peak-estimator.ts';
import { samplingInterval } from '../../../main/providers/local/sampler.ts';

const MB = 1024 ** 2;
const one = (pid: number, resident: number, mark = resident) => ({
  pid,
  residentBytes: resident * MB,
  highWaterBytes: mark * MB,
});
const none = () => 0;
const clock = () => 0;

test('a peak between two looks counts, by the mark of the process', () => {
  const peak = new PeakEstimator();
  peak.add([one(1, 100)], none, clock);
  expect(peak.add([one(1, 50, 300)], none, clock)).toEqual({ residentBytes: 50 * MB, peakBytes: 300 * MB });
});

test('an old mark of one does not add to the present size of another', () => {
  const peak = new PeakEstimator();
  peak.add([one(1, 200)], none, clock);
  peak.add([one(1, 10, 200)], none, clock);
  expect(peak.add([one(1, 10, 200), one(2, 150)], none, clock).peakBytes).toBe(200 * MB);
});

test('shared pages count once, and shares are asked for only when there could be a new peak', () => {
  const peak = new PeakEstimator();
  let asked = 0;
  const shared = () => {
    asked++;
    return 180 * MB;
  };
  expect(peak.add([one(1, 200), one(2, 200)], shared, clock).peakBytes).toBe(220 * MB);
  peak.add([one(1, 150, 200), one(2, 150, 200)], shared, clock);
  expect(asked).toBe(1);
});

test('a process that ends between two readings does not make shared pages count twice', () => {
  const peak = new PeakEstimator();
  peak.add([one(1, 200)], none, clock);
  expect(peak.add([one(1, 210), one(2, 210)], () => null, clock).peakBytes).toBe(210 * MB);
  expect(peak.add([one(1, 210), one(3, 260)], () => 200 * MB, clock).peakBytes).toBe(270 * MB);
});

test('what the largest process grew after the last look is added to the others', () => {
  const peak = new PeakEstimator();
  peak.add([one(1, 50), one(2, 200)], () => 0, clock);
  expect(peak.final(260 * MB)).toBe(310 * MB);
  expect(peak.final(null)).toBe(250 * MB);
});

test('the kernel alone is enough for a process that was never looked at', () => {
  expect(new PeakEstimator().final(80 * MB)).toBe(80 * MB);
});

test('the time between looks is half a percent of the age, within bounds', () => {
  expect(samplingInterval(0)).toBe(2);
  expect(samplingInterval(1000)).toBe(5);
  expect(samplingInterval(10 ** 7)).toBe(100);
});
