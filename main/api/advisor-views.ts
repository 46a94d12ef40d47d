import type { Evidence, ModelType } from '../advisor/advisor.ts';
import type { ModelParams } from '../advisor/models/model-params.ts';
import type { Risk } from '../advisor/online/risk.ts';
import type { answeringNow } from '../advisor/training/freshness.ts';
import type { TaskTrainingReport, TrainingReport } from '../advisor/training-report.ts';
import type { DataGuidance, Doubt } from '../advisor/trust.ts';
import type { ModelComparison } from '../advisor/tuning/compare.ts';
import type { Strategy } from '../advisor/tuning/search.ts';
import type { Policy } from '../manifest/spec.ts';
import type { AdvisorRecord } from '../telemetry/advice-record.ts';
import type { Predicted } from '../telemetry/events.ts';
import type { HistorySummary } from '../telemetry/views.ts';
import type { FinishedSearch, JobState, SearchedModel } from '../workspaces/live-training.ts';
import type { EditPreview } from './services.ts';

export type { FinishedSearch, JobState, SearchedModel };

export interface AdvisorStatus {
  readonly history: readonly HistorySummary[];
  /** Null before the first training. */
  readonly report: TrainingReport | null;
  /** Rows recorded since the last training. */
  readonly newRows: number;
  /** Who answers when a plan is made now. */
  readonly answering: ReturnType<typeof answeringNow>;
  /** What so many runs allow. */
  readonly guidance: DataGuidance;
  /** When not to trust the advice, per task that was learned; the model's own reasons. */
  readonly doubts: Readonly<Record<string, readonly Doubt[]>>;
}

/** What an input of a task was like so far. */
export type InputDescription = {
  readonly name: string;
  /** Different values. */
  readonly distinct: number;
  /** Attempts that did not tell it. */
  readonly missing: number;
} & (
  | {
      readonly kind: 'number';
      readonly low: number;
      readonly high: number;
      readonly whole: boolean;
      readonly latest: number;
    }
  | { readonly kind: 'category'; readonly levels: readonly string[]; readonly latest: string }
  | { readonly kind: 'text'; readonly latest: string }
);

/** How much was recorded of a task, how varied, and what is missing. */
export interface TaskData {
  readonly summary: HistorySummary;
  /** Attempts that the rest was counted on: the latest ones of a long history. */
  readonly looked: number;
  readonly failed: number;
  /** Attempts without the figure. */
  readonly missing: {
    readonly memory: number;
    readonly cpuTime: number;
    readonly runTime: number;
    readonly request: number;
  };
  readonly inputs: readonly InputDescription[];
}

export interface SearchRequest {
  readonly task: string;
  readonly modelType: SearchedModel;
  readonly strategy: Strategy;
  readonly trials: number;
  readonly cvFolds: number;
}

export interface TrainingRequest {
  readonly modelType: ModelType;
  readonly cvFolds: number;
  readonly modelParams?: ModelParams;
}

/** How sure a first request should be, and what its failing may cost. */
export interface AdviceWishes {
  readonly confidence: number;
  /** `balanced` unless told. */
  readonly risk?: Risk | undefined;
}

export interface TaskAdvice {
  readonly task: string;
  readonly component: string;
  readonly current: {
    readonly cpus: number;
    readonly memory: string | null;
    readonly walltime: string | null;
  };
  readonly recommended: {
    readonly cpus: number;
    readonly memory: string | null;
    readonly walltime: string | null;
  };
  readonly method: 'manifest' | 'quantile' | 'learned';
  readonly confidence: number | null;
  /** What the instance that the advice is for is predicted to use. */
  readonly predicted: Predicted;
  /** Names the largest instance where there are several. */
  readonly sentence: string;
}

/** A predicted distribution: values that are not exceeded with a probability, ascending. */
export type Spread = readonly { readonly probability: number; readonly value: number }[];

/** What would be asked for with another value of one input, all others as they are. */
export interface InputEffect {
  readonly name: string;
  readonly at: readonly { readonly value: string; readonly memoryBytes: number }[];
}

export interface WhatIfAnswer extends TaskAdvice {
  /** False of a task that only the history knows; then `current` is what it asked for last. */
  readonly inManifest: boolean;
  readonly evidence: Evidence;
  readonly requestBytes: number | null;
  readonly manifestBytes: number | null;
  /** Bytes to ask for in turn, the first request included. */
  readonly ladder: readonly number[];
  /** Bytes and seconds; null where nothing predicts them. */
  readonly memory: Spread | null;
  readonly time: Spread | null;
  /** Of the manifest: `safe` asks for at least a fifth more than is predicted. */
  readonly policy: Policy;
  /** Predicted probability that the first request is enough. */
  readonly suffices: number | null;
  /** What would change the answer, the largest difference first. */
  readonly effects: readonly InputEffect[];
}

export interface AdvisorService {
  status(projectId: string): Promise<AdvisorStatus>;
  /** How much, how varied, what is missing: task by task. */
  data(projectId: string): Promise<readonly TaskData[]>;
  /** Each of these goes on when the page is left, one at a time per project; starting another joins the one going on. */
  startTraining(projectId: string, request: TrainingRequest): Promise<void>;
  cancelTraining(projectId: string): Promise<void>;
  /** How it stands, then every change. */
  watchTraining(projectId: string, signal: AbortSignal): AsyncIterable<JobState<TrainingReport>>;
  /** Looks for settings of a model. */
  startSearch(projectId: string, request: SearchRequest): Promise<void>;
  cancelSearch(projectId: string): Promise<void>;
  watchSearch(projectId: string, signal: AbortSignal): AsyncIterable<JobState<FinishedSearch>>;
  /** Trains every kind of model on one task and keeps none. */
  startComparison(projectId: string, request: { task: string; cvFolds: number }): Promise<void>;
  cancelComparison(projectId: string): Promise<void>;
  watchComparison(projectId: string, signal: AbortSignal): AsyncIterable<JobState<ModelComparison>>;
  taskReport(projectId: string, task: string): Promise<TaskTrainingReport | null>;
  /** How the advice of past runs turned out, and whether to train again. */
  record(projectId: string): Promise<AdvisorRecord>;
  /** What the plan's largest instance of each task needs: what would be written into the manifest. */
  advice(projectId: string, target: string, wishes: AdviceWishes): Promise<readonly TaskAdvice[]>;
  /** The diff of applying the advice for these tasks; nothing is written. */
  previewApply(
    projectId: string,
    target: string,
    wishes: AdviceWishes,
    tasks: readonly string[],
  ): Promise<EditPreview>;
  whatIf(
    projectId: string,
    task: string,
    features: Readonly<Record<string, string | number | boolean | null>>,
    wishes: AdviceWishes,
  ): Promise<WhatIfAnswer>;
}
