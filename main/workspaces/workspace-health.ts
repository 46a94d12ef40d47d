import type { ErrorData } from '../platform/errors.ts';
import type { StoreHealth } from '../telemetry/append-queue.ts';

/** Whether a workspace's memory takes writes now. A run waits while it does not, and loses nothing. */
export class WorkspaceHealth {
  #trouble: ErrorData | null = null;
  readonly #listeners = new Set<() => void>();

  /** What keeps it from being written to; null when all is well. */
  get trouble(): ErrorData | null {
    return this.#trouble;
  }

  readonly report = (health: StoreHealth): void => {
    const trouble = health.kind === 'waiting' ? health.error : null;
    // It is tried again every few seconds: the same trouble is no news.
    if (trouble?.code === this.#trouble?.code) return;
    this.#trouble = trouble;
    for (const listener of this.#listeners) listener();
  };

  /** Returns the way to stop listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
