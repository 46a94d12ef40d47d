import { type Clock, systemClock } from '../../platform/clock.ts';

/** Time that tests can let pass. */
export interface Timer extends Clock {
  /** Milliseconds that passed, whatever the wall clock was set to, without those in which the machine slept. Absent: as `now`. */
  steady?(): number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Node's timers end at 2^31 - 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

export function realTimer(clock: Clock = systemClock): Timer {
  return {
    now: () => clock.now(),
    steady: () => performance.now(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const done = () => {
          clearTimeout(timeout);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timeout = setTimeout(done, Math.min(ms, LONGEST_MS));
        signal.addEventListener('abort', done, { once: true });
      }),
  };
}
