/** What cross-validation found. Plain data: stored, shown, printed by `scalable train --format json`. */
export interface FoldScore {
  readonly fold: number;
  readonly rows: number;
  readonly mae: number;
  readonly rmse: number;
  readonly r2: number | null;
  /** Mean absolute percentage, 0.2 = 20 %. */
  readonly mape: number | null;
  /** Share of held-out values inside their interval. */
  readonly coverage: number | null;
  /** Mean pinball loss of the 95 % bound, in the unit of the figure. */
  readonly pinball?: number | null;
}

/** Each block of time predicted by a model of what came before it: what a first use would have found. */
export interface TimeOrderedScores extends Omit<FoldScore, 'fold'> {
  readonly folds: readonly FoldScore[];
}

export interface StageReport {
  /**
   * `peak_memory` in bytes, `cpu_time` and `wall_time` in seconds, `cpu_efficiency` 0–1, `io_class` 0 low, 0.5 medium,
   * 1 high.
   */
  readonly stage: 'peak_memory' | 'cpu_time' | 'cpu_efficiency' | 'wall_time' | 'io_class';
  readonly unit: 'bytes' | 'seconds' | 'fraction' | 'class';
  readonly mae: number;
  readonly rmse: number;
  readonly r2: number | null;
  readonly mape: number | null;
  readonly coverage: number | null;
  /** What the intervals promise, for example 0.9. */
  readonly nominalCoverage: number;
  readonly folds: readonly FoldScore[];
  /** Out-of-fold pairs for the picture, at most 2,000. */
  readonly points: readonly {
    readonly predicted: number;
    readonly measured: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
  /** Of a class: share of held-out attempts whose class was the predicted one. */
  readonly accuracy?: number;
  /** Mean pinball loss of the 95 % bound, in the unit of the figure. */
  readonly pinball?: number | null;
  /** Share of held-out values inside intervals of a nominal coverage, 0.5 to 0.99. */
  readonly calibration?: readonly { readonly nominal: number; readonly empirical: number }[];
  readonly timeOrdered?: TimeOrderedScores;
}

export interface LearningPoint {
  /** Attempts learned from. */
  readonly rows: number;
  /** Mean absolute error of the memory predicted for the same held-out attempts, in bytes. */
  readonly mae: number;
  /** GB·h wasted per held-out attempt, failures priced in; null where too few were held out to tell. */
  readonly wastage: number | null;
}

/** Whether the latest attempts are like those before them. */
export interface DriftReport {
  /** `inputs`: other inputs than before · `needs`: other needs at the same inputs. */
  readonly kind: 'none' | 'inputs' | 'needs';
  readonly sentence: string;
  readonly recentRows: number;
  /** Median ratio of measured to predicted memory of the latest attempts over that of earlier ones; null without memory. */
  readonly shift: number | null;
  /** Population stability index per input, largest first: over 0.25 is another population. */
  readonly inputs: readonly { readonly feature: string; readonly psi: number }[];
}

/** What one input of the history was like: questions beyond it leave the domain. */
export type InputDomain =
  | { readonly feature: string; readonly kind: 'number'; readonly low: number; readonly high: number }
  | { readonly feature: string; readonly kind: 'category'; readonly levels: readonly string[] };

export interface TaskTrainingReport {
  readonly task: string;
  readonly rows: number;
  readonly runs: number;
  readonly modelType: string;
  readonly stages: readonly StageReport[];
  /** Which method answers for this task from now on, and why, in a sentence. */
  readonly chosen: 'learned' | 'quantile' | 'manifest';
  readonly reason: string;
  /**
   * GB·h wasted over the recorded tasks had each method sized them, out of fold; failures priced in. The manifest is the
   * one that the task was first run with on its target, whatever advice was adopted since.
   */
  readonly wastage: {
    readonly manifest: number | null;
    readonly quantile: number | null;
    readonly learned: number | null;
  };
  readonly failures: {
    readonly manifest: number | null;
    readonly quantile: number | null;
    readonly learned: number | null;
  };
  /** The same as `wastage` and `failures`, each block of time sized from what came before it. */
  readonly timeOrdered?: {
    readonly tasks: number;
    readonly wastage: TaskTrainingReport['wastage'];
    readonly failures: TaskTrainingReport['failures'];
  };
  readonly learningCurve?: readonly LearningPoint[];
  readonly drift?: DriftReport;
  /** Of the inputs that were learned from. */
  readonly domain?: readonly InputDomain[];
  /** What was left out of training and why. */
  readonly notes: readonly string[];
}

export interface TrainingReport {
  readonly trainedAt: number;
  readonly modelType: string;
  readonly cvFolds: number;
  readonly seconds: number;
  readonly rows: number;
  readonly tasks: readonly TaskTrainingReport[];
}
