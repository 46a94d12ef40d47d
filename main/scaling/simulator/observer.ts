import { NOTHING_FINISHED, withMeasured } from '../finished.ts';
import type { Arrival, Finished, PoolState, RunningWork, ScalingState, StageState } from '../state.ts';
import { WorkBag } from '../work-bag.ts';
import type { StageGraph } from './stage-graph.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { Workload } from './workload.ts';

/** A start-up time that is known beforehand counts as much as so many measured ones. */
const PRIOR_STARTS = 3;
const LEAST_LATENCY = 0.001;
/** What a task is taken to last when nothing at all is known. */
const UNKNOWN_SECONDS = 60;

interface StageBook {
  readonly ready: WorkBag;
  readonly waiting: WorkBag;
  finished: Finished;
  /** Tasks that were seen and are not finished. */
  open: number;
}

/** What can be seen from outside at any moment, kept up to date in steps of constant cost. */
export class Observer {
  readonly #workload: Workload;
  readonly #graph: StageGraph;
  readonly #stages: readonly StageBook[];
  readonly #predicted: Float64Array;
  readonly #arrivals: Arrival[] = [];
  readonly #measured = new Map<string, { queue: number; start: number; count: number }>();
  readonly #limits: readonly (number | null)[];

  constructor(workload: Workload, graph: StageGraph) {
    this.#workload = workload;
    this.#graph = graph;
    this.#predicted = new Float64Array(workload.tasks.length);
    this.#stages = graph.stages.map(() => ({
      ready: new WorkBag(),
      waiting: new WorkBag(),
      finished: NOTHING_FINISHED,
      open: 0,
    }));
    const limits = new Array<number | null>(graph.stages.length).fill(0);
    for (const [at, { limitSeconds }] of workload.tasks.entries()) {
      const stage = graph.stageOf[at] ?? 0;
      const before = limits[stage] ?? null;
      limits[stage] = limitSeconds === null || before === null ? null : Math.max(before, limitSeconds);
    }
    this.#limits = limits;
  }

  predictedOf(task: number): number {
    return this.#predicted[task] ?? 0;
  }

  arrive(task: number, now: number, ready: boolean): void {
    const item = this.#workload.tasks[task];
    const stage = this.#stageOf(task);
    if (!item || !stage) return;
    const seconds = item.predictedSeconds ?? meanOf(stage.finished) ?? UNKNOWN_SECONDS;
    this.#predicted[task] = seconds;
    (ready ? stage.ready : stage.waiting).add(seconds);
    stage.open++;
    if (item.arrivesAt <= 0) return;
    const last = this.#arrivals.at(-1);
    if (last && last.at === now && last.tag === item.tag)
      this.#arrivals[this.#arrivals.length - 1] = {
        ...last,
        count: last.count + 1,
        seconds: last.seconds + seconds,
      };
    else this.#arrivals.push({ at: now, tag: item.tag, count: 1, seconds });
  }

  nowReady(task: number): void {
    const stage = this.#stageOf(task);
    stage?.waiting.add(this.predictedOf(task), -1);
    stage?.ready.add(this.predictedOf(task));
  }

  begin(task: number): void {
    this.#stageOf(task)?.ready.add(this.predictedOf(task), -1);
  }

  again(task: number): void {
    this.#stageOf(task)?.ready.add(this.predictedOf(task));
  }

  finish(task: number, seconds: number, lost: boolean): void {
    const stage = this.#stageOf(task);
    if (!stage) return;
    stage.open--;
    if (!lost) stage.finished = withMeasured(stage.finished, seconds, this.predictedOf(task));
  }

  started(tag: string, queueSeconds: number, startSeconds: number): void {
    const before = this.#measured.get(tag) ?? { queue: 0, start: 0, count: 0 };
    this.#measured.set(tag, {
      queue: before.queue + Math.log(Math.max(LEAST_LATENCY, queueSeconds)),
      start: before.start + Math.log(Math.max(LEAST_LATENCY, startSeconds)),
      count: before.count + 1,
    });
  }

  state(now: number, pools: ReadonlyMap<string, WorkerPool>): ScalingState {
    const running: RunningWork[][] = this.#stages.map(() => []);
    const poolStates: PoolState[] = [];
    let spentUsd = 0;
    for (const [tag, pool] of pools) {
      let idle = 0;
      let busy = 0;
      const starting: number[] = [];
      for (const worker of pool.workers()) {
        if (worker.state === 'idle') idle++;
        else if (worker.state !== 'busy') starting.push(now - worker.askedAt);
        else {
          busy++;
          const stage = this.#graph.stageOf[worker.task ?? 0] ?? 0;
          running[stage]?.push({ elapsed: now - worker.busySince, predicted: worker.predicted });
        }
      }
      spentUsd += (pool.paidSeconds(now) / 3600) * pool.pool.usdPerHour;
      poolStates.push({
        tag,
        idle,
        busy,
        starting,
        startup: this.#startupOf(tag, pool),
        usdPerHour: pool.pool.usdPerHour,
        walltimeSeconds: pool.pool.walltimeSeconds,
      });
    }
    return {
      at: now,
      pools: poolStates,
      stages: this.#openStages(running),
      arrivals: this.#arrivals,
      spentUsd,
    };
  }

  #openStages(running: readonly RunningWork[][]): StageState[] {
    const open: number[] = [];
    const positions = new Map<number, number>();
    for (const [at, stage] of this.#stages.entries()) {
      if (stage.open === 0 && stage.finished.count === 0) continue;
      positions.set(at, open.push(at) - 1);
    }
    return open.map((at) => {
      const stage = this.#stages[at] as StageBook;
      const { task, tag, needs } = this.#graph.stages[at] as StageGraph['stages'][number];
      return {
        task,
        tag,
        ready: stage.ready.groups(),
        waiting: stage.waiting.groups(),
        running: running[at] ?? [],
        needs: needs.flatMap(({ stage: needed, kind }) => {
          const position = positions.get(needed);
          return position === undefined ? [] : [{ stage: position, kind }];
        }),
        finished: stage.finished,
        limitSeconds: this.#limits[at] ?? null,
      };
    });
  }

  #startupOf(tag: string, { pool }: WorkerPool): PoolState['startup'] {
    const { queue, start, count } = this.#measured.get(tag) ?? { queue: 0, start: 0, count: 0 };
    const mean = (sum: number, prior: number) =>
      Math.exp((sum + PRIOR_STARTS * Math.log(Math.max(LEAST_LATENCY, prior))) / (count + PRIOR_STARTS));
    return {
      queueSeconds: mean(queue, pool.queueWait.median),
      startSeconds: mean(start, pool.startUp.median),
    };
  }

  #stageOf(task: number): StageBook | undefined {
    return this.#stages[this.#graph.stageOf[task] ?? -1];
  }
}

function meanOf({ count, seconds }: Finished): number | null {
  return count === 0 ? null : seconds / count;
}
