import type { HistoryRow } from '../../telemetry/views.ts';
import type { TrainingReport } from '../training-report.ts';
import type { SearchOptions, SearchResult, Trial } from '../tuning/search.ts';
import type { TrainingOptions } from './train-all.ts';
import type { TrainedTask } from './trained-task.ts';

/** Where history comes from. */
export type HistorySource =
  | { readonly kind: 'database'; readonly path: string }
  /** Any folder that a person may name: see `readFolder`. */
  | { readonly kind: 'folder'; readonly dir: string }
  | { readonly kind: 'rows'; readonly rows: readonly HistoryRow[] };

/** What a worker thread is asked. */
export type Job =
  | {
      readonly kind: 'train';
      readonly source: HistorySource;
      readonly options: TrainingOptions;
      /** Where models and report are saved; null: nowhere. */
      readonly modelsFolder: string | null;
    }
  | { readonly kind: 'summarise'; readonly source: HistorySource; readonly seed: number }
  /** Settings for a kind of model. */
  | { readonly kind: 'tune'; readonly source: HistorySource; readonly options: SearchOptions }
  /** Stored models while they are fresh, else a quick training, else quantiles. */
  | {
      readonly kind: 'plan';
      readonly source: HistorySource;
      readonly modelsFolder: string;
      readonly seed: number;
    };

export interface JobResult {
  readonly tasks: readonly TrainedTask[];
  /** Null unless something was trained. */
  readonly report: TrainingReport | null;
  /** What the user should know about the source: empty, missing, models out of date. */
  readonly note: string | null;
  /** Only of a search for settings. */
  readonly search?: SearchResult;
}

/** How far a job is, 0 to 1, and what it does; and what a search has tried. */
export type JobProgress =
  | { readonly kind: 'step'; readonly fraction: number; readonly step: string }
  | { readonly kind: 'trial'; readonly trial: Trial };
