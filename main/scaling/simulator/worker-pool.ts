import { Heap } from '../../platform/heap.ts';
import type { Pool } from './workload.ts';

export interface SimWorker {
  readonly tag: string;
  readonly askedAt: number;
  /** From being given until it can work. */
  readonly startSeconds: number;
  state: 'queued' | 'starting' | 'idle' | 'busy' | 'gone';
  paidFrom: number;
  /** By its walltime; infinite without. */
  endsAt: number;
  task: number | null;
  busySince: number;
  /** What its task is predicted to take. */
  predicted: number;
}

/** A worker older than this share of its life is not given work that would outlast it. */
const FRESH_SHARE = 0.1;

/** The workers of one tag and the work that is ready for them. */
export class WorkerPool {
  readonly pool: Pool;
  readonly #ready = new Heap<{ readonly task: number; readonly predicted: number }>(
    (a, b) => b.predicted - a.predicted || a.task - b.task,
  );
  readonly #workers = new Set<SimWorker>();
  readonly #idle: SimWorker[] = [];
  #busy = 0;
  #paidSeconds = 0;
  #busySeconds = 0;
  wish = 0;
  starts = 0;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  get alive(): number {
    return this.#workers.size;
  }

  get busy(): number {
    return this.#busy;
  }

  /** Tasks without a worker. */
  get ready(): number {
    return this.#ready.size;
  }

  workers(): Iterable<SimWorker> {
    return this.#workers;
  }

  addReady(task: number, predicted: number): void {
    this.#ready.push({ task, predicted });
  }

  ask(now: number, startSeconds: number): SimWorker {
    const worker: SimWorker = {
      tag: this.pool.tag,
      askedAt: now,
      startSeconds,
      state: 'queued',
      paidFrom: Number.POSITIVE_INFINITY,
      endsAt: Number.POSITIVE_INFINITY,
      task: null,
      busySince: now,
      predicted: 0,
    };
    this.#workers.add(worker);
    return worker;
  }

  nowIdle(worker: SimWorker): void {
    worker.state = 'idle';
    this.#idle.push(worker);
  }

  /** The longest ready work and a worker for it; workers too near to their end for it leave. */
  nextPair(now: number): { readonly worker: SimWorker; readonly task: number } | null {
    const next = this.#ready.peek();
    if (!next) return null;
    for (let worker = this.#idle.pop(); worker; worker = this.#idle.pop()) {
      if (worker.state !== 'idle') continue;
      if (outlives(worker, next.predicted, now)) {
        this.#ready.pop();
        worker.state = 'busy';
        this.#busy++;
        worker.task = next.task;
        worker.busySince = now;
        worker.predicted = next.predicted;
        return { worker, task: next.task };
      }
      this.remove(worker, now);
    }
    return null;
  }

  release(worker: SimWorker, now: number): void {
    this.#busy--;
    this.#busySeconds += now - worker.busySince;
    worker.task = null;
    this.nowIdle(worker);
  }

  /** Down to the wish as far as that ends nobody who works: those not here yet first, the latest first, then idle ones. */
  shrink(now: number): void {
    for (const state of ['queued', 'starting', 'idle'] as const) {
      if (this.alive <= this.wish) return;
      for (const worker of [...this.#workers].reverse()) {
        if (this.alive <= this.wish) return;
        if (worker.state === state) this.remove(worker, now);
      }
    }
  }

  remove(worker: SimWorker, now: number): void {
    worker.state = 'gone';
    this.#workers.delete(worker);
    this.#paidSeconds += Math.max(0, now - worker.paidFrom);
  }

  closeAt(now: number): void {
    for (const worker of [...this.#workers]) {
      if (worker.state === 'busy') this.#busySeconds += Math.max(0, now - worker.busySince);
      this.remove(worker, now);
    }
  }

  /** Paid so far, those that are still there included. */
  paidSeconds(now: number): number {
    let seconds = this.#paidSeconds;
    for (const { paidFrom } of this.#workers) seconds += Math.max(0, now - paidFrom);
    return seconds;
  }

  totals() {
    return {
      paidSeconds: this.#paidSeconds,
      busySeconds: this.#busySeconds,
      usd: (this.#paidSeconds / 3600) * this.pool.usdPerHour,
      starts: this.starts,
    };
  }
}

function outlives(worker: SimWorker, predicted: number, now: number): boolean {
  if (now + predicted <= worker.endsAt) return true;
  const life = worker.endsAt - worker.paidFrom;
  return now - worker.paidFrom <= FRESH_SHARE * life;
}
