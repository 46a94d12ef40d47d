import { AppError } from '../../platform/errors.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import { runInWorker } from '../../platform/worker-job.ts';
import type { Replay, ReplayRequest, ScaleSettings } from '../scaling-views.ts';
import type { ReplayProgress } from './replay.ts';

export interface ReplayJob {
  readonly database: string;
  readonly runId: string;
  readonly settings: ScaleSettings | null;
  readonly request: ReplayRequest;
}

const HEAP_MIB = 2048;

/** A replay in a thread of its own; aborting ends it at once. @throws AppError of the replay, E_CANCELLED, E_REPLAY_STOPPED */
export function replayInThread(
  job: ReplayJob,
  onProgress: (progress: ReplayProgress) => void,
  signal?: AbortSignal,
): Promise<Replay> {
  return runInWorker<Replay, ReplayProgress>({
    module: siblingModule(import.meta.url, './replay-worker'),
    data: job,
    heapMib: HEAP_MIB,
    onProgress,
    signal,
    cancelled: () => new AppError({ code: 'E_CANCELLED', message: 'The replay was cancelled.' }),
    stopped: (cause) =>
      new AppError(
        {
          code: 'E_REPLAY_STOPPED',
          message: 'The replay ended before it was done, perhaps for want of memory.',
          hint: 'Replay a run with fewer tasks, or close other programs first.',
        },
        { cause },
      ),
  });
}
