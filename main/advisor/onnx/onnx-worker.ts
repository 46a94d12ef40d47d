import { readFile, stat } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorData } from '../../platform/errors.ts';
import type { KnownBefore } from '../data/features.ts';
import { openSession } from './load-runtime.ts';
import { unusable } from './model-error.ts';
import { MOST_BYTES } from './onnx-graph.ts';
import type { FromWorker, ToWorker, WorkerStart } from './open-model.ts';
import { checkModel, predictAll } from './served-model.ts';

function send(message: FromWorker): void {
  parentPort?.postMessage(message);
}

/** The file's bytes, unless it is too large to be looked at. */
async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size <= MOST_BYTES) return await readFile(path);
  } catch (cause) {
    throw unusable(`${path} cannot be read`, cause);
  }
  throw unusable(`${path} is larger than ${MOST_BYTES / 2 ** 20} MiB`);
}

try {
  const { path, runtime } = workerData as WorkerStart;
  const bytes = await bytesOf(path);
  const { description, run: builtin } = checkModel(bytes);
  const session = runtime === 'builtin' ? null : await openSession(bytes, description.columns.length);
  const run = session?.run ?? builtin;
  const answer = async (id: number, instances: readonly KnownBefore[]) => {
    try {
      send({ kind: 'predicted', id, predictions: await predictAll(description, run, instances) });
    } catch (error) {
      send({ kind: 'failed', id, error: toErrorData(error) });
    }
  };
  parentPort?.on('message', async (message: ToWorker) => {
    if (message.kind === 'predict') return answer(message.id, message.instances);
    await session?.release();
    parentPort?.close();
  });
  send({ kind: 'ready', description, runtime: session ? 'onnxruntime' : 'builtin' });
} catch (error) {
  send({ kind: 'failed', id: null, error: toErrorData(error) });
}
