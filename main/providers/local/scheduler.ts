import { describeMemory } from '../../platform/units.ts';
import type { ClusterEvent, TaskInstance } from '../provider.ts';
import { type Demand, fits, nextToStart } from './admission.ts';
import { type Queued, ReadyQueue } from './ready-queue.ts';
import { allocateWorkers } from './worker-allocation.ts';
import { WorkerPool } from './worker-pool.ts';

export interface SchedulerOptions {
  /** What may be in use at once. */
  readonly machine: Demand;
  /** Workers over all tags. */
  readonly maxWorkers: number;
  /** Calls of functions that one worker may run at once. */
  readonly threadsPerWorker: number;
  readonly now: () => number;
  readonly emit: (event: ClusterEvent) => void;
  /** How many instances like this one a worker may be given at once, to do one after the other. */
  readonly bundleSize: (instance: TaskInstance) => number;
  /** One instance or a bundle. Must lead to one call of `ended` for each, at once or later. */
  readonly start: (instances: readonly TaskInstance[], workerId: string) => void;
  /** It asks for more than this machine will ever have free. */
  readonly refuse: (instance: TaskInstance, message: string) => void;
}

/** What one worker was given at once, under the demand of the first. */
interface Bundle {
  readonly id: string;
  readonly pool: WorkerPool;
  readonly workerId: string;
  readonly demand: Demand;
  /** Not ended yet. */
  left: number;
}

