import { type Transferable, Worker } from 'node:worker_threads';
import { AppError, type ErrorData } from './errors.ts';

/** What a worker that does one job tells; the last is its end. */
export type WorkerMessage<Result, Progress = never> =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: ErrorData };

export interface WorkerJob<Progress> {
  /** Posts `WorkerMessage`s. */
  readonly module: URL;
  /** Its `workerData`. */
  readonly data: unknown;
  /** What it may take before it is stopped, in MiB. */
  readonly heapMib: number;
  /** Of it, what has just been made; less of it is cleared away more often. Absent: V8's own choice. */
  readonly youngMib?: number;
  /** What of the data belongs to the worker from then on. */
  readonly moved?: readonly Transferable[];
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly cancelled: () => AppError;
  /** When the thread ended without an answer. @param cause null where it said nothing */
  readonly stopped: (cause: unknown) => AppError;
}

/**
 * Does one job in a worker thread of its own, so that the caller's event loop is free. Aborting ends the thread at once.
 * @throws AppError of the job, or what `cancelled` and `stopped` make
 */
export function runInWorker<Result, Progress = never>(job: WorkerJob<Progress>): Promise<Result> {
  const { signal } = job;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(job.cancelled());
    const worker = new Worker(job.module, {
      workerData: job.data,
      transferList: [...(job.moved ?? [])],
      resourceLimits: {
        maxOldGenerationSizeMb: job.heapMib,
        ...(job.youngMib !== undefined && { maxYoungGenerationSizeMb: job.youngMib }),
      },
    });
    let isOver = false;
    const end = (settle: () => void) => {
      isOver = true;
      signal?.removeEventListener('abort', abort);
      settle();
      void worker.terminate();
    };
    const abort = () => end(() => reject(job.cancelled()));
    signal?.addEventListener('abort', abort, { once: true });
    worker.on('message', (message: WorkerMessage<Result, Progress>) => {
      // What was on its way when the job was aborted: progress of something that is no more.
      if (isOver) return;
      switch (message.kind) {
        case 'progress':
          return job.onProgress?.(message.progress);
        case 'done':
          return end(() => resolve(message.result));
        case 'failed':
          return end(() => reject(new AppError(message.error)));
      }
    });
    worker.on('error', (cause) => end(() => reject(job.stopped(cause))));
    worker.on('exit', () => end(() => reject(job.stopped(null))));
  });
}
