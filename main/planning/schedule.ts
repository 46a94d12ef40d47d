import { breather } from '../platform/breather.ts';
import { Heap } from '../platform/heap.ts';
import type { DependencyGraph } from './dependency-graph.ts';

/** One instance as the simulation sees it. */
export interface ScheduledWork {
  readonly tag: string;
  /** Predicted run time. */
  readonly seconds: number;
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface ScheduleLimits {
  /** Workers at once over all tags. */
  readonly workers: number;
  readonly workersByTag: Readonly<Record<string, number>>;
  /** What all running work shares; null where every worker brings its own machine. */
  readonly machine: { readonly cpus: number; readonly memoryBytes: number } | null;
  /** Before this no worker can work; default 0. */
  readonly startupSeconds?: number;
  /** A worker is ended after this and another has to be started for what does not fit into its rest; absent or null: never. */
  readonly walltimeSeconds?: number | null;
}

export interface Schedule {
  readonly makespanSeconds: number;
  /** Sum of run times. */
  readonly busySeconds: number;
}

/**
 * How long the work takes under these limits: list scheduling, longest first among what is ready (Graham 1969:
 * at most 4/3 of the optimum for independent work on equal workers), which is also how a session hands work out.
 * The graph is left as it was found.
 */
export async function simulateSchedule(
  work: readonly ScheduledWork[],
  graph: DependencyGraph,
  limits: ScheduleLimits,
): Promise<Schedule> {
  const rewind = graph.mark();
  const breathe = breather();
  const ready = new Map<string, Heap<number>>();
  const running = new Heap<{ at: number; end: number; leftAt: number }>((a, b) => a.end - b.end);
  const workers = new Leases(limits);
  const used = { workers: 0, cpus: 0, memoryBytes: 0, byTag: new Map<string, number>() };
  let now = limits.startupSeconds ?? 0;
  let busySeconds = 0;

  const item = (at: number) => work[at] as ScheduledWork;
  const addReady = (at: number) => {
    const { tag } = item(at);
    let heap = ready.get(tag);
    if (!heap) {
      heap = new Heap((a, b) => item(b).seconds - item(a).seconds || a - b);
      ready.set(tag, heap);
    }
    heap.push(at);
  };
  const fits = ({ tag, cpus, memoryBytes }: ScheduledWork) =>
    used.workers < limits.workers &&
    (used.byTag.get(tag) ?? 0) < (limits.workersByTag[tag] ?? limits.workers) &&
    (limits.machine === null ||
      used.workers === 0 ||
      (used.cpus + cpus <= limits.machine.cpus &&
        used.memoryBytes + memoryBytes <= limits.machine.memoryBytes));
  const take = ({ tag, cpus, memoryBytes }: ScheduledWork, sign: 1 | -1) => {
    used.workers += sign;
    used.cpus += sign * cpus;
    used.memoryBytes += sign * memoryBytes;
    used.byTag.set(tag, (used.byTag.get(tag) ?? 0) + sign);
  };
  const startWhatFits = () => {
    for (const heap of ready.values()) {
      for (let at = heap.peek(); at !== undefined && fits(item(at)); at = heap.peek()) {
        heap.pop();
        take(item(at), 1);
        busySeconds += item(at).seconds;
        running.push({ at, ...workers.take(item(at), now) });
      }
    }
  };

  work.forEach((_, at) => {
    if (graph.pending(at) === 0) addReady(at);
  });
  startWhatFits();
  for (let next = running.pop(); next; next = running.pop()) {
    now = next.end;
    take(item(next.at), -1);
    workers.giveBack(item(next.at), next.leftAt);
    for (const at of graph.complete(next.at)) addReady(at);
    startWhatFits();
    // To wait for nothing costs a turn as well, and there are as many as instances.
    const turn = breathe();
    if (turn) await turn;
  }
  rewind();
  return { makespanSeconds: now, busySeconds };
}

/** When the workers of each tag have to go, as far as the site ends them. */
class Leases {
  readonly #walltime: number;
  readonly #startup: number;
  /** Of those without work: the moments at which they are ended. */
  readonly #idle = new Map<string, Heap<number>>();

  constructor({ walltimeSeconds, startupSeconds = 0 }: ScheduleLimits) {
    this.#walltime = walltimeSeconds ?? Number.POSITIVE_INFINITY;
    this.#startup = startupSeconds;
  }

  /** On the worker that stays longest, if that is long enough; else another is started in its place. */
  take({ tag, seconds }: ScheduledWork, now: number): { readonly end: number; readonly leftAt: number } {
    // Who was not wanted so far is there since the beginning.
    const leftAt = this.#idle.get(tag)?.pop() ?? this.#startup + this.#walltime;
    if (now + seconds <= leftAt) return { end: now + seconds, leftAt };
    const begin = now + this.#startup;
    return { end: begin + seconds, leftAt: begin + this.#walltime };
  }

  giveBack({ tag }: ScheduledWork, leftAt: number): void {
    let idle = this.#idle.get(tag);
    if (!idle) {
      idle = new Heap((a, b) => b - a);
      this.#idle.set(tag, idle);
    }
    idle.push(leftAt);
  }
}
