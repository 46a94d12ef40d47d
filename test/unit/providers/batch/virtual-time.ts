import type { Timer } from '../../../../main/providers/batch/timer.ts';

/** Time that passes only when nothing else can happen. */
export class VirtualTime implements Timer {
  #now = Date.UTC(2026, 0, 1);
  #set = 0;
  #slept = 0;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();

  /** By the app's clock. */
  now(): number {
    return this.#now + this.#slept + this.#set;
  }

  /** As long as the app's machine was awake. */
  steady(): number {
    return this.#now;
  }

  /** Everywhere else. */
  elsewhere(): number {
    return this.#now + this.#slept;
  }

  /** Somebody sets the clock of the app's machine. */
  setClock(ms: number): void {
    this.#set += ms;
  }

  /** The app's machine sleeps while time passes. */
  fallAsleep(ms: number): void {
    this.#slept += ms;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** Lets time pass until the condition holds. Throws after `limitMs` of it, or when nothing will ever happen again. */
  async until(condition: () => boolean, limitMs = 30 * 24 * 3_600_000): Promise<void> {
    const end = this.#now + limitMs;
    while (true) {
      await settle();
      if (condition()) return;
      const next = [...this.#sleepers].reduce<{ at: number; wake: () => void } | null>(
        (first, one) => (first === null || one.at < first.at ? one : first),
        null,
      );
      if (!next || next.at > end) throw new Error(next ? 'It took too long' : 'Nothing happens any more');
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

/** Everything that needs no time happens. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
