import type { ClusterEvent, TaskInstance } from '../provider.ts';

interface Worker {
  readonly id: string;
  readonly number: number;
  /** Instances that run on it. */
  readonly load: Set<string>;
  functionsOnly: boolean;
}

/** The workers of one tag. A worker runs one process, or up to `threads` calls of functions at once. */
export class WorkerPool {
  readonly tag: string;
  readonly #threads: number;
  readonly #emit: (event: ClusterEvent) => void;
  readonly #now: () => number;
  readonly #workers = new Map<string, Worker>();
  /** How many are wished for, before a limit over all tags. */
  wished = 0;
  #granted = 0;

  constructor(tag: string, threads: number, emit: (event: ClusterEvent) => void, now: () => number) {
    this.tag = tag;
    this.#threads = threads;
    this.#emit = emit;
    this.#now = now;
  }

  get size(): number {
    return this.#workers.size;
  }

  get busy(): number {
    return [...this.#workers.values()].filter((w) => w.load.size > 0).length;
  }

  /** Adds workers at once; takes idle ones away at once and busy ones when they have finished. */
  resize(granted: number, reason: string): void {
    this.#granted = granted;
    for (let number = 0; this.size < granted; number++) this.#add(number);
    for (const worker of [...this.#workers.values()].reverse()) {
      if (this.size <= granted) return;
      if (worker.load.size === 0) this.#remove(worker, reason);
    }
  }

  /** A worker that may take this instance now; null when there is none. */
  freeWorker(instance: TaskInstance): string | null {
    const isFunction = runsInFunctionWorker(instance);
    for (const worker of this.#workers.values()) {
      if (worker.load.size === 0) return worker.id;
      if (isFunction && worker.functionsOnly && worker.load.size < this.#threads) return worker.id;
    }
    return null;
  }

  hasFreeWorker(): boolean {
    for (const worker of this.#workers.values()) {
      if (worker.load.size === 0 || (worker.functionsOnly && worker.load.size < this.#threads)) return true;
    }
    return false;
  }

  occupy(workerId: string, instance: TaskInstance): void {
    const worker = this.#workers.get(workerId);
    if (!worker) throw new Error(`No worker ${workerId}`);
    worker.load.add(instance.id);
    worker.functionsOnly = runsInFunctionWorker(instance);
  }

  release(workerId: string, instanceId: string): void {
    const worker = this.#workers.get(workerId);
    worker?.load.delete(instanceId);
    if (worker && worker.load.size === 0 && this.size > this.#granted) this.#remove(worker, 'scaled down');
  }

  #add(number: number): void {
    const id = `${this.tag}-${number}`;
    if (this.#workers.has(id)) return;
    this.#workers.set(id, { id, number, load: new Set(), functionsOnly: false });
    this.#emit({ type: 'worker_added', at: this.#now(), workerId: id, tag: this.tag });
  }

  #remove(worker: Worker, reason: string): void {
    this.#workers.delete(worker.id);
    this.#emit({ type: 'worker_removed', at: this.#now(), workerId: worker.id, tag: this.tag, reason });
  }
}

export function runsInFunctionWorker(instance: TaskInstance): boolean {
  return instance.work.kind === 'function' || instance.work.kind === 'source';
}
