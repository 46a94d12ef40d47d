import type { Timer } from '../batch/timer.ts';
import { isPassing } from './google-errors.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 16_000;

/**
 * Calls again while Google Cloud is busy or throttles, later and later (exponential, with full jitter). For calls only that may
 * be repeated. What lasts longer than `tries` is thrown.
 */
export async function patiently<T>(
  call: () => Promise<T>,
  { timer, tries = 6, random = Math.random }: { timer: Timer; tries?: number; random?: () => number },
): Promise<T> {
  for (let done = 1; ; done++) {
    try {
      return await call();
    } catch (error) {
      if (done >= tries || !isPassing(error)) throw error;
      const longest = Math.min(FIRST_WAIT_MS * 2 ** (done - 1), LONGEST_WAIT_MS);
      await timer.sleep(longest * (0.5 + random() / 2), NEVER);
    }
  }
}

const NEVER = new AbortController().signal;
