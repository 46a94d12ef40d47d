import type { Logger } from '../platform/logger.ts';
import type { RunHandle } from '../session/run-handle.ts';

export interface LiveRun {
  readonly projectId: string;
  readonly handle: RunHandle;
}

/** The runs of this process. They go on whatever pages do, and are forgotten when they have ended. */
export class LiveRuns {
  readonly #runs = new Map<string, LiveRun>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(projectId: string, handle: RunHandle): void {
    this.#runs.set(handle.runId, { projectId, handle });
    handle.finished
      .catch((error: unknown) =>
        this.#logger.log('error', 'Run ended unexpectedly', { runId: handle.runId, error: String(error) }),
      )
      .finally(() => {
        if (this.#runs.get(handle.runId)?.handle === handle) this.#runs.delete(handle.runId);
      });
  }

  get(projectId: string, runId: string): RunHandle | null {
    const run = this.#runs.get(runId);
    return run?.projectId === projectId ? run.handle : null;
  }

  list(): readonly LiveRun[] {
    return [...this.#runs.values()];
  }

  /** Stops all on purpose; each can be resumed later. */
  async interruptAll(): Promise<void> {
    await Promise.allSettled(
      this.list().map(async ({ handle }) => {
        await handle.interrupt();
        await handle.finished;
      }),
    );
  }
}
