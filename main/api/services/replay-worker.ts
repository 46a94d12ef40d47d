import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../platform/clock.ts';
import { AppError, toErrorData } from '../../platform/errors.ts';
import type { WorkerMessage } from '../../platform/worker-job.ts';
import { recordedRun } from '../../scaling/recorded-workload.ts';
import { openStore } from '../../telemetry/open-store.ts';
import type { Replay } from '../scaling-views.ts';
import { type ReplayProgress, replay } from './replay.ts';
import type { ReplayJob } from './replay-thread.ts';

type Answer = WorkerMessage<Replay, ReplayProgress>;

/** Reads and computes here: a hundred thousand rows never pass through the app's own thread. */
async function answer({ database, runId, settings, request }: ReplayJob): Promise<Answer> {
  const store = await openStore({
    database,
    access: 'read',
    clock: systemClock,
    livePid: () => null,
    onHealth: () => undefined,
  });
  try {
    const record = await store.exportRun(runId);
    if (!record)
      throw new AppError({ code: 'E_RUN_NOT_FOUND', message: 'There is no such run in this project.' });
    const tell = (progress: ReplayProgress) => post({ kind: 'progress', progress });
    const result = replay(record, await recordedRun(store, runId), settings, request, tell);
    return { kind: 'done', result };
  } finally {
    await store.close();
  }
}

function post(message: Answer): void {
  parentPort?.postMessage(message);
}

post(
  await answer(workerData as ReplayJob).catch(
    (error: unknown): Answer => ({ kind: 'failed', error: toErrorData(error) }),
  ),
);
