import { AppError } from '../platform/errors.ts';
import type { ModelType } from './advisor.ts';
import { asModelType, type ModelParams } from './models/model-params.ts';
import { DEFAULT_FOLDS, DEFAULT_SEED } from './training/defaults.ts';
import type { HistorySource } from './training/job.ts';
import { runJob } from './training/run-job.ts';
import type { OnProgress } from './training/train-all.ts';
import type { OnTrial, SearchResult, Strategy, Trial } from './tuning/search.ts';

export interface HyperparameterSearchOptions {
  /** As for `LearnedAdvisor.fromHistory`. */
  readonly runsDir: string;
  /** `auto` searches the settings of gradient boosting. */
  readonly modelType?: ModelType;
  readonly cvFolds?: number;
  /** `halving` (the default) tries many settings on few rows and the best of them on all. */
  readonly strategy?: Strategy;
  /** The most combinations to try; 30 unless told. */
  readonly trials?: number;
  readonly seed?: number;
  /** Only this task; all when absent. */
  readonly task?: string;
}

export interface SearchRunOptions {
  readonly onProgress?: OnProgress;
  readonly onTrial?: OnTrial;
  readonly signal?: AbortSignal;
}

export const DEFAULT_TRIALS = 30;

/** Finds settings for `LearnedAdvisor.fromHistory(dir, { modelType, modelParams })`, in a worker thread. */
export class HyperparameterSearch {
  readonly #options: HyperparameterSearchOptions;
  #result: SearchResult | null = null;

  constructor(options: HyperparameterSearchOptions) {
    asModelType(options.modelType ?? 'auto');
    this.#options = options;
  }

  /**
   * Tries settings and resolves to the best.
   * @throws AppError `E_TOO_LITTLE_HISTORY`, `E_CANCELLED`, `E_TRAINING_STOPPED`, `E_TELEMETRY_…`
   */
  async run(options: SearchRunOptions = {}): Promise<ModelParams> {
    const { runsDir, ...settings } = this.#options;
    this.#result = await searchSettings({ kind: 'folder', dir: runsDir }, settings, options);
    return this.#result.bestParams;
  }

  /** @throws AppError `E_NOT_RUN` before the first run */
  get bestParams(): ModelParams {
    return this.#done().bestParams;
  }

  /** R² on held-out tasks, 1 is perfect. @throws AppError `E_NOT_RUN` before the first run */
  get bestScore(): number {
    return this.#done().bestScore;
  }

  /** In the order tried. @throws AppError `E_NOT_RUN` before the first run */
  get trials(): readonly Trial[] {
    return this.#done().trials;
  }

  #done(): SearchResult {
    if (this.#result) return this.#result;
    throw new AppError({
      code: 'E_NOT_RUN',
      message: 'The search has not run yet',
      hint: 'Call `await search.run()` first.',
    });
  }
}

/** @throws AppError `E_TOO_LITTLE_HISTORY`, `E_CANCELLED`, `E_TRAINING_STOPPED`, `E_TELEMETRY_…` */
export async function searchSettings(
  source: HistorySource,
  settings: Omit<HyperparameterSearchOptions, 'runsDir'>,
  options: SearchRunOptions,
): Promise<SearchResult> {
  const { modelType = 'auto', cvFolds, strategy, trials, seed, task } = settings;
  const { search } = await runJob(
    {
      kind: 'tune',
      source,
      options: {
        modelType: modelType === 'auto' ? 'gradient_boosting' : modelType,
        cvFolds: cvFolds ?? DEFAULT_FOLDS,
        strategy: strategy ?? 'halving',
        trials: trials ?? DEFAULT_TRIALS,
        seed: seed ?? DEFAULT_SEED,
        ...(task !== undefined && { task }),
      },
    },
    options,
  );
  if (search) return search;
  throw new AppError({ code: 'E_INTERNAL', message: 'The search ended without a result' });
}
