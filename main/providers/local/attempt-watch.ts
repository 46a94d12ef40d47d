import type { ResourceRequest, UsageSample } from '../provider.ts';
import type { StopReason } from './failure-class.ts';
import type { LogCap } from './log-cap.ts';
import { samplingInterval, type TreeMeter } from './sampler.ts';

export interface Watched {
  readonly meter: TreeMeter | null;
  /** By the steady clock. */
  readonly startedAt: number;
  readonly request: ResourceRequest;
  readonly logs: readonly LogCap[];
  readonly maxLogBytes: number;
  readonly onStop: (reason: StopReason) => void;
  readonly onSample: (sample: UsageSample) => void;
  readonly onProblem: (error: unknown) => void;
}

/** Live pictures need no more than this, and short tasks need none. */
const LIVE_EVERY_MS = 1000;
const FIRST_LOG_CHECK_MS = 50;
const LOG_CHECK_MS = { min: 20, max: 1000 };

interface Entry extends Watched {
  nextLookAt: number;
  nextLogAt: number;
  nextLiveAt: number;
  logBytes: number;
  logCheckedAt: number;
}

/** Looks at running attempts from time to time: how much memory, how long, how much log. One timer for all. */
export class AttemptWatch {
  readonly #entries = new Set<Entry>();
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  /** Returns the way to stop watching. */
  add(watched: Watched): () => void {
    const { startedAt } = watched;
    const entry: Entry = {
      ...watched,
      nextLookAt: startedAt + samplingInterval(0),
      nextLogAt: startedAt + FIRST_LOG_CHECK_MS,
      nextLiveAt: startedAt + LIVE_EVERY_MS,
      logBytes: 0,
      logCheckedAt: startedAt,
    };
    this.#entries.add(entry);
    this.#wakeAt(entry.nextLookAt);
    return () => this.#entries.delete(entry);
  }

  #wakeAt(time: number): void {
    if (time >= this.#timerAt) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timerAt = time;
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, time - performance.now()));
  }

  #tick(): void {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    // Timers come up to a millisecond late or early; what is due within it is looked at together.
    for (const entry of this.#entries) if (entry.nextLookAt <= now + 0.5) this.#look(entry, now);
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries) next = Math.min(next, entry.nextLookAt);
    if (next < Number.POSITIVE_INFINITY) this.#wakeAt(next);
  }

  #look(entry: Entry, now: number): void {
    const age = now - entry.startedAt;
    const limit = entry.request.walltimeSeconds;
    const untilLimit = limit === null ? Number.POSITIVE_INFINITY : Math.max(1, limit * 1000 - age);
    entry.nextLookAt = now + Math.min(samplingInterval(age), untilLimit);
    this.#measure(entry, now);
    if (now >= entry.nextLogAt) this.#checkLogs(entry, now);
    if (limit !== null && age >= limit * 1000) entry.onStop({ kind: 'walltime' });
  }

  #measure(entry: Entry, now: number): void {
    const sample = entry.meter?.sample();
    if (!sample) return;
    const limit = entry.request.memoryBytes;
    if (limit !== null && sample.peakBytes > limit) entry.onStop({ kind: 'memory', bytes: sample.peakBytes });
    if (now < entry.nextLiveAt) return;
    entry.nextLiveAt = now + LIVE_EVERY_MS;
    entry.onSample({ at: Date.now(), memoryBytes: sample.residentBytes, cpuSeconds: sample.cpuSeconds });
  }

  /** Looks again when at the present speed half the cap would have been written. */
  #checkLogs(entry: Entry, now: number): void {
    try {
      const bytes = Math.max(...entry.logs.map((log) => log.check()));
      const grown = bytes > entry.maxLogBytes ? bytes : Math.max(0, bytes - entry.logBytes);
      const rate = grown / Math.max(1, now - entry.logCheckedAt);
      const wait = rate === 0 ? LOG_CHECK_MS.max : entry.maxLogBytes / 2 / rate;
      entry.nextLogAt = now + Math.min(LOG_CHECK_MS.max, Math.max(LOG_CHECK_MS.min, wait));
      entry.logBytes = Math.min(bytes, entry.maxLogBytes);
      entry.logCheckedAt = now;
      entry.nextLookAt = Math.min(entry.nextLookAt, entry.nextLogAt);
    } catch (error) {
      entry.nextLogAt = now + LOG_CHECK_MS.max;
      entry.onProblem(error);
    }
  }
}
