import type { Arrival } from './state.ts';
import type { WorkGroup } from './work-bag.ts';

/** Work that will probably come, seconds from now. */
export interface ExpectedWork {
  readonly comesIn: number;
  readonly group: WorkGroup;
}

export interface Outlook {
  readonly kind: 'none' | 'bursts' | 'stream';
  readonly work: readonly ExpectedWork[];
}

const NOTHING: Outlook = { kind: 'none', work: [] };
/** Arrivals nearer to each other than this share of the longest gap are one burst. */
const SAME_BURST = 0.3;
/** Bursts come regularly when their distances vary by no more than this share. */
const REGULAR = 0.3;
const LEAST_BURSTS = 3;
/** A burst that is late by this share of its distance is no longer expected. */
const LATE = 0.15;
/** A stream is over after so many mean distances of silence. */
const SILENCE = 4;
const LEAST_ARRIVALS = 6;
const MOST_REMEMBERED = 400;
/** How long tasks are is told by the latest arrivals, how many come by all that are remembered. */
const RECENT = 25;
const MOST_EXPECTED = 40;

/**
 * What the arrivals of one tag so far say about those to come: the next of regular bursts, or the next of a stream.
 *
 * @param horizon seconds from now
 */
export function expectedWork(arrivals: readonly Arrival[], at: number, horizon: number): Outlook {
  const known = arrivals.slice(-MOST_REMEMBERED);
  if (known.length < LEAST_BURSTS) return NOTHING;
  return nextBurst(known, at) ?? nextOfStream(known, at, horizon);
}

function nextBurst(arrivals: readonly Arrival[], at: number): Outlook | null {
  const gaps = arrivals.slice(1).map((arrival, i) => arrival.at - (arrivals[i]?.at ?? 0));
  const apart = SAME_BURST * Math.max(...gaps);
  const bursts: { at: number; count: number; seconds: number }[] = [];
  for (const [i, arrival] of arrivals.entries()) {
    const last = bursts.at(-1);
    if (last && (gaps[i - 1] ?? 0) < apart) {
      last.count += arrival.count;
      last.seconds += arrival.seconds;
    } else bursts.push({ at: arrival.at, count: arrival.count, seconds: arrival.seconds });
  }
  if (bursts.length < LEAST_BURSTS) return null;
  const distances = bursts.slice(1).map((burst, i) => burst.at - (bursts[i]?.at ?? 0));
  const mean = sum(distances) / distances.length;
  const spread = Math.sqrt(sum(distances.map((d) => (d - mean) ** 2)) / distances.length);
  if (spread > REGULAR * mean) return null;
  const last = bursts.at(-1);
  const comesIn = (last?.at ?? at) + mean - at;
  if (comesIn < -LATE * mean) return NOTHING;
  const recent = bursts.slice(-LEAST_BURSTS);
  const count = Math.max(1, Math.round(sum(recent.map((burst) => burst.count)) / recent.length));
  const seconds = sum(recent.map((burst) => burst.seconds)) / sum(recent.map((burst) => burst.count));
  return { kind: 'bursts', work: [{ comesIn: Math.max(0, comesIn), group: { count, seconds } }] };
}

function nextOfStream(arrivals: readonly Arrival[], at: number, horizon: number): Outlook {
  const first = arrivals[0]?.at ?? at;
  const last = arrivals.at(-1)?.at ?? at;
  const distance = (last - first) / Math.max(1, arrivals.length - 1);
  if (arrivals.length < LEAST_ARRIVALS || distance <= 0 || at - last > SILENCE * distance) return NOTHING;
  const tasks = sum(arrivals.map(({ count }) => count));
  const recent = arrivals.slice(-RECENT);
  const seconds = sum(recent.map((arrival) => arrival.seconds)) / sum(recent.map((arrival) => arrival.count));
  const coming = Math.min(MOST_EXPECTED, Math.floor(horizon / distance));
  const count = Math.max(1, Math.round(tasks / arrivals.length));
  const every = coming === MOST_EXPECTED ? horizon / MOST_EXPECTED : distance;
  const each = coming === MOST_EXPECTED ? Math.max(1, Math.round((count * every) / distance)) : count;
  return {
    kind: 'stream',
    work: Array.from({ length: coming }, (_, i) => ({
      comesIn: (i + 1) * every,
      group: { count: each, seconds },
    })),
  };
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
