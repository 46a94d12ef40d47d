import { parentPort, workerData } from 'node:worker_threads';
import { toErrorData } from '../../platform/errors.ts';
import type { WorkerMessage } from '../../platform/worker-job.ts';
import type { Job, JobProgress, JobResult } from './job.ts';
import { perform } from './perform.ts';
import type { OnProgress } from './train-all.ts';

/** Reports often enough for a bar that moves, seldom enough not to be work itself. */
const LEAST_PAUSE_MS = 50;

let reportedAt = 0;

function send(message: WorkerMessage<JobResult, JobProgress>): void {
  parentPort?.postMessage(message);
}

try {
  const onProgress: OnProgress = (fraction, step) => {
    if (fraction < 1 && performance.now() - reportedAt < LEAST_PAUSE_MS) return;
    reportedAt = performance.now();
    send({ kind: 'progress', progress: { kind: 'step', fraction, step } });
  };
  const result = await perform(workerData as Job, onProgress, (trial) =>
    send({ kind: 'progress', progress: { kind: 'trial', trial } }),
  );
  send({ kind: 'done', result });
} catch (error) {
  send({ kind: 'failed', error: toErrorData(error) });
}
