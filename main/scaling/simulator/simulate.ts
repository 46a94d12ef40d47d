import { type Random, seededRandom, seedFrom } from '../../advisor/data/random.ts';
import { withinTotal } from '../limits.ts';
import type { Decision } from '../state.ts';
import { Observer } from './observer.ts';
import type { AnyPolicy, PolicyLimits } from './policy.ts';
import { stageGraph } from './stage-graph.ts';
import { StartTimes } from './start-times.ts';
import { TimeQueue } from './time-queue.ts';
import { type SimWorker, WorkerPool } from './worker-pool.ts';
import type { Workload } from './workload.ts';

export interface SimOptions {
  readonly seed: number;
  /** Stops there at the latest; what is not done then is `unfinished`. Seconds. */
  readonly until?: number;
  /** Keeps every decision; otherwise those that changed something. */
  readonly keepAll?: boolean;
}

export interface SimResult {
  readonly policy: string;
  readonly makespanSeconds: number;
  /** Paid worker time: start-up, work, waiting. */
  readonly workerHours: number;
  readonly busyHours: number;
  readonly costUsd: number;
  /** Workers that began to start. */
  readonly starts: number;
  readonly peakWorkers: number;
  readonly finished: number;
  readonly unfinished: number;
  /** Attempts lost to machines and time limits. */
  readonly lostAttempts: number;
  readonly decisions: readonly SimDecision[];
}

export interface SimDecision {
  readonly at: number;
  readonly workers: Readonly<Record<string, number>>;
  /** Share of the tasks that were done then. */
  readonly doneShare: number;
  readonly decision: Decision | null;
}

/** Attempts of a task before it is given up. */
const MOST_ATTEMPTS = 10;
/** A policy that has asked for nobody for so long, while work waits, will not: its budget is spent. */
const STALLED_SECONDS = 6 * 3600;
const DAYS_30 = 30 * 24 * 3600;

type Event =
  | { readonly kind: 'arrive'; readonly task: number }
  | { readonly kind: 'given' | 'ready' | 'expired'; readonly worker: SimWorker }
  | { readonly kind: 'ended'; readonly worker: SimWorker; readonly task: number; readonly lost: boolean }
  | { readonly kind: 'tick' };

/**
 * Replays a workload under a policy, event by event. The same workload, policy and seed give the same result; the
 * n-th worker of a pool takes equally long to start under every policy. Ready work is handed out longest prediction
 * first, as a session does, and whoever works is never ended by a policy.
 */
export function simulate(workload: Workload, policy: AnyPolicy, options: SimOptions): SimResult {
  return new Simulation(workload, policy, options).run();
}

class Simulation {
  readonly #workload: Workload;
  readonly #policy: AnyPolicy;
  readonly #options: SimOptions;
  readonly #decide: ReturnType<AnyPolicy['begin']>;
  readonly #events = new TimeQueue<Event>();
  readonly #pools: ReadonlyMap<string, WorkerPool>;
  readonly #observer: Observer;
  readonly #graph: ReturnType<typeof stageGraph>;
  readonly #pending: Int32Array;
  readonly #attempts: Uint8Array;
  readonly #arrived: Uint8Array;
  readonly #startTimes: ReadonlyMap<string, StartTimes>;
  readonly #failures: Random;
  readonly #decisions: SimDecision[] = [];
  #finished = 0;
  #givenUp = 0;
  #lost = 0;
  #now = 0;
  #peak = 0;
  #endedAt = 0;

  constructor(workload: Workload, policy: AnyPolicy, options: SimOptions) {
    this.#workload = workload;
    this.#policy = policy;
    this.#options = options;
    this.#graph = stageGraph(workload);
    this.#pending = Int32Array.from(this.#graph.needCounts);
    this.#attempts = new Uint8Array(workload.tasks.length);
    this.#arrived = new Uint8Array(workload.tasks.length);
    this.#failures = seededRandom(seedFrom(options.seed, 'failures'));
    this.#pools = new Map(workload.pools.map((pool) => [pool.tag, new WorkerPool(pool)]));
    this.#startTimes = new Map(workload.pools.map((pool) => [pool.tag, new StartTimes(pool, options.seed)]));
    this.#observer = new Observer(workload, this.#graph);
    this.#decide = policy.begin(limitsOf(workload));
  }

