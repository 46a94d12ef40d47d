import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MOST_HELD, MOST_HELD_CHARACTERS, SpillMap } from '../../../../main/telemetry/import/spill-map.ts';

it('answers as a Map would, also where most of it lies on disk', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ maxLength: 4 }), fc.integer()), { maxLength: 300 }),
      fc.integer({ min: 0, max: 300 }),
      (pairs, filler) => {
        using spilled = new SpillMap<readonly [number]>();
        const plain = new Map<string, readonly [number]>();
        for (const [at, [key, number]] of pairs.entries()) {
          if (at === filler) for (let i = 0; i < MOST_HELD; i++) spilled.set(`filler ${i}`, [i]);
          expect(spilled.get(key)).toEqual(plain.get(key));
          spilled.set(key, [number]);
          plain.set(key, [number]);
        }
        for (const [key, value] of plain) expect(spilled.get(key)).toEqual(value);
      },
    ),
    { numRuns: 20 },
  );
});

it('holds no more in memory when ten times as much goes in', () => {
  using map = new SpillMap<number>();
  let most = 0;
  for (let i = 0; i < 10 * MOST_HELD; i++) {
    map.set(`sample ${i}`, i);
    most = Math.max(most, map.held);
  }
  expect(most).toBeLessThanOrEqual(MOST_HELD);
  for (let i = 0; i < 10 * MOST_HELD; i += 97) expect(map.get(`sample ${i}`)).toBe(i);
});

it('holds few where they are long, and tells keys apart that differ in the last of a million characters', () => {
  using map = new SpillMap<string>();
  const long = 'x'.repeat(MOST_HELD_CHARACTERS / 4);
  for (let i = 0; i < 12; i++) {
    map.set(`${long}${i}`, long);
    expect(map.held).toBeLessThan(5);
  }
  map.set(`${long}3`, 'three');
  expect(map.get(`${long}3`)).toBe('three');
  expect(map.get(`${long}4`)).toBe(long);
  expect(map.get(`${long}12`)).toBeUndefined();
});
