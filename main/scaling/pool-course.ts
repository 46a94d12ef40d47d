/** What a pool of workers is taken to be like while work is played forward on it. */
export interface ForecastPool {
  readonly idle: number;
  /** Those at work and those on their way included. */
  readonly alive: number;
  /** When workers that were asked for will be ready, seconds from now. */
  readonly startingIn: readonly number[];
  /** Workers that are asked for now, and when they will be ready. */
  readonly added: number;
  readonly addedIn: number;
  /** The part of a start-up that is paid for. */
  readonly startSeconds: number;
  /** When the next decision is made. */
  readonly next: number;
  /** Ends of the windows, in seconds, for `wantedSoon`, `wantedLater` and `wantedFar`. */
  readonly soon: number;
  readonly later: number;
  readonly far: number;
}

export interface PoolForecast {
  /** Workers with something to do at the next decision, and when those that are asked for now will be there. */
  readonly wantedNext: number;
  readonly wantedThen: number;
  /** The most workers with something to do at one moment: before new ones could be there … */
  readonly wantedSoon: number;
  /** … from the next decision on, before it would pay to have ended an idle one and to start it again … */
  readonly wantedLater: number;
  /** … and even if what comes comes sooner than predicted. */
  readonly wantedFar: number;
  /** Tasks that have yet to begin, expected ones included. */
  readonly toBegin: number;
  /** Worker time to pay for until all is done: work, start-ups, and gaps too short to end a worker for. */
  readonly paidSeconds: number;
}

/** Follows one pool through a forecast. */
export class PoolCourse {
  readonly #pool: ForecastPool;
  /** By number of busy workers, when there were last so many. */
  readonly #leftAt: number[] = [];
  #busy = 0;
  #most = 0;
  #wanted = 0;
  #next: number | null = null;
  #then: number | null = null;
  #soon = 0;
  #later = 0;
  #far = 0;
  #paid = 0;
  /** Ready for work and without any. */
  free: number;
  toBegin = 0;

  constructor(pool: ForecastPool) {
    this.#pool = pool;
    this.free = pool.idle;
  }

  /** Someone is at work from the beginning. */
  goesOn(seconds: number): void {
    this.#most = ++this.#busy;
    this.#paid += seconds;
  }

  /** A free worker takes up work. The n-th busy one is who was the n-th last: between, it was kept or ended. */
  began(now: number, seconds: number): void {
    this.free--;
    const busy = ++this.#busy;
    if (busy > this.#most) this.#most = busy;
    const { startSeconds, later } = this.#pool;
    const gap = now - (this.#leftAt[busy] ?? (busy <= this.#pool.alive ? 0 : Number.NEGATIVE_INFINITY));
    this.#paid += seconds + (gap <= later ? gap : startSeconds);
  }

  ended(now: number): void {
    this.free++;
    this.#leftAt[this.#busy--] = now;
  }

  /** @param queued tasks that are ready and have no worker */
  note(now: number, queued: number): void {
    const { next, addedIn, soon, later, far } = this.#pool;
    if (this.#next === null && now > next) this.#next = this.#later = this.#far = this.#wanted;
    if (this.#then === null && now > addedIn) this.#then = this.#wanted;
    const wanted = this.#busy + queued;
    this.#wanted = wanted;
    if (now <= soon && wanted > this.#soon) this.#soon = wanted;
    if (now <= next) return;
    if (now <= later && wanted > this.#later) this.#later = wanted;
    if (now <= far && wanted > this.#far) this.#far = wanted;
  }

  result(): PoolForecast {
    const { added, startSeconds } = this.#pool;
    // Who is asked for and comes too late for anything to do is paid for all the same.
    const asked = Math.min(this.#pool.alive + added, this.#soon);
    const unused = Math.max(0, asked - Math.max(this.#pool.alive, this.#most));
    return {
      wantedNext: this.#next ?? this.#wanted,
      wantedThen: this.#then ?? this.#wanted,
      wantedSoon: this.#soon,
      wantedLater: this.#next === null ? this.#wanted : this.#later,
      wantedFar: this.#next === null ? this.#wanted : this.#far,
      toBegin: this.toBegin,
      paidSeconds: this.#paid + unused * startSeconds,
    };
  }
}
