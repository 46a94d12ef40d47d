import { Worker } from 'node:worker_threads';
import { AppError, type ErrorData } from '../../platform/errors.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import type { Replay, ReplayRequest, ScaleSettings } from '../scaling-views.ts';

export interface ReplayJob {
  readonly database: string;
  readonly runId: string;
  readonly settings: ScaleSettings | null;
  readonly request: ReplayRequest;
}

export type ReplayAnswer =
  | { readonly kind: 'done'; readonly replay: Replay }
  | { readonly kind: 'failed'; readonly error: ErrorData };

const HEAP_MIB = 2048;

/** A replay in a thread of its own; aborting ends it at once. @throws AppError of the replay, E_CANCELLED, E_REPLAY_STOPPED */
export function replayInThread(job: ReplayJob, signal?: AbortSignal): Promise<Replay> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const worker = new Worker(siblingModule(import.meta.url, './replay-worker'), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    const end = (settle: () => void) => {
      signal?.removeEventListener('abort', abort);
      settle();
      void worker.terminate();
    };
    const abort = () => end(() => reject(cancelled()));
    signal?.addEventListener('abort', abort, { once: true });
    worker.on('message', (answer: ReplayAnswer) =>
      end(() => (answer.kind === 'done' ? resolve(answer.replay) : reject(new AppError(answer.error)))),
    );
    worker.on('error', (cause) => end(() => reject(stopped(cause))));
    worker.on('exit', () => end(() => reject(stopped(null))));
  });
}

function cancelled(): AppError {
  return new AppError({ code: 'E_CANCELLED', message: 'The replay was cancelled.' });
}

function stopped(cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_REPLAY_STOPPED',
      message: 'The replay ended before it was done, perhaps for want of memory.',
      hint: 'Replay a run with fewer tasks, or close other programs first.',
    },
    { cause },
  );
}