  run(): SimResult {
    const { tasks } = this.#workload;
    const later: number[] = [];
    for (const [at, { arrivesAt }] of tasks.entries()) {
      if (arrivesAt <= 0) this.#arrive(at);
      else later.push(at);
    }
    for (const at of later) this.#events.push(tasks[at]?.arrivesAt ?? 0, { kind: 'arrive', task: at });
    this.#events.push(0, { kind: 'tick' });
    const until = this.#options.until ?? DAYS_30;
    let happenedAt = 0;
    while (this.#finished + this.#givenUp < tasks.length) {
      const next = this.#events.pop();
      if (!next || next.at > until) break;
      this.#now = next.at;
      if (next.item.kind !== 'tick') happenedAt = next.at;
      else if (next.at - happenedAt > STALLED_SECONDS && this.#isDeserted()) break;
      this.#handle(next.item);
    }
    const stoppedAt =
      this.#finished + this.#givenUp < tasks.length ? Math.max(this.#now, this.#endedAt) : this.#endedAt;
    for (const pool of this.#pools.values()) pool.closeAt(stoppedAt);
    const totals = [...this.#pools.values()].map((pool) => pool.totals());
    const sum = (pick: (total: (typeof totals)[number]) => number) =>
      totals.reduce((all, total) => all + pick(total), 0);
    return {
      policy: this.#policy.name,
      makespanSeconds: this.#endedAt,
      workerHours: sum((total) => total.paidSeconds) / 3600,
      busyHours: sum((total) => total.busySeconds) / 3600,
      costUsd: sum((total) => total.usd),
      starts: sum((total) => total.starts),
      peakWorkers: this.#peak,
      finished: this.#finished,
      unfinished: tasks.length - this.#finished,
      lostAttempts: this.#lost,
      decisions: this.#decisions,
    };
  }

  /** No worker is there or on its way, and no work will come. */
  #isDeserted(): boolean {
    return this.#events.size === 0 && [...this.#pools.values()].every(({ alive }) => alive === 0);
  }

  #handle(event: Event): void {
    switch (event.kind) {
      case 'arrive':
        this.#arrive(event.task);
        return;
      case 'tick':
        this.#tick();
        return;
      case 'given':
        if (event.worker.state !== 'queued') return;
        event.worker.state = 'starting';
        event.worker.paidFrom = this.#now;
        this.#poolOf(event.worker).starts++;
        this.#at(event.worker.startSeconds, { kind: 'ready', worker: event.worker });
        return;
      case 'ready':
        if (event.worker.state !== 'starting') return;
        this.#becomeReady(event.worker);
        return;
      case 'expired':
        this.#expire(event.worker);
        return;
      case 'ended':
        // Its worker was ended meanwhile.
        if (event.worker.task !== event.task || event.worker.state !== 'busy') return;
        this.#end(event.worker, event.task, event.lost);
        return;
    }
  }

  #arrive(at: number): void {
    this.#arrived[at] = 1;
    const ready = this.#pending[at] === 0;
    this.#observer.arrive(at, this.#now, ready);
    if (ready) this.#makeReady(at);
  }

  #makeReady(at: number): void {
    const tag = this.#workload.tasks[at]?.tag ?? '';
    const pool = this.#pools.get(tag);
    if (!pool) return;
    pool.addReady(at, this.#observer.predictedOf(at));
    this.#handOut(pool);
  }

