import type { HistoryRow } from '../telemetry/views.ts';
import type { ModelType } from './advisor.ts';
import { HistoryAdvisor } from './history-advisor.ts';
import { asModelType, type ModelParams } from './models/model-params.ts';
import { DEFAULT_FOLDS, DEFAULT_SEED } from './training/defaults.ts';
import { runJob } from './training/run-job.ts';
import { type TrainingOptions, trainAll } from './training/train-all.ts';

export interface LearnedAdvisorOptions {
  readonly modelType?: ModelType;
  readonly modelParams?: ModelParams;
  readonly cvFolds?: number;
  readonly seed?: number;
}

/** Models that see the inputs, wherever they did better on held-out tasks than quantiles; else quantiles. */
export class LearnedAdvisor extends HistoryAdvisor {
  /**
   * Reads the history anew and trains in a worker thread; folders as for `ResourceAdvisor.fromHistory`.
   * @throws AppError `E_MODEL_TYPE`, `E_MODEL_PARAMS`
   */
  static async fromHistory(dir: string, options: LearnedAdvisorOptions = {}): Promise<LearnedAdvisor> {
    const { tasks, note } = await runJob({
      kind: 'train',
      source: { kind: 'folder', dir },
      options: trainingOptions(options),
      modelsFolder: null,
    });
    return new LearnedAdvisor(tasks, 'better', note ?? undefined);
  }

  /** Trains here and now, on the calling thread. @throws AppError `E_MODEL_TYPE`, `E_MODEL_PARAMS` */
  static fromRows(rows: readonly HistoryRow[], options: LearnedAdvisorOptions = {}): LearnedAdvisor {
    return new LearnedAdvisor(trainAll(rows, trainingOptions(options), Date.now).tasks, 'better');
  }
}

function trainingOptions(options: LearnedAdvisorOptions): TrainingOptions {
  return {
    modelType: asModelType(options.modelType ?? 'auto'),
    ...(options.modelParams && { modelParams: options.modelParams }),
    cvFolds: options.cvFolds ?? DEFAULT_FOLDS,
    seed: options.seed ?? DEFAULT_SEED,
  };
}
