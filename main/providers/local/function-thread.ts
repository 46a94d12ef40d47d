import { parentPort } from 'node:worker_threads';
import { captureOutput, runBundle } from './function-call.ts';
import type { FunctionCall } from './function-protocol.ts';

/** A worker thread that makes calls of functions, several at once when they wait for something. */
captureOutput();
parentPort?.on('message', (calls: readonly FunctionCall[]) =>
  runBundle(calls, 'thread', (ends) => parentPort?.postMessage(ends)),
);
