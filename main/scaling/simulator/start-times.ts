import { seededRandom, seedFrom } from '../../advisor/data/random.ts';
import { normalQuantile } from '../normal.ts';
import type { Latency, Pool } from './workload.ts';

/** Multiples of these spread evenly over 0 to 1 however many there are (Weyl), and not in step with each other. */
const QUEUE_STEP = Math.SQRT2 - 1;
const START_STEP = 0.618033988749895;

/**
 * How long the workers of one pool wait for the site and take to start. The n-th worker that is asked for takes equally
 * long under every policy, and any few in a row are a fair sample: so policies are told apart by what they do, not by
 * whose workers were the lucky ones.
 */
export class StartTimes {
  readonly #pool: Pool;
  #queueAt: number;
  #startAt: number;

  constructor(pool: Pool, seed: number) {
    const random = seededRandom(seedFrom(seed, pool.tag));
    this.#pool = pool;
    this.#queueAt = random.next();
    this.#startAt = random.next();
  }

  /** Seconds of the next worker. */
  next(): { readonly queue: number; readonly start: number } {
    this.#queueAt = (this.#queueAt + QUEUE_STEP) % 1;
    this.#startAt = (this.#startAt + START_STEP) % 1;
    return { queue: at(this.#pool.queueWait, this.#queueAt), start: at(this.#pool.startUp, this.#startAt) };
  }
}

function at({ median, spread }: Latency, share: number): number {
  return median * Math.exp(spread * normalQuantile(Math.min(0.999, Math.max(0.001, share))));
}
