import { AppError } from '../../platform/errors.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import { runInWorker } from '../../platform/worker-job.ts';
import type { OnTrial } from '../tuning/search.ts';
import type { Job, JobProgress, JobResult } from './job.ts';
import type { OnProgress } from './train-all.ts';

/** Training may take this much memory before it is stopped, in MiB. */
const HEAP_MIB = 4096;

/**
 * Runs a job in a worker thread of its own, so that the caller's event loop is free. Aborting ends the thread at once.
 * @throws AppError of the job, `E_CANCELLED`, `E_TRAINING_STOPPED`
 */
export function runJob(
  job: Job,
  options: { onProgress?: OnProgress; onTrial?: OnTrial; signal?: AbortSignal } = {},
): Promise<JobResult> {
  const { onProgress, onTrial, signal } = options;
  return runInWorker<JobResult, JobProgress>({
    module: siblingModule(import.meta.url, './train-worker'),
    data: job,
    heapMib: HEAP_MIB,
    signal,
    onProgress: (progress) =>
      progress.kind === 'trial' ? onTrial?.(progress.trial) : onProgress?.(progress.fraction, progress.step),
    cancelled: () =>
      new AppError({
        code: 'E_CANCELLED',
        message: 'The training was cancelled',
        hint: 'Models trained before are still in use.',
      }),
    stopped: (cause) =>
      new AppError(
        {
          code: 'E_TRAINING_STOPPED',
          message: 'The training ended before it was done, perhaps for want of memory',
          hint: 'Train one task at a time, or choose the model type "linear".',
        },
        { cause },
      ),
  });
}
