import type { Params, TaskSpec } from '../manifest/spec.ts';

/** `auto`: so many of a task's instances are measured first, within these bounds. */
const SHARE = 0.05;
const FEWEST = 3;
const MOST = 10;
/** Of fewer instances the scouts would be a good part, and little would be left to size. */
const LEAST_INSTANCES = 10;

/** How many instances of a task run first. */
export function scoutCount(setting: TaskSpec['scouts'], instances: number): number {
  if (setting === 'off') return 0;
  if (setting !== 'auto') return Math.min(setting, instances);
  if (instances < LEAST_INSTANCES) return 0;
  return Math.min(MOST, Math.max(FEWEST, Math.round(SHARE * instances)));
}

/**
 * Which instances stand for all: greedy k-centre, farthest first (Gonzalez 1985), so that no instance is farther from
 * its nearest scout than twice what the best choice allows. It begins with what looks largest, which is what a request
 * must hold. No randomness.
 *
 * @returns positions in the order in which they were chosen; fewer than `count` where all others are like one of them
 */
export function chooseScouts(features: readonly Params[], count: number): readonly number[] {
  const points = scaledPoints(features);
  const chosen: number[] = [];
  const nearest = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
  let next = positionOfMost(points.map(extent));
  while (next !== null && chosen.length < count) {
    const centre = points[next] as ScaledPoint;
    chosen.push(next);
    for (const [at, point] of points.entries())
      nearest[at] = Math.min(nearest[at] as number, squaredDistance(point, centre));
    next = positionOfMost(nearest, 0);
  }
  return chosen;
}

/** Numbers from 0 to 1, each over its own range; anything else is alike or not. */
export interface ScaledPoint {
  readonly numbers: readonly number[];
  readonly words: readonly string[];
}

/** Missing numbers stand in the middle. Inputs that never vary are left out. */
export function scaledPoints(features: readonly Params[]): readonly ScaledPoint[] {
  const names = [...new Set(features.flatMap((set) => Object.keys(set)))].sort();
  const numeric: { name: string; low: number; range: number }[] = [];
  const words: string[] = [];
  for (const name of names) {
    const values = features.map((set) => set[name] ?? null);
    const known = values.filter((value) => value !== null);
    if (known.every((value) => typeof value === 'number' && Number.isFinite(value))) {
      const numbers = known as number[];
      const low = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
      const range = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - low;
      if (range > 0 && Number.isFinite(range)) numeric.push({ name, low, range });
    } else if (values.some((value) => value !== values[0])) words.push(name);
  }
  return features.map((set) => ({
    numbers: numeric.map(({ name, low, range }) => {
      const value = set[name];
      return typeof value === 'number' ? (value - low) / range : 0.5;
    }),
    words: words.map((name) => JSON.stringify(set[name] ?? null)),
  }));
}

/** Words that differ are as far apart as the two ends of a number. */
export function squaredDistance(a: ScaledPoint, b: ScaledPoint): number {
  let sum = 0;
  for (const [i, value] of a.numbers.entries()) sum += (value - (b.numbers[i] as number)) ** 2;
  for (const [i, word] of a.words.entries()) if (word !== b.words[i]) sum++;
  return sum;
}

function extent({ numbers }: ScaledPoint): number {
  return numbers.reduce((sum, value) => sum + value, 0);
}

/** The first position with the largest value above `above`; null without one. */
function positionOfMost(values: ArrayLike<number>, above = Number.NEGATIVE_INFINITY): number | null {
  let most = above;
  let position: number | null = null;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (value > most) {
      most = value;
      position = at;
    }
  }
  return position;
}
