import type { Startup } from '../../scaling/state.ts';

/** A provider's usual start-up counts as much as so many measured ones. */
const PRIOR_STARTS = 3;
const LEAST_SECONDS = 0.001;

interface TagStarts {
  /** Times (ms) at which the workers were asked for that have not come yet, oldest first. */
  asked: number[];
  /** Sum of ln(seconds) over the measured starts. */
  logSeconds: number;
  count: number;
}

/** How long workers take from being asked for until they are there, and who is still on the way. */
export class WorkerStarts {
  readonly #tags = new Map<string, TagStarts>();

  /** @param missing workers of the tag that are wished and not there */
  wished(tag: string, missing: number, now: number): void {
    const starts = this.#of(tag);
    while (starts.asked.length < missing) starts.asked.push(now);
    // Who was asked for last is called off first.
    starts.asked.length = Math.max(0, Math.min(starts.asked.length, missing));
  }

  came(tag: string, now: number): void {
    const starts = this.#of(tag);
    const asked = starts.asked.shift();
    if (asked === undefined) return;
    starts.logSeconds += Math.log(Math.max(LEAST_SECONDS, (now - asked) / 1000));
    starts.count++;
  }

  /** Seconds since each one on the way was asked for. */
  starting(tag: string, now: number): number[] {
    return this.#of(tag).asked.map((at) => Math.max(0, now - at) / 1000);
  }

  /** The geometric mean of what was measured and what is usual. All of it counts as waiting for the site. */
  startup(tag: string, usualSeconds: number): Startup {
    const { logSeconds, count } = this.#of(tag);
    const usual = PRIOR_STARTS * Math.log(Math.max(LEAST_SECONDS, usualSeconds));
    return {
      queueSeconds: Math.exp((logSeconds + usual) / (count + PRIOR_STARTS)),
      startSeconds: LEAST_SECONDS,
    };
  }

  #of(tag: string): TagStarts {
    let starts = this.#tags.get(tag);
    if (!starts) {
      starts = { asked: [], logSeconds: 0, count: 0 };
      this.#tags.set(tag, starts);
    }
    return starts;
  }
}
