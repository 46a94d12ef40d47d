import { AppError, type ErrorData } from '../../platform/errors.ts';
import type { RunChange } from '../../session/live-state.ts';
import type { RunHandle } from '../../session/run-handle.ts';
import type { TelemetryStore } from '../../telemetry/store.ts';
import type { RunDetail } from '../../telemetry/views.ts';
import type { WorkspaceHealth } from '../../workspaces/workspace-health.ts';
import type { RunUpdate } from '../services.ts';

/** Moments of the load picture that a snapshot carries. */
export const LOAD_POINTS = 600;

export interface WatchedWorkspace {
  readonly store: TelemetryStore;
  readonly health: Pick<WorkspaceHealth, 'trouble' | 'onChange'>;
}

/**
 * What a page is told of a run: listening begins before the snapshot is taken, so nothing falls between them.
 * A reader that is slower than the run gets several changes as one: only the newest numbers matter, and the
 * changed rows add up.
 */
export async function* watchRun(
  { store, health }: WatchedWorkspace,
  handle: RunHandle | null,
  runId: string,
  signal: AbortSignal,
): AsyncGenerator<RunUpdate> {
  if (handle) yield* watchLive({ store, health }, handle, signal);
  if (!signal.aborted) yield { kind: 'finished', run: await runDetail(store, runId) };
}

async function* watchLive(
  { store, health }: WatchedWorkspace,
  handle: RunHandle,
  signal: AbortSignal,
): AsyncGenerator<RunUpdate> {
  let pending: RunChange | null = null;
  let told: ErrorData | null = null;
  let over = false;
  let wake: () => void = () => undefined;
  const end = () => {
    over = true;
    wake();
  };
  const stopListening = handle.onChange((change) => {
    pending = pending
      ? { ...change, changed: [...new Set([...pending.changed, ...change.changed])] }
      : change;
    wake();
  });
  const stopHealth = health.onChange(() => wake());
  // A run that failed inside the app still ends; its record says how.
  handle.finished.then(end, end);
  signal.addEventListener('abort', end, { once: true });
  try {
    yield {
      kind: 'snapshot',
      run: await runDetail(store, handle.runId),
      live: handle.live(),
      load: await store.load(handle.runId, LOAD_POINTS),
    };
    while (!signal.aborted) {
      const change: RunChange | null = pending;
      if (health.trouble !== told) {
        told = health.trouble;
        yield { kind: 'health', trouble: told };
      } else if (change) {
        pending = null;
        yield { kind: 'progress', ...(change as RunChange) };
      } else if (over) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stopListening();
    stopHealth();
    signal.removeEventListener('abort', end);
  }
}

/** @throws AppError E_RUN_NOT_FOUND */
export async function runDetail(store: TelemetryStore, runId: string): Promise<RunDetail> {
  return (await store.run(runId)) ?? notFound('run');
}

export function notFound(what: 'run' | 'task instance'): never {
  throw new AppError({
    code: what === 'run' ? 'E_RUN_NOT_FOUND' : 'E_INSTANCE_NOT_FOUND',
    message: `There is no such ${what} in this project.`,
    hint: 'It may have been removed; go back to the list.',
  });
}
