import { outlookOf, remainingSeconds } from './durations.ts';
import { EventHeap } from './event-heap.ts';
import { normalQuantile } from './normal.ts';
import type { PoolState, StageState } from './state.ts';
import { secondsOf, type WorkGroup } from './work-bag.ts';

/** Work as the forecast takes it: durations corrected, many equal tasks taken together where there are very many. */
export interface ForecastStage {
  readonly pool: number;
  readonly ready: readonly Unit[];
  readonly waiting: readonly Unit[];
  readonly running: readonly number[];
  readonly needs: StageState['needs'];
  /** Standard deviation of ln(real / predicted) of one task. */
  readonly spread: number;
  /** Expected work that is not there yet: when it will come, in seconds from now. Null: it is known work. */
  readonly comesAt: number | null;
}

/** `count` packets of `tasks` tasks each; `seconds` for a packet. */
interface Unit {
  readonly count: number;
  readonly tasks: number;
  readonly seconds: number;
}

export interface Forecast {
  /** Seconds from now until all work is done; infinite where some of it has no worker. */
  readonly finish: number;
  /** Per pool. */
  readonly pools: readonly PoolForecast[];
}

export interface PoolForecast {
  /** The most workers with something to do at one moment: before new ones could be there … */
  readonly wantedSoon: number;
  /** … and before it would pay to have ended an idle one and to start it again. */
  readonly wantedLater: number;
  /** Tasks that have yet to begin, expected ones included. */
  readonly toBegin: number;
}

/** Beyond so many packets per pool, or per worker, single tasks no longer matter. */
const UNITS = 600;
const UNITS_PER_WORKER = 1;
/** Its multiples are spread evenly over 0 to 1 however many there are (Weyl). */
const GOLDEN = 0.618033988749895;

/** The stages of a state with their durations corrected by what was measured. */
export function forecastStages(
  stages: readonly StageState[],
  pools: readonly PoolState[],
  caps: readonly number[],
): ForecastStage[] {
  const positions = new Map(pools.map(({ tag }, at) => [tag, at]));
  const seconds = new Array<number>(pools.length).fill(0);
  for (const { tag, ready, waiting } of stages) {
    const at = positions.get(tag);
    if (at !== undefined) seconds[at] = (seconds[at] ?? 0) + secondsOf(ready) + secondsOf(waiting);
  }
  return stages.flatMap((stage) => {
    const pool = positions.get(stage.tag) ?? 0;
    const outlook = outlookOf(stage.finished);
    // A packet is short beside what a worker has to do in all.
    const packet = (seconds[pool] ?? 0) / Math.max(UNITS, UNITS_PER_WORKER * (caps[pool] ?? 1));
    const units = (groups: readonly WorkGroup[]) => unitsOf(groups, outlook.factor, packet);
    return {
      pool,
      ready: units(stage.ready),
      waiting: units(stage.waiting),
      // Not all at their median: the last of many ends late.
      running: stage.running.map((work, i) => remainingSeconds(work, outlook, (0.5 + i * GOLDEN) % 1)),
      needs: stage.needs,
      spread: outlook.spread,
      comesAt: null,
    };
  });
}

function unitsOf(groups: readonly WorkGroup[], factor: number, packet: number): Unit[] {
  return groups.flatMap(({ count, seconds }) => {
    const tasks = Math.max(1, Math.min(count, Math.floor(packet / Math.max(1e-6, seconds))));
    const whole = Math.floor(count / tasks);
    const rest = count - whole * tasks;
    const units = [{ count: whole, tasks, seconds: tasks * seconds * factor }];
    if (rest > 0) units.push({ count: 1, tasks: rest, seconds: rest * seconds * factor });
    return units;
  });
}

export function expectedStage(pool: number, comesAt: number, group: WorkGroup): ForecastStage {
  return { pool, ready: [], waiting: unitsOf([group], 1, 0), running: [], needs: [], spread: 0, comesAt };
}

export interface ForecastPool {
  readonly idle: number;
  /** When workers that were asked for will be ready, seconds from now. */
  readonly startingIn: readonly number[];
  /** Workers that are asked for now, and when they will be ready. */
  readonly added: number;
  readonly addedIn: number;
  /** Windows in seconds for `wantedSoon` and `wantedLater`. */
  readonly soon: number;
  readonly later: number;
}

