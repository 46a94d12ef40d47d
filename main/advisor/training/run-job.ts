import { Worker } from 'node:worker_threads';
import { AppError } from '../../platform/errors.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import type { Job, JobResult, WorkerMessage } from './job.ts';
import type { OnProgress } from './train-all.ts';

/** Training may take this much memory before it is stopped, in MiB. */
const HEAP_MIB = 4096;

/**
 * Runs a job in a worker thread of its own, so that the caller's event loop is free. Aborting ends the thread at once.
 * @throws AppError of the job, `E_CANCELLED`, `E_TRAINING_STOPPED`
 */
export function runJob(
  job: Job,
  options: { onProgress?: OnProgress; signal?: AbortSignal } = {},
): Promise<JobResult> {
  const { onProgress, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const worker = new Worker(siblingModule(import.meta.url, './train-worker'), {
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
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'progress':
          return onProgress?.(message.fraction, message.step);
        case 'done':
          return end(() => resolve(message.result));
        case 'failed':
          return end(() => reject(new AppError(message.error)));
      }
    });
    worker.on('error', (cause) => end(() => reject(stopped(cause))));
    worker.on('exit', () => end(() => reject(stopped(null))));
  });
}

function cancelled(): AppError {
  return new AppError({
    code: 'E_CANCELLED',
    message: 'The training was cancelled',
    hint: 'Models trained before are still in use.',
  });
}

function stopped(cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_TRAINING_STOPPED',
      message: 'The training ended before it was done, perhaps for want of memory',
      hint: 'Train one task at a time, or choose the model type "linear".',
    },
    { cause },
  );
}