  #becomeReady(worker: SimWorker): void {
    const pool = this.#poolOf(worker);
    pool.nowIdle(worker);
    this.#observer.started(worker.tag, worker.paidFrom - worker.askedAt, this.#now - worker.paidFrom);
    const { walltimeSeconds } = pool.pool;
    if (walltimeSeconds !== null) {
      worker.endsAt = worker.paidFrom + walltimeSeconds;
      this.#events.push(worker.endsAt, { kind: 'expired', worker });
    }
    this.#handOut(pool);
  }

  #handOut(pool: WorkerPool): void {
    for (let pair = pool.nextPair(this.#now); pair; pair = pool.nextPair(this.#now)) {
      const { worker, task } = pair;
      const item = this.#workload.tasks[task];
      if (!item) continue;
      this.#observer.begin(task);
      const limit = item.limitSeconds ?? Number.POSITIVE_INFINITY;
      const breaks = pool.pool.failureRate > 0 && this.#failures.next() < pool.pool.failureRate;
      const seconds = breaks ? item.seconds * this.#failures.next() : Math.min(item.seconds, limit);
      this.#at(seconds, { kind: 'ended', worker, task, lost: breaks || item.seconds > limit });
    }
    this.#replaceEnded(pool);
  }

  #end(worker: SimWorker, task: number, lost: boolean): void {
    const pool = this.#poolOf(worker);
    pool.release(worker, this.#now);
    this.#taskOver(task, this.#now - worker.busySince, lost);
    // It may have been given what its end released, or what failed and is tried again.
    if (pool.alive > pool.wish && worker.state === 'idle') pool.remove(worker, this.#now);
    this.#handOut(pool);
  }

  #taskOver(task: number, seconds: number, lost: boolean): void {
    if (lost) {
      this.#lost++;
      this.#attempts[task] = (this.#attempts[task] ?? 0) + 1;
      if ((this.#attempts[task] ?? 0) < MOST_ATTEMPTS) {
        this.#observer.again(task);
        this.#makeReady(task);
        return;
      }
      this.#givenUp++;
    } else this.#finished++;
    this.#endedAt = this.#now;
    this.#observer.finish(task, seconds, lost);
    this.#release(task);
  }

  #release(done: number): void {
    const open = [done];
    for (let from = open.pop(); from !== undefined; from = open.pop()) {
      for (const to of this.#graph.dependants[from] ?? []) {
        const left = (this.#pending[to] ?? 0) - 1;
        this.#pending[to] = left;
        if (left > 0) continue;
        if (to >= this.#workload.tasks.length) open.push(to);
        else if (this.#arrived[to] === 1) {
          this.#observer.nowReady(to);
          this.#makeReady(to);
        }
      }
    }
  }

  #expire(worker: SimWorker): void {
    if (worker.state === 'gone') return;
    const pool = this.#poolOf(worker);
    const task = worker.state === 'busy' ? worker.task : null;
    if (task !== null) {
      const since = worker.busySince;
      pool.release(worker, this.#now);
      pool.remove(worker, this.#now);
      this.#taskOver(task, this.#now - since, true);
    } else pool.remove(worker, this.#now);
    this.#handOut(pool);
  }

  #tick(): void {
    const state = this.#observer.state(this.#now, this.#pools);
    const { workers, decision } = this.#decide(state);
    const kept = withinLimits(workers, limitsOf(this.#workload), this.#pools);
    const changed = [...this.#pools].some(([tag, pool]) => pool.wish !== (kept[tag] ?? pool.wish));
    if (changed || this.#options.keepAll)
      this.#decisions.push({
        at: this.#now,
        workers: kept,
        doneShare: this.#finished / this.#workload.tasks.length,
        decision: decision ?? null,
      });
    for (const [tag, pool] of this.#pools) {
      pool.wish = kept[tag] ?? pool.wish;
      pool.shrink(this.#now);
    }
    for (const pool of this.#pools.values()) this.#handOut(pool);
    let alive = 0;
    for (const pool of this.#pools.values()) alive += pool.alive;
    this.#peak = Math.max(this.#peak, alive);
    this.#at(this.#policy.intervalSeconds, { kind: 'tick' });
  }

  /** The site keeps as many as were wished: for those that ended by themselves it gives others. */
  #replaceEnded(pool: WorkerPool): void {
    while (pool.alive < pool.wish) {
      // Both are known now: the n-th worker asked for has the same, whatever happens meanwhile.
      const { queue, start } = this.#startTimes.get(pool.pool.tag)?.next() ?? { queue: 0, start: 0 };
      const worker = pool.ask(this.#now, start);
      this.#at(queue, { kind: 'given', worker });
    }
  }

  #poolOf(worker: SimWorker): WorkerPool {
    return this.#pools.get(worker.tag) as WorkerPool;
  }

  #at(after: number, event: Event): void {
    this.#events.push(this.#now + after, event);
  }
}

export function limitsOf({ pools, maxTotal }: Workload): PolicyLimits {
  return {
    minWorkers: Object.fromEntries(pools.map(({ tag, minWorkers }) => [tag, minWorkers])),
    maxWorkers: Object.fromEntries(pools.map(({ tag, maxWorkers }) => [tag, maxWorkers])),
    maxTotal,
  };
}

/** max is a ceiling and min a floor below it, whatever a policy wishes, and all pools keep within the total. */
function withinLimits(
  wished: Readonly<Record<string, number>>,
  { minWorkers, maxWorkers, maxTotal }: PolicyLimits,
  pools: ReadonlyMap<string, WorkerPool>,
): Record<string, number> {
  const wishes = [...pools].map(([tag, pool]) => {
    const most = maxWorkers[tag] ?? Number.POSITIVE_INFINITY;
    const least = Math.min(most, minWorkers[tag] ?? 0);
    const count = Math.max(least, Math.min(most, Math.round(wished[tag] ?? pool.wish)));
    return { count, least, busy: pool.busy, ready: pool.ready };
  });
  const kept = withinTotal(wishes, maxTotal);
  return Object.fromEntries([...pools.keys()].map((tag, at) => [tag, kept[at] ?? 0]));
}
