import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeDuration,
  describeMemory,
  describeMemoryHours,
  formatDuration,
  formatMemory,
  GIB,
  gibHours,
  MIB,
  parseDecimalMemory,
  parseDuration,
  parseMemory,
} from '../../../main/platform/units.ts';

describe('memory', () => {
  it.each([
    ['8G', 8 * GIB],
    ['8 GiB', 8 * GIB],
    ['8gb', 8 * GIB],
    ['512m', 512 * MIB],
    ['1.5G', 1.5 * GIB],
    ['1e3', 1000],
    ['G', GIB],
    ['100', 100],
    ['100 B', 100],
    ['-1G', -GIB],
  ])('reads %s in binary steps', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  it.each(['', '   ', '8E', '1,5G', '8 G B', 'lots', 'NaN', '1e999G'])(
    'does not pretend to understand %j',
    (text) => {
      expect(parseMemory(text)).toBeNull();
    },
  );

  it("reads the reference package's G as 10^9 and its Gi as 2^30", () => {
    expect(parseDecimalMemory('8G')).toBe(8_000_000_000);
    expect(parseDecimalMemory('8Gi')).toBe(8 * GIB);
  });

  it('reads back exactly what it wrote, so that advice does not lose 7 % on its way through a file', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 50 }),
        (bytes) => parseMemory(formatMemory(bytes)) === bytes,
      ),
    );
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => parseMemory(text) === null || Number.isFinite(parseMemory(text))),
    );
  });

  it.each([
    [9.123 * GIB, '9.12 GB'],
    [611.6 * MIB, '612 MB'],
    [999, '999 B'],
    [1000, '0.98 kB'],
    [0, '0 B'],
  ])('shows %d bytes as %s', (bytes, text) => {
    expect(describeMemory(bytes)).toBe(text);
  });

  it.each([
    [0, '0 GB·h'],
    [31, '31 GB·h'],
    [128.04, '128 GB·h'],
    [0.314, '0.314 GB·h'],
    [0.00427, '4.37 MB·h'],
    [0.0000021, '2.2 kB·h'],
    [2048, '2 TB·h'],
    [-0.00427, '-4.37 MB·h'],
  ])('writes %d GB·h as %s', (value, text) => {
    expect(describeMemoryHours(value)).toBe(text);
  });
  it('counts GB·h as gibibytes times hours', () => {
    expect(gibHours(2 * GIB, 1800)).toBe(1);
  });
});

describe('durations', () => {
  it.each([
    ['04:00:00', 14_400],
    ['1-02:00:00', 93_600],
    ['15:30', 930],
    ['120:00:00', 432_000],
    ['1h30m', 5400],
    ['90s', 90],
    ['2d', 172_800],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['08:70:00', '00:00:60', '1-24:00:00', '1-02:00', '', 'soon', '10', '-1:00:00'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it('writes what it reads, rounded up to the next second', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(Math.ceil(seconds));
      }),
    );
  });

  it.each([
    [0.35, '350 ms'],
    [4.25, '4.3 s'],
    [42, '42 s'],
    [59.7, '1 min'],
    [11_520, '3 h 12 min'],
    [86_400, '1 d'],
  ])('shows %d s as %s', (seconds, text) => {
    expect(describeDuration(seconds)).toBe(text);
  });
});
