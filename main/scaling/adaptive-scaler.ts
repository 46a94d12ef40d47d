import type { Advisor } from '../advisor/advisor.ts';
import type { Objective, Params, Policy } from '../manifest/spec.ts';
import { decide } from './decide.ts';
import { pendingStages } from './pending-stages.ts';
import {
  NO_MEMORY,
  type PoolState,
  type Prediction,
  type ScalerMemory,
  type ScaleSettings,
  type ScalingState,
} from './state.ts';

type PerTag = Readonly<Record<string, number>>;

/** The names of the Python tutorials mean the same; the camel-case one wins where both are given. */
export interface AdaptiveScalerOptions {
  /** Of each tag, or per tag. A floor, always. Default 0. */
  readonly minWorkers?: number | PerTag;
  readonly min_workers?: number | PerTag;
  /** A ceiling, always. Default 10 for each tag. */
  readonly maxWorkers?: number | PerTag;
  readonly max_workers?: number | PerTag;
  /** 0 to 1, default 0.8: workers are added when those that are there will be at least that busy. */
  readonly scaleUpThreshold?: number;
  readonly scale_up_threshold?: number;
  /** 0 to 1, default 0.3: the lower, the longer idle workers are kept. */
  readonly scaleDownThreshold?: number;
  readonly scale_down_threshold?: number;
  /** Default 60: after adding workers to a tag none is removed from it for so long. */
  readonly cooldownSeconds?: number;
  readonly cooldown_seconds?: number;
  /** Predicts how long pending tasks take from their features. */
  readonly advisor?: Advisor;
  readonly objective?: Objective;
  /** `safe`: fewer workers must be enough three times in a row before any goes. Default `aggressive`: at once. */
  readonly policy?: Policy;
  readonly budgetUsd?: number;
  /** From the creation of the scaler on. */
  readonly deadlineHours?: number;
  /** From asking for a worker until it can work; default 30. */
  readonly startupSeconds?: number | PerTag;
  readonly usdPerHour?: number | PerTag;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface PendingTask {
  /** Worker tag. */
  readonly tag: string;
  /** What the advisor knows the work by; where absent, whatever workers of the tag did before. */
  readonly task?: string;
  readonly features?: Params;
  /** Where the caller knows better than the advisor. */
  readonly predictedSeconds?: number;
}

export interface RunningTask extends PendingTask {
  readonly elapsedSeconds: number;
}

export interface Completion {
  readonly tag: string;
  readonly task?: string;
  readonly features?: Params;
  readonly durationSeconds?: number;
  readonly duration_s?: number;
}

export interface EvaluateInput {
  readonly pendingTasks?: readonly PendingTask[];
  readonly pending_tasks?: readonly PendingTask[];
  /** Workers of each tag that exist now. */
  readonly activeWorkers?: PerTag;
  readonly active_workers?: PerTag;
  readonly recentCompletions?: readonly Completion[];
  readonly recent_completions?: readonly Completion[];
  /** What the workers do now; without it they are taken to be free. */
  readonly runningTasks?: readonly RunningTask[];
  readonly spentUsd?: number;
}

export interface ScaleDecision {
  readonly workersToAdd: PerTag;
  readonly workersToRemove: PerTag;
  readonly reasoning: string;
  /** Probability that the prediction is right within 15 %; 0 where nothing is known about durations. */
  readonly confidence: number;
  /** Seconds until the pending tasks are done; null where nothing lets one say. */
  readonly predictedCompletionTime: number | null;
  /** Holds the truth in four of five cases. */
  readonly predictedCompletionBand: Prediction | null;
  readonly hasChanges: boolean;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
}

const DEFAULT_MAX = 10;
const DEFAULT_STARTUP = 30;
/** Workers that were asked for and did not come within so many start-up times are no longer counted on. */
const GIVE_UP_STARTS = 4;

/**
 * The tutorials' scaler: tells how many workers each tag should gain or lose. It only advises; apply the decision with
 * the session, or let the session do both. Decisions are kept in `decisionHistory`.
 */
export class AdaptiveScaler {
  readonly #options: AdaptiveScalerOptions;
  readonly #now: () => number;
  readonly #begunAt: number;
  readonly #history: ScaleDecision[] = [];
  #memory: ScalerMemory = NO_MEMORY;
  /** What the last decisions asked for that had not come yet. */
  #asked: Readonly<Record<string, { readonly workers: number; readonly at: number }>> = {};

  constructor(options: AdaptiveScalerOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#begunAt = this.#now();
  }

  /** In order of time, those without a change included. */
  get decisionHistory(): readonly ScaleDecision[] {
    return this.#history;
  }

