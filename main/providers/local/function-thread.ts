import { parentPort } from 'node:worker_threads';
import { captureOutput, runCall } from './function-call.ts';
import type { FunctionCall } from './function-protocol.ts';

/** A worker thread that makes calls of functions, several at once when they wait for something. */
captureOutput();
parentPort?.on('message', async (call: FunctionCall) => {
  parentPort?.postMessage(await runCall(call, 'thread'));
});
