import type { LiveInstance } from './live-instance.ts';

const AT_ONCE = 8;

/** Looks for earlier results, a few at a time: hashing inputs is disk work. */
export class LookupQueue {
  readonly #lookUp: (instance: LiveInstance) => Promise<boolean>;
  readonly #done: (instance: LiveInstance, hit: boolean) => void;
  readonly #failed: (error: unknown) => void;
  #waiting: LiveInstance[] = [];
  #next = 0;
  #running = 0;

  constructor(
    lookUp: (instance: LiveInstance) => Promise<boolean>,
    done: (instance: LiveInstance, hit: boolean) => void,
    failed: (error: unknown) => void,
  ) {
    this.#lookUp = lookUp;
    this.#done = done;
    this.#failed = failed;
  }

  get busy(): boolean {
    return this.#running > 0 || this.#next < this.#waiting.length;
  }

  push(instance: LiveInstance): void {
    this.#waiting.push(instance);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running < AT_ONCE && this.#next < this.#waiting.length) {
      const instance = this.#waiting[this.#next++];
      if (instance) void this.#one(instance);
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
  }

  /** An earlier result that cannot be read is no result; the work is done again, and the reason recorded. */
  async #one(instance: LiveInstance): Promise<void> {
    this.#running++;
    let hit = false;
    try {
      hit = await this.#lookUp(instance);
    } catch (error) {
      this.#failed(error);
    }
    this.#running--;
    this.#done(instance, hit);
    this.#startNext();
  }
}
