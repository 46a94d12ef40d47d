import type { ResourceRequest } from '../../providers/provider.ts';
import type { IoClass } from '../../telemetry/events.ts';
import type { FeatureSpace } from '../data/features.ts';
import type { Residuals } from '../data/predictive.ts';
import type { MemberType } from '../models/fit-model.ts';
import type { ModelData, Scale } from '../models/model.ts';
import type { SameInputs } from './same-inputs.ts';
import type { StageName } from './stages.ts';

/** One learned figure, as plain data. Several members are averaged on the stage's scale. */
export interface TrainedStage {
  readonly stage: StageName;
  readonly scale: Scale;
  readonly members: readonly {
    readonly type: MemberType;
    readonly weight: number;
    readonly model: ModelData;
  }[];
  /** Made on rows that the models had not seen. */
  readonly residuals: Residuals;
  /** Share of the median's error that the inputs explain, out of fold; 0 or less: the median is as good. */
  readonly skill: number;
  readonly low: number;
  readonly high: number;
}

/** The chain of one task: its inputs, then stage after stage. */
export interface TrainedChain {
  readonly modelType: string;
  readonly space: FeatureSpace;
  readonly stages: readonly TrainedStage[];
}

/** A figure without inputs: its median, and how measured values spread around it, in logarithms. */
export interface TrainedQuantile {
  readonly centre: number;
  readonly residuals: Residuals;
  readonly rows: number;
}

/** All that is needed to size a task later, without its history. */
export interface TrainedTask {
  readonly task: string;
  readonly component: string;
  readonly runs: number;
  /** Rows with measured memory. */
  readonly records: number;
  readonly quantiles: {
    readonly memory: TrainedQuantile | null;
    readonly cpuSeconds: TrainedQuantile | null;
    readonly wallSeconds: TrainedQuantile | null;
  };
  /** 95th percentile of cores really used (CPU time over wall time); null when unmeasured. */
  readonly coresUsed: number | null;
  readonly chain: TrainedChain | null;
  readonly chosen: 'learned' | 'quantile' | 'manifest';
  readonly reason: string;
  /** GB·h per task, out of fold. */
  readonly wastage: {
    readonly manifest: number | null;
    readonly quantile: number | null;
    readonly learned: number | null;
  } | null;
  /** Share of held-out tasks that the first request would have held, at each of `LEVELS`. */
  readonly calibration: { readonly quantile: readonly number[]; readonly learned: readonly number[] | null };
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
  /** What was asked for last: stands in for a manifest where none is at hand. */
  readonly lastRequest: ResourceRequest;
  readonly instancesPerRun: number;
  /** Kinds of target that attempts ran on, such as `local`; absent in models of before they were kept. */
  readonly targetKinds?: readonly string[];
  /** The middle one of all measured; absent where no attempt tells. */
  readonly ioClass?: IoClass;
  /** Attempts that repeated each other; absent where none did. */
  readonly same?: readonly SameInputs[];
}

/** Confidence levels at which first requests are counted on held-out rows. */
export const LEVELS = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.999] as const;

/** Below this no model is trained: quantiles say as much. */
export const LEAST_LEARNED_ROWS = 8;

/** Below this even quantiles are a guess: the manifest's request stays. */
export const LEAST_QUANTILE_ROWS = 3;

/** The level at which methods are compared. */
export const JUDGED_LEVEL = 0.95;
