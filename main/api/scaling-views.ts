import type { ScaleSettings } from '../scaling/state.ts';
import type { JobState } from '../workspaces/live-training.ts';

export type { ScaleSettings } from '../scaling/state.ts';
export type { ScalingView } from '../session/adaptive/scaling-view.ts';

/** How a run was to be scaled when it began. */
export interface ScalingSetting {
  readonly adaptive: boolean;
  readonly settings: ScaleSettings;
}

export interface ScalingWishes {
  readonly adaptive?: boolean;
  readonly settings?: Partial<ScaleSettings>;
}

/** Ours and the five it is compared with. */
export const REPLAY_RULES = ['predictive', 'fixed', 'threshold', 'dask', 'parsl', 'hpa'] as const;
export type ReplayRule = (typeof REPLAY_RULES)[number];

/** Under what a run is replayed. What is not given is as it was recorded. */
export interface ReplayConditions {
  readonly minWorkers?: Readonly<Record<string, number>>;
  readonly maxWorkers?: Readonly<Record<string, number>>;
  /** From asking for a worker until it can work; the median. */
  readonly startupSeconds?: number;
  /** Of one worker. */
  readonly usdPerHour?: number;
}

export interface ReplayRequest {
  readonly policies: readonly ReplayRule[];
  readonly conditions?: ReplayConditions;
}

/** A run's course: as it was, or as it would have been. */
export interface Course {
  readonly id: 'recorded' | ReplayRule;
  /** As its publisher names it. */
  readonly name: string;
  readonly makespanSeconds: number;
  /** Paid worker time: start-up, work, waiting. */
  readonly workerHours: number;
  readonly costUsd: number;
  readonly starts: number;
  readonly peakWorkers: number;
  /** Tasks that were never finished. */
  readonly unfinished: number;
  /** Workers there over time, seconds since the beginning; true until the next point. */
  readonly workers: readonly { readonly at: number; readonly workers: number }[];
}

export interface Replay {
  /** Finished tasks that were replayed. */
  readonly tasks: number;
  readonly conditions: Required<ReplayConditions>;
  /** Null where no worker was recorded, as in imported runs. */
  readonly recorded: Course | null;
  readonly replayed: readonly Course[];
}

export type ReplayStep = Extract<JobState<Replay>, { readonly kind: 'going' | 'done' }>;

export interface ScalingService {
  /** Null where the run's record does not tell, as in imported runs. */
  setting(projectId: string, runId: string): Promise<ScalingSetting | null>;
  /** @throws AppError E_RUN_NOT_LIVE, E_UNKNOWN_TAG, E_SCALE_LIMITS */
  change(projectId: string, runId: string, wishes: ScalingWishes): Promise<void>;
  /** Gives tags set by hand back to the scaler. @throws AppError E_RUN_NOT_LIVE, E_UNKNOWN_TAG */
  release(projectId: string, runId: string, tags: readonly string[]): Promise<void>;
  /**
   * Replays what a run recorded, in a thread of its own, and tells how far it is; ends with the replay.
   * @throws AppError E_RUN_NOT_FOUND, E_SIMULATE_EMPTY, E_REPLAY_STOPPED, E_CANCELLED
   */
  whatIf(
    projectId: string,
    runId: string,
    request: ReplayRequest,
    signal?: AbortSignal,
  ): AsyncIterable<ReplayStep>;
}
