import { EventHeap } from './event-heap.ts';
import { type ForecastStage, tasksIn } from './forecast-work.ts';
import { normalQuantile } from './normal.ts';
import { type ForecastPool, PoolCourse, type PoolForecast } from './pool-course.ts';
import { ReadyQueue } from './ready-queue.ts';

export interface Forecast {
  /** Seconds from now until all work is done; infinite where some of it has no worker. */
  readonly finish: number;
  /** Seconds from now until all is done that has workers, and how many tasks are left over. */
  readonly ends: number;
  readonly undone: number;
  /** Per pool. */
  readonly pools: readonly PoolForecast[];
}

/**
 * Plays the work forward on so many workers: list scheduling, longest first (Graham 1969), with the graph between
 * stages, and what the pools have in common. Deterministic; costs O((packets + workers) log).
 */
export function forecast(stages: readonly ForecastStage[], pools: readonly ForecastPool[]): Forecast {
  return new Run(stages, pools).run();
}

const WORKERS = -1;
/** Shares are added and taken away many times. */
const ROUNDING = 1e-6;
/** Standard normal deviates, one of each sixteenth of the distribution, the first few of them as balanced as all (van der Corput). */
const SURPRISES = [8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15, 0].map((part) =>
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
  readonly #courses: PoolCourse[];
  /** How many each stage has had: the same tasks take equally long on any number of workers, or chance would choose it. */
  readonly #surprises: number[];
  readonly #isShared: boolean;
  /** Of what the pools have in common. */
  #used = 0;
  #now = 0;
  #ends = 0;

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
    this.#courses = pools.map((pool) => new PoolCourse(pool));
    this.#surprises = stages.map(() => 0);
    this.#isShared = stages.some(({ share }) => share > 0);
  }

  run(): Forecast {
    for (const [at, pool] of this.#pools.entries()) {
      for (const seconds of pool.startingIn) this.#events.push(seconds, WORKERS, at, 1);
      if (pool.added > 0) this.#events.push(pool.addedIn, WORKERS, at, pool.added);
    }
    for (const [at, stage] of this.#stages.entries()) {
      const course = this.#courses[stage.pool];
      if (course) course.toBegin += tasksIn(stage.ready) + tasksIn(stage.waiting);
      for (const seconds of stage.running) {
        course?.goesOn(seconds);
        this.#used += stage.share;
        this.#events.push(seconds, at, stage.pool, 1);
      }
      for (const unit of stage.ready)
        this.#queues[stage.pool]?.push(unit.seconds, unit.count, unit.tasks, at);
      if (stage.comesAt !== null) this.#events.push(stage.comesAt, at, stage.pool, 0);
      else this.#releaseFrom(at);
    }
    for (const at of this.#pools.keys()) this.#handOut(at);
    while (this.#events.pop()) this.#step();
    let undone = 0;
    for (const { tasks } of this.#queues) undone += tasks;
    for (const [at, { released, total }] of this.#waiting.entries())
      if (this.#stages[at]?.comesAt === null) undone += total - released;
    return {
      finish: undone === 0 ? this.#ends : Number.POSITIVE_INFINITY,
      ends: this.#ends,
      undone,
      pools: this.#courses.map((course) => course.result()),
    };
  }

  #step(): void {
    const { at, stage, pool, tasks } = this.#events;
    this.#now = at;
    if (stage === WORKERS) {
      const course = this.#courses[pool];
      if (course) course.free += tasks;
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
    this.#courses[pool]?.ended(at);
    this.#used -= this.#shareOf(stage);
    this.#left[stage] = (this.#left[stage] ?? 0) - tasks;
    this.#ends = at;
    for (const to of this.#dependants[stage] ?? []) {
      this.#releaseFrom(to);
      this.#handOut(this.#stages[to]?.pool ?? 0);
    }
    this.#handOut(pool);
    // What one pool gave back may be what another waits for.
    if (this.#isShared) for (const other of this.#pools.keys()) if (other !== pool) this.#handOut(other);
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
    const course = this.#courses[pool];
    if (!queue || !course) return;
    course.note(this.#now, queue.tasks);
    while (course.free > 0 && this.#hasRoomFor(queue.next) && queue.pop()) {
      this.#used += this.#shareOf(queue.stage);
      const seconds = queue.seconds * this.#surprise(queue.stage, queue.unitTasks);
      course.began(this.#now, seconds);
      this.#events.push(this.#now + seconds, queue.stage, pool, queue.unitTasks);
    }
  }

  /** Whoever asks for more than there is begins alone. */
  #hasRoomFor(stage: number | undefined): boolean {
    if (!this.#isShared || stage === undefined) return true;
    return this.#used <= ROUNDING || this.#used + this.#shareOf(stage) <= 1 + ROUNDING;
  }

  #shareOf(stage: number): number {
    return this.#stages[stage]?.share ?? 0;
  }

  /** Work is handed out by what is predicted and takes what it takes: predictions are as wrong as they were so far. */
  #surprise(stage: number, tasks: number): number {
    const spread = (this.#stages[stage]?.spread ?? 0) / Math.sqrt(tasks);
    const nth = this.#surprises[stage] ?? 0;
    this.#surprises[stage] = nth + 1;
    const z = SURPRISES[nth % SURPRISES.length] ?? 0;
    return Math.exp(spread * z - (spread * spread) / 2);
  }
}
