import { type LogSlice, MAX_SLICE_BYTES } from '../services.ts';
import { readLogSlice } from './log-slice.ts';
import type { LogSource } from './log-source.ts';

export interface LogPlace {
  /** Relative to the run's folder; null when the attempt wrote nothing. */
  readonly path: string | null;
  /** Nothing more will be written. */
  readonly ended: boolean;
}

export interface LogToFollow {
  readonly source: LogSource;
  place(): Promise<LogPlace>;
  /** Tells when `place` may have another answer. Returns the way to stop listening. */
  onChange(listener: () => void): () => void;
}

export interface FollowTiming {
  /** Slices are at least this far apart, so that a chatty task does not fill the connection. */
  readonly restMs: number;
  /** Where nobody tells of a write the file is looked at this often besides; default: as its source says. */
  readonly lookMs?: number;
}

const TIMING: FollowTiming = { restMs: 100 };

/** A reader further behind is taken to the end: nobody reads a log that grows faster than it can be sent. */
const MOST_BEHIND_BYTES = 4 * MAX_SLICE_BYTES;

/** The end of a log and what is written to it from then on, until its attempt is over or nobody listens any more. */
export async function* followLog(
  log: LogToFollow,
  signal: AbortSignal,
  timing: FollowTiming = TIMING,
): AsyncGenerator<LogSlice> {
  const bell = new Bell();
  let asked = true;
  const stopListening = log.onChange(() => {
    asked = true;
    bell.ring();
  });
  const stop = () => bell.ring();
  signal.addEventListener('abort', stop, { once: true });
  let place: LogPlace = { path: null, ended: false };
  let watcher: { close(): void } | null = null;
  let last: LogSlice | null = null;
  try {
    while (!signal.aborted) {
      if (asked) {
        asked = false;
        place = await log.place();
      }
      // Watched before it is read, so that what is written meanwhile rings.
      if (!place.ended && place.path !== null) watcher ??= log.source.watch(place.path, () => bell.ring());
      const slice = await readOn(log.source, place, last);
      const isNews = last === null || slice.offset !== last.nextOffset || slice.text !== '';
      if (isNews || slice.totalBytes !== last?.totalBytes) {
        last = slice;
        yield slice;
      }
      if (slice.nextOffset >= slice.totalBytes) {
        if (place.ended && !asked) return;
        await bell.wait(timing.lookMs ?? log.source.lookMs);
      }
      await bell.rest(timing.restMs, signal);
    }
  } finally {
    watcher?.close();
    stopListening();
    signal.removeEventListener('abort', stop);
  }
}

async function readOn(source: LogSource, place: LogPlace, last: LogSlice | null): Promise<LogSlice> {
  const growing = !place.ended;
  if (last === null) return readLogSlice(source, place.path, 'end', growing);
  const slice = await readLogSlice(source, place.path, last.nextOffset, growing);
  const isCut = slice.totalBytes < last.totalBytes;
  const isBehind = slice.totalBytes - slice.offset > MOST_BEHIND_BYTES;
  return isCut || isBehind ? readLogSlice(source, place.path, 'end', growing) : slice;
}

/** Wakes one waiter; a ring that comes before the wait is not lost. */
class Bell {
  #rung = false;
  #wake: () => void = () => undefined;

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  async wait(atMostMs: number): Promise<void> {
    if (!this.#rung) await this.#sleep(atMostMs);
    this.#rung = false;
  }

  /** Waits whatever rings, except for the end. */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    const until = Date.now() + ms;
    for (let left = ms; left > 0 && !signal.aborted; left = until - Date.now()) await this.#sleep(left);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
