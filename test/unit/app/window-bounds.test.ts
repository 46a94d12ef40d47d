import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bounds, DEFAULT_SIZE, parseBounds, windowBounds } from '../../../main/app/window-bounds.ts';

const laptop: Bounds = { x: 0, y: 25, width: 1440, height: 875 };
const monitor: Bounds = { x: 1440, y: 0, width: 2560, height: 1440 };

describe('the window', () => {
  it('opens where it was', () => {
    const saved = { x: 1600, y: 100, width: 1200, height: 800 };
    expect(windowBounds(saved, [laptop, monitor])).toEqual(saved);
  });
  it('comes back to the first display when its own is gone', () => {
    const { x, y, width, height } = windowBounds({ x: 1600, y: 100, width: 1200, height: 800 }, [laptop]);
    expect({ width, height }).toEqual({ width: 1200, height: 800 });
    expect(x).toBe(120);
    expect(y).toBe(63);
  });
  it('opens centred the first time and never larger than its display', () => {
    expect(windowBounds(null, [monitor])).toMatchObject(DEFAULT_SIZE);
    const small = { x: 0, y: 0, width: 1024, height: 600 };
    expect(windowBounds(null, [small])).toEqual({ x: 0, y: 0, width: 1024, height: 600 });
  });
  it('can always be seen and taken hold of', () => {
    const number = fc.integer({ min: -10_000, max: 10_000 });
    const size = fc.integer({ min: 1, max: 10_000 });
    const bounds = fc.record({ x: number, y: number, width: size, height: size });
    const area = fc.record({
      x: number,
      y: number,
      width: fc.integer({ min: 800, max: 4000 }),
      height: fc.integer({ min: 600, max: 4000 }),
    });
    fc.assert(
      fc.property(bounds, fc.array(area, { minLength: 1, maxLength: 3 }), (saved, areas) => {
        const placed = windowBounds(saved, areas);
        const seen = areas.some(
          (display) =>
            placed.y >= display.y &&
            placed.y < display.y + display.height &&
            Math.min(placed.x + placed.width, display.x + display.width) - Math.max(placed.x, display.x) >=
              160,
        );
        expect(seen).toBe(true);
      }),
    );
  });
});

describe('a saved place', () => {
  it('is four whole numbers or nothing', () => {
    expect(parseBounds({ x: 1, y: 2, width: 3, height: 4, maximized: true })).toEqual({
      x: 1,
      y: 2,
      width: 3,
      height: 4,
    });
    for (const damaged of [
      null,
      [],
      'x',
      { x: 1 },
      { x: '1', y: 2, width: 3, height: 4 },
      { x: 0.5, y: 2, width: 3, height: 4 },
    ])
      expect(parseBounds(damaged)).toBeNull();
  });
});