/**
 * Plays the work forward on so many workers: list scheduling, longest first (Graham 1969), with the graph between
 * stages. Deterministic; costs O((packets + workers) log).
 */
export function forecast(stages: readonly ForecastStage[], pools: readonly ForecastPool[]): Forecast {
  return new Run(stages, pools).run();
}

const WORKERS = -1;
/** Standard normal deviates, one of each sixteenth of the distribution, in an order without a trend. */
const SURPRISES = [5, 12, 1, 9, 15, 3, 7, 10, 0, 13, 6, 11, 2, 14, 4, 8].map((part) =>
  normalQuantile((part + 0.5) / 16),
);

class Run {
  readonly #stages: readonly ForecastStage[];
  readonly #pools: readonly ForecastPool[];
  readonly #events = new EventHeap();
  readonly #left: number[];
  readonly #total: number[];
  readonly #waiting: { unit: number; used: number; released: number; total: number }[];
  readonly #dependants: number[][];
  readonly #queues: ReadyQueue[];
  readonly #free: number[];
  readonly #busyTasks: number[];
  readonly #soon: number[];
  readonly #later: number[];
  readonly #toBegin: number[];
  #surprises = 0;
  #now = 0;
  #finish = 0;

  constructor(stages: readonly ForecastStage[], pools: readonly ForecastPool[]) {
    this.#stages = stages;
    this.#pools = pools;
    this.#left = stages.map((s) => tasksIn(s.ready) + tasksIn(s.waiting) + s.running.length);
    this.#total = [...this.#left];
    this.#waiting = stages.map((s) => ({ unit: 0, used: 0, released: 0, total: tasksIn(s.waiting) }));
    this.#dependants = stages.map(() => []);
    for (const [at, { needs }] of stages.entries())
      for (const { stage } of needs) this.#dependants[stage]?.push(at);
    this.#queues = pools.map(() => new ReadyQueue());
    this.#free = pools.map(({ idle }) => idle);
    this.#busyTasks = pools.map(() => 0);
    this.#soon = pools.map(() => 0);
    this.#later = pools.map(() => 0);
    this.#toBegin = pools.map(() => 0);
    for (const s of stages)
      this.#toBegin[s.pool] = (this.#toBegin[s.pool] ?? 0) + tasksIn(s.ready) + tasksIn(s.waiting);
  }