  evaluate(input: EvaluateInput): ScaleDecision {
    const at = (this.#now() - this.#begunAt) / 1000;
    const pending = input.pendingTasks ?? input.pending_tasks ?? [];
    const completions = input.recentCompletions ?? input.recent_completions ?? [];
    const running = input.runningTasks ?? [];
    const active = input.activeWorkers ?? input.active_workers ?? {};
    const { stages, isKnown } = pendingStages({
      pending,
      running,
      completions,
      advisor: this.#options.advisor,
    });
    const tags = new Set([...Object.keys(active), ...this.#namedTags(), ...stages.map(({ tag }) => tag)]);
    const state: ScalingState = {
      at,
      pools: [...tags].map((tag) => this.#pool(tag, at, active, running)),
      stages,
      arrivals: [],
      spentUsd: input.spentUsd ?? 0,
    };
    const decided = decide(state, this.#settings([...tags]), this.#memory);
    this.#memory = decided.memory;
    for (const { tag, starting } of state.pools) {
      const wished = decided.workers[tag] ?? 0;
      const added = (decided.workersToAdd[tag] ?? 0) > 0;
      if (added) this.#asked = { ...this.#asked, [tag]: { workers: wished, at } };
      else if (starting.length === 0 || (decided.workersToRemove[tag] ?? 0) > 0)
        this.#asked = Object.fromEntries(Object.entries(this.#asked).filter(([name]) => name !== tag));
    }
    const idle = stages.length === 0;
    const decision: ScaleDecision = {
      workersToAdd: decided.workersToAdd,
      workersToRemove: decided.workersToRemove,
      reasoning: isKnown || idle ? decided.reasoning : `${decided.reasoning} ${NOTHING_MEASURED}`,
      confidence: idle ? 1 : isKnown ? (decided.confidence ?? 0) : 0,
      predictedCompletionTime: idle ? 0 : isKnown ? (decided.predictedCompletion?.point ?? null) : null,
      predictedCompletionBand: isKnown ? decided.predictedCompletion : null,
      hasChanges: Object.keys({ ...decided.workersToAdd, ...decided.workersToRemove }).length > 0,
      timestamp: new Date(this.#now()).toISOString(),
    };
    this.#history.push(decision);
    return decision;
  }

  #pool(tag: string, at: number, active: PerTag, running: readonly RunningTask[]): PoolState {
    const { startupSeconds, usdPerHour } = this.#options;
    const startSeconds = of(startupSeconds, tag) ?? DEFAULT_STARTUP;
    const count = Math.max(0, Math.floor(active[tag] ?? 0));
    const busy = Math.min(count, running.filter((task) => task.tag === tag).length);
    const asked = this.#asked[tag];
    const isDue = asked !== undefined && at - asked.at <= GIVE_UP_STARTS * startSeconds;
    const coming = isDue ? Math.max(0, asked.workers - count) : 0;
    return {
      tag,
      busy,
      idle: count - busy,
      starting: new Array<number>(coming).fill(at - (asked?.at ?? at)),
      startup: { queueSeconds: 0, startSeconds },
      usdPerHour: of(usdPerHour, tag) ?? 0,
      walltimeSeconds: null,
    };
  }

  #settings(tags: readonly string[]): ScaleSettings {
    const options = this.#options;
    const least = options.minWorkers ?? options.min_workers;
    const most = options.maxWorkers ?? options.max_workers;
    const perTag = (limit: number | PerTag | undefined, otherwise: number) =>
      Object.fromEntries(tags.map((tag) => [tag, of(limit, tag) ?? otherwise]));
    return {
      minWorkers: perTag(least, 0),
      maxWorkers: perTag(most, DEFAULT_MAX),
      maxTotal: null,
      scaleUpThreshold: options.scaleUpThreshold ?? options.scale_up_threshold ?? 0.8,
      scaleDownThreshold: options.scaleDownThreshold ?? options.scale_down_threshold ?? 0.3,
      cooldownSeconds: options.cooldownSeconds ?? options.cooldown_seconds ?? 60,
      objective: options.objective ?? 'balance',
      policy: options.policy ?? 'aggressive',
      budgetUsd: options.budgetUsd ?? null,
      deadlineSeconds: options.deadlineHours === undefined ? null : options.deadlineHours * 3600,
      intervalSeconds: 5,
    };
  }

  #namedTags(): string[] {
    const { minWorkers, min_workers, maxWorkers, max_workers } = this.#options;
    return [minWorkers ?? min_workers, maxWorkers ?? max_workers].flatMap((limit) =>
      typeof limit === 'object' ? Object.keys(limit) : [],
    );
  }
}

const NOTHING_MEASURED = 'Nothing is known yet about how long these tasks take.';

function of(limit: number | PerTag | undefined, tag: string): number | undefined {
  return typeof limit === 'object' ? limit[tag] : limit;
}
