import type { Objective, Policy } from '../manifest/spec.ts';
import type { WorkGroup } from './work-bag.ts';

/**
 * What a scaling decision is made from: plain data, assembled from a live run, from a simulation, or by
 * `AdaptiveScaler` from what its caller hands in. Times are seconds since the run began, durations are seconds,
 * prices are USD per worker and hour.
 */
export interface ScalingState {
  readonly at: number;
  /** One per tag. */
  readonly pools: readonly PoolState[];
  /** One per kind of work that is not finished; `needs` are positions in this list. */
  readonly stages: readonly StageState[];
  /** Work that came after the beginning, in order of time: what tells when more will come. */
  readonly arrivals: readonly Arrival[];
  readonly spentUsd: number;
}

export interface PoolState {
  readonly tag: string;
  /** Ready for work and without any. */
  readonly idle: number;
  readonly busy: number;
  /** How long ago each worker was asked for that is not ready yet. */
  readonly starting: readonly number[];
  readonly startup: Startup;
  readonly usdPerHour: number;
  /** A worker goes on for up to so long, and is paid for it, once it has begun: work comes to it in packs. Absent: task by task. */
  readonly commitmentSeconds?: number;
  /** A worker is ended after this; null: never. */
  readonly walltimeSeconds: number | null;
}

/** How long a worker takes from being asked for until it can work, as measured; medians. */
export interface Startup {
  /** Waiting for the site, not paid for. */
  readonly queueSeconds: number;
  /** Starting up, paid for. */
  readonly startSeconds: number;
}

/** All work of one task that stands at the same place in the graph. */
export interface StageState {
  readonly task: string;
  readonly tag: string;
  /** Predicted durations of what could start now. */
  readonly ready: readonly WorkGroup[];
  /** … and of what waits for other stages. */
  readonly waiting: readonly WorkGroup[];
  readonly running: readonly RunningWork[];
  readonly needs: readonly StageNeed[];
  readonly finished: Finished;
  /** The longest a single task of it may take: its walltime, or null where nothing ends it. */
  readonly limitSeconds: number | null;
  /** Of a machine on which all work of the run goes on, the share that one task of it takes. Absent: each worker brings its own. */
  readonly machineShare?: number;
}

/** `all`: begins when the other stage is done; `each`: goes on as the other stage does. */
export interface StageNeed {
  readonly stage: number;
  readonly kind: 'all' | 'each';
}

export interface RunningWork {
  readonly elapsed: number;
  readonly predicted: number;
}

/** What was measured of a stage so far. */
export interface Finished {
  readonly count: number;
  readonly seconds: number;
  /** What had been predicted for the same tasks. */
  readonly predictedSeconds: number;
  /** Sums of ln(measured / predicted) and of its square. */
  readonly logRatio: number;
  readonly logRatioSquared: number;
  readonly longest: number;
}

export interface Arrival {
  readonly at: number;
  readonly tag: string;
  readonly count: number;
  readonly seconds: number;
}

/** What the user wishes. All limits hold always. */
export interface ScaleSettings {
  readonly minWorkers: Readonly<Record<string, number>>;
  readonly maxWorkers: Readonly<Record<string, number>>;
  /** Workers at once over all tags; null: no other limit than the tags'. */
  readonly maxTotal: number | null;
  /** Workers are added only where those that are there will be busy at least this share of the time ahead, 0 to 1. */
  readonly scaleUpThreshold: number;
  /** An idle worker goes when it would be busy less than this share of the time ahead, 0 to 1. */
  readonly scaleDownThreshold: number;
  /** After a change a tag is not changed the other way for so long. */
  readonly cooldownSeconds: number;
  readonly objective: Objective;
  readonly policy: Policy;
  readonly budgetUsd: number | null;
  /** Since the beginning of the run. */
  readonly deadlineSeconds: number | null;
  /** How often a decision is made. */
  readonly intervalSeconds: number;
}

/** What a decision has to remember for the next one. Plain data. */
export interface ScalerMemory {
  readonly tags: Readonly<Record<string, TagMemory>>;
  /** When the run was expected to end, by the last decisions: how steady that is tells how far to trust it. */
  readonly expectedEnds: readonly number[];
}

export interface TagMemory {
  readonly lastUpAt: number | null;
  readonly lastDownAt: number | null;
  /** How often in a row fewer workers were found enough. */
  readonly fewerProposed: number;
}

export const NO_MEMORY: ScalerMemory = { tags: {}, expectedEnds: [] };

export interface Decision {
  /** Wished workers per tag, those starting included. */
  readonly workers: Readonly<Record<string, number>>;
  readonly workersToAdd: Readonly<Record<string, number>>;
  readonly workersToRemove: Readonly<Record<string, number>>;
  readonly reasoning: string;
  /** Probability that the prediction is right within 15 %; null when there is nothing to predict. */
  readonly confidence: number | null;
  /** Until all known work is done; null when that cannot be said. */
  readonly predictedCompletion: Prediction | null;
  readonly memory: ScalerMemory;
}

/** Seconds from now, with a band that holds the truth in four of five cases. */
export interface Prediction {
  readonly low: number;
  readonly point: number;
  readonly high: number;
}