  run(): Forecast {
    for (const [at, pool] of this.#pools.entries()) {
      for (const seconds of pool.startingIn) this.#events.push(seconds, WORKERS, at, 1);
      if (pool.added > 0) this.#events.push(pool.addedIn, WORKERS, at, pool.added);
    }
    for (const [at, stage] of this.#stages.entries()) {
      for (const seconds of stage.running) {
        this.#began(stage.pool);
        this.#events.push(seconds, at, stage.pool, 1);
      }
      for (const unit of stage.ready)
        this.#queues[stage.pool]?.push(unit.seconds, unit.count, unit.tasks, at);
      if (stage.comesAt !== null) this.#events.push(stage.comesAt, at, stage.pool, 0);
      else this.#releaseFrom(at);
    }
    for (const at of this.#pools.keys()) this.#handOut(at);
    while (this.#events.pop()) this.#step();
    const isDone =
      this.#queues.every(({ tasks }) => tasks === 0) &&
      this.#waiting.every(
        ({ released, total }, at) => released === total || this.#stages[at]?.comesAt !== null,
      );
    return {
      finish: isDone ? this.#finish : Number.POSITIVE_INFINITY,
      pools: this.#pools.map((_, at) => ({
        wantedSoon: this.#soon[at] ?? 0,
        wantedLater: this.#later[at] ?? 0,
        toBegin: this.#toBegin[at] ?? 0,
      })),
    };
  }

  #step(): void {
    const { at, stage, pool, tasks } = this.#events;
    this.#now = at;
    if (stage === WORKERS) {
      this.#free[pool] = (this.#free[pool] ?? 0) + tasks;
      this.#handOut(pool);
      return;
    }
    if (tasks === 0) {
      // Expected work comes.
      for (const unit of this.#stages[stage]?.waiting ?? [])
        this.#queues[pool]?.push(unit.seconds, unit.count, unit.tasks, stage);
      this.#handOut(pool);
      return;
    }
    this.#free[pool] = (this.#free[pool] ?? 0) + 1;
    this.#busyTasks[pool] = (this.#busyTasks[pool] ?? 0) - 1;
    this.#left[stage] = (this.#left[stage] ?? 0) - tasks;
    this.#finish = at;
    for (const to of this.#dependants[stage] ?? []) {
      this.#releaseFrom(to);
      this.#handOut(this.#stages[to]?.pool ?? 0);
    }
    this.#handOut(pool);
  }

  /** Lets out of a stage what its needs allow by now. */
  #releaseFrom(at: number): void {
    const stage = this.#stages[at];
    const waiting = this.#waiting[at];
    if (!stage || !waiting || waiting.released >= waiting.total) return;
    let share = 1;
    for (const { stage: needed, kind } of stage.needs) {
      const left = this.#left[needed] ?? 0;
      const total = this.#total[needed] ?? 0;
      const progress = left <= 0 ? 1 : kind === 'all' ? 0 : 1 - left / Math.max(1, total);
      share = Math.min(share, progress);
    }
    const allowed = Math.floor(share * waiting.total + 1e-9);
    while (waiting.released < allowed) {
      const unit = stage.waiting[waiting.unit];
      if (!unit) return;
      const wanted = Math.ceil((allowed - waiting.released) / unit.tasks);
      const take = Math.min(unit.count - waiting.used, Math.max(1, wanted));
      this.#queues[stage.pool]?.push(unit.seconds, take, unit.tasks, at);
      waiting.released += take * unit.tasks;
      waiting.used += take;
      if (waiting.used >= unit.count) {
        waiting.unit++;
        waiting.used = 0;
      }
    }
  }

  #handOut(pool: number): void {
    const queue = this.#queues[pool];
    if (!queue) return;
    this.#note(pool, queue.tasks);
    while ((this.#free[pool] ?? 0) > 0 && queue.pop()) {
      this.#free[pool] = (this.#free[pool] ?? 0) - 1;
      const seconds = queue.seconds * this.#surprise(queue.stage, queue.unitTasks);
      this.#began(pool);
      this.#events.push(this.#now + seconds, queue.stage, pool, queue.unitTasks);
    }
  }

  /** Work is handed out by what is predicted and takes what it takes: predictions are as wrong as they were so far. */
  #surprise(stage: number, tasks: number): number {
    const spread = (this.#stages[stage]?.spread ?? 0) / Math.sqrt(tasks);
    const z = SURPRISES[this.#surprises++ % SURPRISES.length] ?? 0;
    return Math.exp(spread * z - (spread * spread) / 2);
  }

  #began(pool: number): void {
    this.#busyTasks[pool] = (this.#busyTasks[pool] ?? 0) + 1;
  }

  #note(pool: number, queued: number): void {
    const limits = this.#pools[pool];
    if (!limits || this.#now > Math.max(limits.soon, limits.later)) return;
    const wanted = (this.#busyTasks[pool] ?? 0) + queued;
    if (this.#now <= limits.later) this.#later[pool] = Math.max(this.#later[pool] ?? 0, wanted);
    if (this.#now <= limits.soon) this.#soon[pool] = Math.max(this.#soon[pool] ?? 0, wanted);
  }
}

function tasksIn(units: readonly Unit[]): number {
  let tasks = 0;
  for (const unit of units) tasks += unit.count * unit.tasks;
  return tasks;
}

/** Longest packet first. */
class ReadyQueue {
  readonly #groups: { seconds: number; count: number; tasks: number; stage: number }[] = [];
  /** Tasks in the queue. */
  tasks = 0;
  /** What `pop` gave. */
  seconds = 0;
  unitTasks = 0;
  stage = 0;

  push(seconds: number, count: number, tasks: number, stage: number): void {
    this.tasks += count * tasks;
    let at = this.#groups.length;
    // Shortest first in the array, so that the longest is taken from its end.
    while (at > 0 && (this.#groups[at - 1]?.seconds ?? 0) > seconds) at--;
    const same = this.#groups[at - 1];
    if (same && same.seconds === seconds && same.stage === stage && same.tasks === tasks) same.count += count;
    else this.#groups.splice(at, 0, { seconds, count, tasks, stage });
  }

  pop(): boolean {
    const group = this.#groups.at(-1);
    if (!group) return false;
    this.seconds = group.seconds;
    this.unitTasks = group.tasks;
    this.stage = group.stage;
    this.tasks -= group.tasks;
    if (--group.count === 0) this.#groups.pop();
    return true;
  }
}
