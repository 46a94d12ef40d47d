import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { siblingModule } from '../../platform/sibling-module.ts';
import { tail } from './attempt-files.ts';
import type { CallBundle, FromHost, FunctionEnd, ToHost } from './function-protocol.ts';
import { ownRuntimeEnv } from './own-runtime.ts';

/** How a worker of functions died under its calls. */
export interface WorkerDeath {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly outOfMemory: boolean;
  /** Other calls were in the same worker, so any of them may be the cause. */
  readonly shared: boolean;
}

export interface FunctionPoolOptions {
  /** One process per worker, or one process with a thread per worker. */
  readonly processes: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly logs: string;
  readonly heapMegabytes: number;
  readonly onEnds: (ends: readonly FunctionEnd[]) => void;
  readonly onDeath: (callId: string, death: WorkerDeath) => void;
}

interface Host {
  readonly key: string;
  readonly child: ChildProcess;
  readonly errors: string;
  /** Call → slot. */
  readonly calls: Map<string, string>;
  outbox: CallBundle[];
  retired: boolean;
}

/** Processes that make calls of functions, kept and used again. */
export class FunctionPool {
  readonly #options: FunctionPoolOptions;
  readonly #hosts = new Map<string, Host>();
  readonly #all = new Set<Host>();

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
  }

  /** Whether this child of ours is one of the pool's. */
  owns(pid: number): boolean {
    for (const host of this.#all) if (host.child.pid === pid) return true;
    return false;
  }

  /** Hands the calls to their worker and returns the worker's process. */
  call(bundle: CallBundle): number | null {
    const workerId = bundle.slot;
    const key = this.#options.processes ? workerId : 'threads';
    const host = this.#hosts.get(key) ?? this.#start(key);
    for (const call of bundle.calls) host.calls.set(call.id, workerId);
    host.outbox.push(bundle);
    // Bundles of one turn travel in one message.
    if (host.outbox.length === 1) setImmediate(() => this.#post(host));
    return host.child.pid ?? null;
  }

  /** Ends the worker in which the call runs; `onDeath` tells when it is gone. */
  stop(callId: string): void {
    for (const host of this.#all) {
      const slot = host.calls.get(callId);
      if (slot === undefined) continue;
      if (this.#options.processes) host.child.kill('SIGKILL');
      else this.#send(host, { type: 'stop', slot });
    }
  }

  /** The worker is not needed any more. */
  dismiss(workerId: string): void {
    if (!this.#options.processes) return;
    const host = this.#hosts.get(workerId);
    if (host) this.#retire(host);
  }

  close(): void {
    for (const host of this.#all) host.child.kill('SIGKILL');
  }

  #start(key: string): Host {
    const { processes, env, logs, heapMegabytes } = this.#options;
    const errors = join(logs, `function-worker.${key}.err`);
    const fd = openSync(errors, 'a');
    const child = fork(
      siblingModule(import.meta.url, './function-host'),
      [processes ? 'process' : 'threads', String(heapMegabytes)],
      {
        execArgv: ['--expose-gc', `--max-old-space-size=${heapMegabytes}`],
        env: { ...env, ...ownRuntimeEnv() },
        stdio: ['ignore', fd, fd, 'ipc'],
        detached: process.platform !== 'win32',
      },
    );
    closeSync(fd);
    const host: Host = { key, child, errors, calls: new Map(), outbox: [], retired: false };
    this.#hosts.set(key, host);
    this.#all.add(host);
    child.on('message', (message: FromHost) => this.#onMessage(host, message));
    child.on('error', () => undefined); // a failed start also ends in 'exit' or in the check below
    child.on('exit', (exitCode, signal) => this.#onExit(host, exitCode, signal));
    if (child.pid === undefined) setImmediate(() => this.#onExit(host, null, null));
    return host;
  }

  #post(host: Host): void {
    const bundles = host.outbox;
    host.outbox = [];
    this.#send(host, { type: 'bundles', bundles });
  }

  #send(host: Host, message: ToHost): void {
    // A host that has just died says so by its exit, which ends its calls.
    if (host.child.connected) host.child.send(message, () => undefined);
  }

  #onMessage(host: Host, message: FromHost): void {
    if (message.type === 'slot_died') {
      const ids = [...host.calls].filter(([, slot]) => slot === message.slot).map(([id]) => id);
      this.#died(host, ids, { ...message, signal: null, shared: ids.length > 1 });
      return;
    }
    for (const end of message.ends) host.calls.delete(end.id);
    if (host.retired || message.ends.some((end) => end.spoiled)) this.#retire(host);
    this.#options.onEnds(message.ends);
  }

  #onExit(host: Host, exitCode: number | null, signal: string | null): void {
    this.#all.delete(host);
    if (this.#hosts.get(host.key) === host) this.#hosts.delete(host.key);
    if (statSync(host.errors, { throwIfNoEntry: false })?.size === 0) rmSync(host.errors, { force: true });
    const ids = [...host.calls.keys()];
    const outOfMemory = signal === 'SIGABRT' && tail(host.errors).includes('heap out of memory');
    this.#died(host, ids, { exitCode, signal, outOfMemory, shared: ids.length > 1 });
  }

  #died(host: Host, ids: readonly string[], death: WorkerDeath): void {
    for (const id of ids) host.calls.delete(id);
    for (const id of ids) this.#options.onDeath(id, death);
  }

  /** Gets no more calls; ends when it has none. */
  #retire(host: Host): void {
    if (this.#hosts.get(host.key) === host) this.#hosts.delete(host.key);
    host.retired = true;
    if (host.calls.size === 0 && host.child.connected) host.child.disconnect();
  }
}