/** Which instance runs when, and on which worker. Decides only; others start and watch processes. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #pools = new Map<string, WorkerPool>();
  readonly #queues = new Map<string, ReadyQueue>();
  readonly #running = new Map<string, Bundle>();
  #free: Demand;
  #order = 0;
  #starting = false;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#free = options.machine;
  }

  get running(): number {
    return this.#running.size;
  }

  submit(instances: readonly TaskInstance[]): void {
    const byTag = new Map<string, Queued[]>();
    for (const instance of instances) {
      const demand = demandOf(instance);
      const refusal = refusalOf(demand, this.#options.machine);
      if (refusal !== null) {
        this.#options.refuse(instance, refusal);
        continue;
      }
      const item: Queued = { ...demand, instance, order: this.#order++, overtaken: 0 };
      const items = byTag.get(instance.tag);
      if (items) items.push(item);
      else byTag.set(instance.tag, [item]);
    }
    for (const [tag, items] of byTag) this.#queue(tag).add(items);
    this.#allocate('another tag has work waiting');
    this.#startWhatFits();
  }

  scale(workersByTag: Readonly<Record<string, number>>): void {
    for (const [tag, workers] of Object.entries(workersByTag)) this.#pool(tag).wished = workers;
    this.#allocate('scaled down');
    this.#startWhatFits();
  }

  /** The instance that was started is over; its worker takes the next. */
  ended(instanceId: string): void {
    const entry = this.#running.get(instanceId);
    if (!entry) return;
    this.#running.delete(instanceId);
    if (--entry.left > 0) return;
    this.#free = {
      cpus: this.#free.cpus + entry.demand.cpus,
      memoryBytes: this.#free.memoryBytes + entry.demand.memoryBytes,
    };
    const before = entry.pool.size;
    entry.pool.release(entry.workerId, entry.id);
    const idle = this.#queues.get(entry.pool.tag)?.size === 0;
    if (idle || entry.pool.size < before) this.#allocate('another tag has work waiting');
    this.#startWhatFits();
  }

  /** Takes instances out of the queues; all of them when no ids are given. */
  withdraw(instanceIds?: ReadonlySet<string>): TaskInstance[] {
    return [...this.#queues.values()].flatMap((queue) =>
      queue.take((instance) => instanceIds?.has(instance.id) ?? true),
    );
  }

  /** Starts nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes all workers away; for the end, when nothing runs. */
  dismiss(reason: string): void {
    for (const pool of this.#pools.values()) pool.resize(0, reason);
  }

  #startWhatFits(): void {
    // `start` may fail at once and call `ended`, which comes back here: one loop does it all.
    if (this.#starting) return;
    this.#starting = true;
    while (!this.#stopped) {
      const pick = nextToStart(this.#candidates(), this.#free);
      if (pick === null) break;
      for (const item of pick.overtook) item.overtaken++;
      this.#start(pick.next);
    }
    this.#starting = false;
  }

  #start(item: Queued): void {
    const { instance } = item;
    const pool = this.#pool(instance.tag);
    const workerId = pool.freeWorker(instance);
    if (workerId === null) throw new Error(`No free worker for ${instance.id}`);
    const queue = this.#queue(instance.tag);
    queue.remove(item);
    const instances = [instance, ...this.#followers(item, queue, pool)];
    pool.occupy(workerId, instance);
    this.#free = {
      cpus: this.#free.cpus - item.cpus,
      memoryBytes: this.#free.memoryBytes - item.memoryBytes,
    };
    const bundle: Bundle = { id: instance.id, pool, workerId, demand: item, left: instances.length };
    for (const { id } of instances) this.#running.set(id, bundle);
    this.#options.start(instances, workerId);
  }

  /** More of the same for the same worker, taken from the front, and no more than leaves work for all workers. */
  #followers(first: Queued, queue: ReadyQueue, pool: WorkerPool): TaskInstance[] {
    const share = Math.ceil(queue.size / (2 * Math.max(1, pool.size)));
    const most = Math.min(this.#options.bundleSize(first.instance) - 1, share);
    const followers: TaskInstance[] = [];
    for (let next = queue.at(0); next && followers.length < most; next = queue.at(0)) {
      if (next.instance.task !== first.instance.task || !fits(next, first)) break;
      queue.remove(next);
      followers.push(next.instance);
    }
    return followers;
  }

  /** All that could start if there is room, in order of arrival over the heads of the tags. */
  *#candidates(): Generator<Queued> {
    const places = [...this.#queues]
      .filter(([tag]) => this.#pools.get(tag)?.hasFreeWorker())
      .map(([tag, queue]) => ({ pool: this.#pool(tag), queue, index: 0 }));
    while (true) {
      let first: { item: Queued; place: (typeof places)[number] } | null = null;
      for (const place of places) {
        const item = place.queue.at(place.index);
        if (item && (first === null || item.order < first.item.order)) first = { item, place };
      }
      if (first === null) return;
      first.place.index++;
      if (first.place.pool.freeWorker(first.item.instance) !== null) yield first.item;
    }
  }

  #allocate(reason: string): void {
    const pools = [...this.#pools.values()];
    const demands = pools.map((pool) => ({
      tag: pool.tag,
      wished: pool.wished,
      busy: pool.busy,
      queued: this.#queues.get(pool.tag)?.size ?? 0,
    }));
    const granted = allocateWorkers(demands, this.#options.maxWorkers);
    // First those that lose workers, so that at no time there are more than the maximum.
    const shrinking = (pool: WorkerPool) => (granted.get(pool.tag) ?? 0) < pool.size;
    for (const pool of pools.filter(shrinking)) pool.resize(granted.get(pool.tag) ?? 0, reason);
    let size = pools.reduce((sum, pool) => sum + pool.size, 0);
    for (const pool of pools.filter((p) => !shrinking(p))) {
      const wanted = granted.get(pool.tag) ?? 0;
      const room = Math.max(0, this.#options.maxWorkers - size);
      const target = Math.min(wanted, pool.size + room);
      size += target - pool.size;
      pool.resize(target, reason);
    }
  }

  #queue(tag: string): ReadyQueue {
    const queue = this.#queues.get(tag) ?? new ReadyQueue();
    this.#queues.set(tag, queue);
    return queue;
  }

  #pool(tag: string): WorkerPool {
    const { threadsPerWorker, emit, now } = this.#options;
    const pool = this.#pools.get(tag) ?? new WorkerPool(tag, threadsPerWorker, emit, now);
    this.#pools.set(tag, pool);
    return pool;
  }
}

export function demandOf(instance: TaskInstance): Demand {
  return { cpus: instance.request.cpus, memoryBytes: instance.request.memoryBytes ?? 0 };
}

/** Why a request can never be met here; null when it can. */
export function refusalOf(demand: Demand, machine: Demand): string | null {
  if (fits(demand, machine)) return null;
  const wants = `${demand.cpus} CPUs and ${describeMemory(demand.memoryBytes)}`;
  return `It asks for ${wants}, and this machine can give ${machine.cpus} CPUs and ${describeMemory(machine.memoryBytes)}. Ask for less, or run it on a larger target.`;
}
