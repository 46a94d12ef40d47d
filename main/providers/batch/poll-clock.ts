import { type PollPace, pollInterval } from './poll-interval.ts';

/** Results are on the shared storage a moment after what they tell of. */
const WRITTEN_MS = 300;
/** Over so many of the shortest intervals, looks at an expected end included, there are no more questions than those. */
const AVERAGED_OVER = 4;

/**
 * When the site is asked next: in its intervals, and once more where the end of all that is there is expected before
 * the next one. On average there is never more than one question in the shortest interval.
 */
export class PollClock {
  readonly #pace: PollPace;
  #askedAt: number;
  #changedAt: number;
  #recent: number[] = [];
  #knows: boolean;

  /** @param atOnce whether the first question need not wait */
  constructor(pace: PollPace, now: number, atOnce: boolean) {
    this.#pace = pace;
    this.#changedAt = now;
    this.#knows = !atOnce;
    this.#askedAt = atOnce ? Number.NEGATIVE_INFINITY : now;
  }

  asked(now: number): void {
    this.#askedAt = now;
    this.#recent = [...this.#recent, now].slice(-AVERAGED_OVER);
  }

  answered(): void {
    this.#knows = true;
  }

  /** Whether there is an answer that tells how things stand. */
  get knows(): boolean {
    return this.#knows;
  }

  /** Whether the answer is fresh. */
  wasAsked(now: number): boolean {
    return now - this.#askedAt < this.#pace.fastMs;
  }

  /** An end, a start, a wish: more may be coming. */
  changed(now: number): void {
    this.#changedAt = now;
  }

  /** Something was handed over: not asked at once, because nothing can have happened yet. */
  handedOver(now: number): void {
    this.#changedAt = now;
    this.#askedAt = Math.max(this.#askedAt, now - this.#pace.fastMs / 2);
  }

  /** Something was told to end. */
  told(now: number): void {
    this.#changedAt = now;
    this.#askedAt = Math.min(this.#askedAt, now - this.#pace.fastMs / 2);
  }

  askAtOnce(): void {
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#knows = false;
  }

  /** @param endAt when all that is there may have ended, as far as can be foreseen; null where it cannot */
  nextAt(now: number, running: number, endAt: number | null): number {
    const { leastMs = this.#pace.fastMs, fastMs } = this.#pace;
    const interval = pollInterval({ quietMs: now - this.#changedAt, running, failures: 0 }, this.#pace);
    const look =
      endAt === null ? Number.POSITIVE_INFINITY : Math.max(endAt + WRITTEN_MS, this.#askedAt + leastMs);
    const oldest = this.#recent.at(-AVERAGED_OVER) ?? Number.NEGATIVE_INFINITY;
    return Math.max(Math.min(this.#askedAt + interval, look), oldest + AVERAGED_OVER * fastMs);
  }

  /** The clock was set by so much. */
  shift(ms: number): void {
    this.#askedAt += ms;
    this.#changedAt += ms;
    this.#recent = this.#recent.map((at) => at + ms);
  }
}
