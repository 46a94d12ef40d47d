import { assumedSeconds } from '../../planning/unknown-durations.ts';
import { breather } from '../../platform/breather.ts';
import type { ResourceRequest } from '../../providers/provider.ts';
import { NOTHING_FINISHED, withMeasured } from '../../scaling/finished.ts';
import type { Finished, RunningWork, StageNeed, StageState } from '../../scaling/state.ts';
import { WorkBag } from '../../scaling/work-bag.ts';
import type { LiveInstance } from '../live-instance.ts';

/** What a need of many instances at once begins with (`planning/needs.ts`). */
const BARRIER = 'task:';
/** So many instances are walked over before anything else may have its turn. */
const STRIDE = 1000;
/** What an instance is taken to last when nothing at all is known, seconds. */
const UNKNOWN_SECONDS = 60;

interface Stage {
  readonly task: string;
  readonly tag: string;
  readonly ready: WorkBag;
  readonly waiting: WorkBag;
  readonly running: RunningWork[];
  readonly needs: Map<string, StageNeed['kind']>;
  /** Null once an instance without a time limit was seen. */
  limitSeconds: number | null;
  /** Sums over its instances. */
  count: number;
  machineShares: number;
}

/** A run's work as the scaler sees it: one stage per task. */
export class RunStages {
  readonly #shareOf: (request: ResourceRequest) => number;
  readonly #finished = new Map<string, Finished>();
  readonly #beganAt = new Map<string, number>();

  /** @param shareOf of the machine that all instances run on; 0 where each worker brings its own */
  constructor(shareOf: (request: ResourceRequest) => number = () => 0) {
    this.#shareOf = shareOf;
  }

  began(instanceId: string, at: number): void {
    this.#beganAt.set(instanceId, at);
  }

  /** The attempt is over. @param seconds measured; null when it was no success and says nothing about durations */
  ended(instance: LiveInstance, seconds: number | null): void {
    const { id, task } = instance.planned;
    this.#beganAt.delete(id);
    if (seconds === null) return;
    const before = this.#finished.get(task) ?? NOTHING_FINISHED;
    const expected = instance.predictedSeconds ?? meanOf(before) ?? seconds;
    this.#finished.set(task, withMeasured(before, seconds, expected));
  }

  /**
   * Walks over all instances: about 20 ms for 100,000.
   *
   * @param now milliseconds since the epoch
   */
  states(instances: Iterable<LiveInstance>, now: number): StageState[] {
    const walk = this.#walk(instances, now);
    for (;;) {
      const step = walk.next();
      if (step.done) return step.value;
    }
  }

  /** The same for a running app: other work gets its turn in between, where instances are many or the machine is slow. */
  async statesInTurns(
    instances: Iterable<LiveInstance>,
    now: number,
    breathe = breather(),
  ): Promise<StageState[]> {
    const walk = this.#walk(instances, now);
    for (;;) {
      const step = walk.next();
      if (step.done) return step.value;
      await breathe();
    }
  }

  /** Stops after every stride. */
  *#walk(instances: Iterable<LiveInstance>, now: number): Generator<undefined, StageState[]> {
    const stages = new Map<string, Stage>();
    const unknown = yield* this.#unknownSeconds(instances);
    let walked = 0;
    for (const instance of instances) {
      if (++walked % STRIDE === 0) yield;
      const stage = stageFor(stages, instance);
      const seconds = instance.predictedSeconds ?? this.#meanOf(stage.task) ?? unknown;
      if (instance.state === 'waiting') stage.waiting.add(seconds);
      else if (instance.state === 'queued') stage.ready.add(seconds);
      else if (instance.state === 'running') {
        const began = this.#beganAt.get(instance.planned.id) ?? now;
        stage.running.push({ elapsed: Math.max(0, now - began) / 1000, predicted: seconds });
      } else continue;
      stage.count++;
      stage.machineShares += this.#shareOf(instance.request);
      noteNeeds(stage, instance.planned.needs);
      const limit = instance.request.walltimeSeconds;
      stage.limitSeconds =
        limit === null || stage.limitSeconds === null ? null : Math.max(limit, stage.limitSeconds);
    }
    const positions = new Map([...stages.keys()].map((task, at) => [task, at]));
    return [...stages.values()].map((stage) => ({
      task: stage.task,
      tag: stage.tag,
      ready: stage.ready.groups(),
      waiting: stage.waiting.groups(),
      running: stage.running,
      needs: [...stage.needs].flatMap(([task, kind]) => {
        const at = positions.get(task);
        return at === undefined || task === stage.task ? [] : [{ stage: at, kind }];
      }),
      finished: this.#finished.get(stage.task) ?? NOTHING_FINISHED,
      limitSeconds: stage.limitSeconds === 0 ? null : stage.limitSeconds,
      ...(stage.machineShares > 0 && { machineShare: stage.machineShares / stage.count }),
    }));
  }

  #meanOf(task: string): number | null {
    return meanOf(this.#finished.get(task) ?? NOTHING_FINISHED);
  }

  /** What this run's other tasks took says more than nothing. */
  #meanOfAll(): number | null {
    let count = 0;
    let seconds = 0;
    for (const finished of this.#finished.values()) {
      count += finished.count;
      seconds += finished.seconds;
    }
    return count === 0 ? null : seconds / count;
  }

  *#unknownSeconds(instances: Iterable<LiveInstance>): Generator<undefined, number> {
    const known = { count: 0, seconds: 0 };
    let unknown = 0;
    let walked = 0;
    for (const { predictedSeconds } of instances) {
      if (++walked % STRIDE === 0) yield;
      if (predictedSeconds === null) unknown++;
      else {
        known.count++;
        known.seconds += predictedSeconds;
      }
    }
    return assumedSeconds(known, unknown) ?? this.#meanOfAll() ?? UNKNOWN_SECONDS;
  }
}

function stageFor(stages: Map<string, Stage>, { planned }: LiveInstance): Stage {
  const known = stages.get(planned.task);
  if (known) return known;
  const stage: Stage = {
    task: planned.task,
    tag: planned.component,
    ready: new WorkBag(),
    waiting: new WorkBag(),
    running: [],
    needs: new Map(),
    limitSeconds: 0,
    count: 0,
    machineShares: 0,
  };
  stages.set(planned.task, stage);
  return stage;
}

/** Barriers are told by their beginning alone: a hundred thousand of them are looked at for every decision. */
function noteNeeds(stage: Stage, needs: readonly string[]): void {
  for (const need of needs) {
    const isBarrier = need.startsWith(BARRIER);
    const brace = isBarrier ? need.indexOf('{') : -1;
    const task = isBarrier
      ? need.slice(BARRIER.length, brace === -1 ? undefined : brace)
      : need.slice(0, need.lastIndexOf('.'));
    if (stage.needs.get(task) !== 'all') stage.needs.set(task, isBarrier && brace === -1 ? 'all' : 'each');
  }
}

function meanOf({ count, seconds }: Finished): number | null {
  return count === 0 ? null : seconds / count;
}
