import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type AppendLimits, AppendQueue, type GroupAnswer, type StoreHealth } from './append-queue.ts';
import type { WorkerCalls } from './worker-rpc.ts';
import type { StoreEvent } from './write/store-event.ts';

/** A file to be kept with a run, as the database holds it. */
export type PackedFile = readonly [name: string, deflated: Uint8Array];

/** The ways into the writing thread, with a queue of their own: each thread that writes has one. */
export class StoreWriter {
  readonly #calls: WorkerCalls;
  readonly #queue: AppendQueue;

  constructor(calls: WorkerCalls, onHealth: (health: StoreHealth) => void, limits?: AppendLimits) {
    this.#calls = calls;
    this.#queue = new AppendQueue(
      (parts) => calls.call<readonly GroupAnswer[]>('append', parts),
      onHealth,
      limits,
    );
  }

  /** See `TelemetryStore.append`. */
  async append(events: readonly StoreEvent[]): Promise<void> {
    if (events.length > 0) await this.#queue.append(events);
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  /** `unchanged`: this very content is here already. `own`: the run was recorded here and is not to be replaced. */
  beginImport(runId: string, fingerprint: string): Promise<'new' | 'unchanged' | 'own'> {
    return this.#calls.call('beginImport', runId, fingerprint);
  }

  /** Keeps a file that the run was imported from. */
  putFile(runId: string, [name, deflated]: PackedFile): Promise<void> {
    return this.#calls.call('putFile', runId, name, deflated);
  }

  async endImport(runId: string, fingerprint: string): Promise<void> {
    await this.flush();
    await this.#calls.call('endImport', runId, fingerprint);
  }

  deleteRun(runId: string): Promise<void> {
    return this.#calls.call('deleteRun', runId);
  }

  /** A way in for another thread. */
  async port(): Promise<MessagePort> {
    const { port1, port2 } = new MessageChannel();
    await this.#calls.send([port1], 'serve', port1);
    return port2;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#calls.call('close');
    await this.#calls.stop();
  }
}
