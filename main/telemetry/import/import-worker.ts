import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { toErrorData } from '../../platform/errors.ts';
import type { WorkerMessage } from '../../platform/worker-job.ts';
import type { StoreHealth } from '../append-queue.ts';
import { StoreWriter } from '../store-writer.ts';
import { WorkerCalls } from '../worker-rpc.ts';
import { takeIn } from './import.ts';
import type { ImportResult } from './import-result.ts';
import type { SourceOptions } from './incoming-runs.ts';

export interface ImportJob {
  readonly paths: readonly string[];
  readonly options: SourceOptions;
  /** Where the store's thread listens. */
  readonly writer: MessagePort;
  /** A message here ends the import after the piece at hand. */
  readonly stopped: MessagePort;
}

export interface ImportProgress {
  readonly tasks: number;
  readonly from: string;
}

/** Often enough for a bar that moves. */
const LEAST_PAUSE_MS = 50;

function send(message: WorkerMessage<ImportResult, ImportProgress | StoreHealth>): void {
  parentPort?.postMessage(message);
}

const { paths, options, writer, stopped } = workerData as ImportJob;
const stop = new AbortController();
stopped.once('message', () => stop.abort());
stopped.unref();
const store = new StoreWriter(new WorkerCalls(writer), (health) =>
  send({ kind: 'progress', progress: health }),
);
let toldAt = 0;
const onProgress = (tasks: number, from: string) => {
  if (performance.now() - toldAt < LEAST_PAUSE_MS) return;
  toldAt = performance.now();
  send({ kind: 'progress', progress: { tasks, from } });
};
try {
  const result = await takeIn(store, paths, { ...options, onProgress, signal: stop.signal });
  send({ kind: 'done', result });
} catch (error) {
  send({ kind: 'failed', error: toErrorData(error) });
}
