import { Worker } from 'node:worker_threads';
import { siblingModule } from '../../platform/sibling-module.ts';
import { captureOutput, runBundle } from './function-call.ts';
import type { CallBundle, FromHost, FunctionEnd, ToHost } from './function-protocol.ts';

/**
 * A process that makes calls of functions for the supervisor: in itself (`process`), or in worker threads
 * (`threads`), one per slot. It ends when the supervisor does.
 */
const [mode, heapMegabytes] = process.argv.slice(2);

const threads = new Map<string, Worker>();
let ends: FunctionEnd[] = [];

function send(message: FromHost): void {
  if (process.connected) process.send?.(message);
}

/** Ends that come together travel together. */
function report(more: readonly FunctionEnd[]): void {
  const first = ends.length === 0;
  ends.push(...more);
  if (!first) return;
  setImmediate(() => {
    send({ type: 'ends', ends });
    ends = [];
  });
}

function thread(slot: string): Worker {
  const running = threads.get(slot);
  if (running) return running;
  const worker = new Worker(siblingModule(import.meta.url, './function-thread'), {
    resourceLimits: { maxOldGenerationSizeMb: Number(heapMegabytes) },
  });
  threads.set(slot, worker);
  let outOfMemory = false;
  worker.on('message', report);
  worker.on('error', (error: NodeJS.ErrnoException) => {
    outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  });
  worker.on('exit', (exitCode) => {
    if (threads.get(slot) === worker) threads.delete(slot);
    send({ type: 'slot_died', slot, exitCode, outOfMemory });
  });
  return worker;
}

function start({ slot, calls }: CallBundle): void {
  if (mode === 'threads') thread(slot).postMessage(calls);
  else void runBundle(calls, 'process', report);
}

if (mode === 'process') captureOutput();
process.on('message', (message: ToHost) => {
  if (message.type === 'bundles') for (const bundle of message.bundles) start(bundle);
  else void threads.get(message.slot)?.terminate();
});
process.on('disconnect', () => process.exit(0));
