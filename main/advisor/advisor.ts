import type { Params } from '../manifest/spec.ts';
import type { ResourceRequest } from '../providers/provider.ts';
import type { IoClass, Predicted } from '../telemetry/events.ts';
import type { Context } from './data/context.ts';
import type { Risk } from './online/risk.ts';

export type ModelType = 'linear' | 'random_forest' | 'gradient_boosting' | 'auto';

/**
 * What is asked about one task instance before it runs. What is not said of where and when it will run stands as it was
 * lately.
 */
export interface SizingQuery extends Pick<Context, 'targetKind' | 'machineClass' | 'hourOfDay'> {
  readonly task: string;
  readonly component: string;
  readonly target: string | null;
  readonly features: Params;
  /** What the manifest asks for: the answer where nothing better is known, never a predictor. */
  readonly manifestRequest: ResourceRequest;
  /** Probability that the first request should suffice, 0.5 to 0.999. */
  readonly confidence: number;
  /** What a failed attempt may cost; `balanced` unless told. */
  readonly risk?: Risk;
}

export interface Evidence {
  readonly method: 'manifest' | 'quantile' | 'learned';
  /** Why this method and not the other, in a sentence. */
  readonly reason: string;
  readonly runs_analyzed: number;
  readonly records: number;
  /** Percentile of the quantile method, as the tutorials print it (95). */
  readonly percentile: number | null;
  readonly model_type: string | null;
  /** Mean out-of-fold cost of each method in GB·h wasted per task, where both could be judged. */
  readonly wastage: {
    readonly manifest: number | null;
    readonly quantile: number | null;
    readonly learned: number | null;
  } | null;
  /** Features by permutation importance, largest first, in share of the explained error. */
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
  /** What a failed attempt was allowed to cost; null where the manifest answers, for which it plays no part. */
  readonly risk: Risk | null;
  /** How hard it works the disk or the network; null where no attempt tells. */
  readonly io_class: IoClass | null;
  /** Why the answer may be off though it was given, in sentences; absent where nothing speaks against it. */
  readonly cautions?: readonly string[];
  /** What would change the answer, in sentences; of recommendations only, for each takes further questions. */
  readonly changes?: readonly string[];
}

export interface Sizing {
  readonly request: ResourceRequest;
  /** Bytes to ask for in turn when memory was not enough, ascending; the first is `request.memoryBytes`. */
  readonly ladder?: readonly number[];
  readonly predicted: Predicted;
  readonly method: 'manifest' | 'quantile' | 'learned';
  readonly modelType: string | null;
  /** Calibrated on held-out runs; null when there is nothing to calibrate on. */
  readonly confidence: number | null;
  readonly evidence: Evidence;
}

/** The tutorials' answer: resources as text, workers per tag. */
export interface Recommendation {
  readonly task: string;
  readonly target: string | null;
  readonly workers: Readonly<Record<string, number>>;
  readonly resources: Readonly<
    Record<
      string,
      { readonly cpus: number; readonly memory: string | null; readonly walltime: string | null }
    >
  >;
  readonly confidence: number;
  readonly method: 'manifest' | 'quantile' | 'learned';
  readonly modelType: string | null;
  readonly intervals: Predicted;
  readonly evidence: Evidence;
  /** `p95 of 50 historical runs`. */
  readonly basis: string;
}

export interface RecommendOptions
  extends Pick<SizingQuery, 'risk' | 'targetKind' | 'machineClass' | 'hourOfDay'> {
  readonly task: string;
  readonly target?: string;
  readonly confidence?: number;
  /** Both spellings of the tutorials mean the same. */
  readonly features?: Params;
  readonly inputFeatures?: Params;
  /** Number of instances that would run, for the number of workers. */
  readonly instances?: number;
}

export interface Advisor {
  /** The same answers as from asking one by one, sooner. */
  sizeAll?(queries: readonly SizingQuery[]): Sizing[];
  /** Never throws for a task without history: then the method is `manifest`. */
  size(query: SizingQuery): Sizing;
  recommend(options: RecommendOptions): Recommendation;
  /** Tasks with history on workers of a component; absent: it cannot tell. */
  tasksOf?(component: string): readonly string[];
}
