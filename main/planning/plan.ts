import type { Risk } from '../advisor/online/risk.ts';
import type { Objective, Policy } from '../manifest/spec.ts';
import type { CostEstimate, ResourceRequest, ScalePlan } from '../providers/provider.ts';
import type { PlannedInstance } from '../telemetry/events.ts';
import type { AdviceTerms } from './advice-terms.ts';

export type SizingMode = 'auto' | 'manifest' | 'quantile' | 'learned' | 'scouts';

export interface PlanOptions {
  readonly objective?: Objective;
  readonly policy?: Policy;
  readonly budgetUsd?: number;
  readonly deadlineHours?: number;
  readonly sizing?: SizingMode;
  /** Worker counts given by hand; they win over the objective. */
  readonly workers?: Readonly<Record<string, number>>;
  /** False: no instance is measured first, whatever the manifest says. */
  readonly scouts?: boolean;
  /** 0.5 to 0.999: how sure a first request should be. */
  readonly confidence?: number;
  /** What a failed attempt may cost; `balanced` unless told. `frugal` looks at neither `confidence` nor the headroom of `safe`. */
  readonly risk?: Risk;
  /** 0 to 23, universal time, when the work will run; the hour in which the plan is made unless told. */
  readonly hourOfDay?: number;
}

export interface FrontPoint {
  /** Workers over all tags. */
  readonly workers: number;
  readonly workersByTag: Readonly<Record<string, number>>;
  readonly timeSeconds: number;
  /** Holds the time in four of five cases, as far as predictions tell their own error. */
  readonly timeRange?: { readonly low: number; readonly high: number };
  /** Null where running costs no money; then `workerHours` is what is traded for time. */
  readonly costUsd: number | null;
  readonly workerHours: number;
}

/** How far more workers can help at all. */
export interface FrontEvidence {
  /** All run times together: what one worker takes. */
  readonly workSeconds: number;
  /** What no number of workers can undercut: the longest chain of instances that need each other. */
  readonly criticalPathSeconds: number;
  /** Of the work, and its inverse: Amdahl's limit of the speed-up (1967). */
  readonly serialShare: number;
  readonly mostSpeedup: number;
  /** The fewest workers of the front beyond which more shorten the run by less than 1 %. */
  readonly kneeWorkers: number | null;
}

export interface TaskPlan {
  readonly task: string;
  readonly component: string;
  readonly instances: number;
  /** The manifest's request beside the recommended one: smallest and largest over the instances. */
  readonly manifestRequest: ResourceRequest;
  readonly smallest: ResourceRequest;
  readonly largest: ResourceRequest;
  readonly sources: Readonly<Record<string, number>>;
  /** Ids of the instances that run first and are measured, before the rest is sized; absent where none are. */
  readonly scouts?: readonly string[];
  /** A sentence a researcher can check: method, rows, what it rests on. */
  readonly evidence: TaskEvidence;
}

export interface TaskEvidence {
  readonly method: 'manifest' | 'quantile' | 'learned';
  readonly modelType: string | null;
  readonly rows: number;
  readonly runs: number;
  /** Null where it played no part. */
  readonly risk: Risk | null;
  readonly sentence: string;
}

/** What neither plan nor run may exceed; null: not limited. */
export interface PlanBounds {
  readonly budgetUsd: number | null;
  readonly deadlineHours: number | null;
}

export interface Plan {
  readonly project: string;
  readonly target: string;
  readonly provider: string;
  readonly manifestLock: string;
  readonly objective: Objective;
  readonly policy: Policy;
  readonly bounds: PlanBounds;
  readonly sizing: SizingMode;
  /** What the advice went by. */
  readonly terms: AdviceTerms;
  readonly tasks: readonly TaskPlan[];
  readonly instances: readonly PlannedInstance[];
  readonly scalePlan: ScalePlan;
  readonly cost: CostEstimate | null;
  /** Predicted makespan; null when nothing is known about durations. */
  readonly timeSeconds: number | null;
  readonly front: readonly FrontPoint[];
  /** Null without a front. */
  readonly frontEvidence?: FrontEvidence | null;
  /** What the user should know before running: no history yet, requests cut to the machine, wishes that cannot be met. */
  readonly notes: readonly { readonly code: string; readonly message: string }[];
}
