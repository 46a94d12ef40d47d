import { AppError } from '../platform/errors.ts';
import type { ModelType } from './advisor.ts';
import type { ModelParams } from './models/model-params.ts';
import { DEFAULT_SEED } from './training/defaults.ts';
import { runJob } from './training/run-job.ts';
import type { OnProgress } from './training/train-all.ts';
import type { TrainingReport } from './training-report.ts';

export interface TrainOptions {
  readonly database: string;
  readonly modelsFolder: string;
  readonly modelType: ModelType;
  /** 2 to 20. */
  readonly cvFolds: number;
  readonly modelParams?: ModelParams;
  readonly seed?: number;
  /** Only this task; what was learned about others stays. */
  readonly task?: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Trains on a workspace's history in a worker thread and saves models and report into `modelsFolder`.
 * @throws AppError `E_MODEL_PARAMS`, `E_MODEL_SAVE`, `E_CANCELLED`, `E_TRAINING_STOPPED`, `E_TELEMETRY_…`
 */
export async function trainAdvisor(options: TrainOptions): Promise<TrainingReport> {
  const { database, modelsFolder, modelType, cvFolds, modelParams, seed, task, onProgress, signal } = options;
  const { report } = await runJob(
    {
      kind: 'train',
      source: { kind: 'database', path: database },
      modelsFolder,
      options: {
        modelType,
        cvFolds,
        seed: seed ?? DEFAULT_SEED,
        ...(modelParams && { modelParams }),
        ...(task !== undefined && { task }),
      },
    },
    { ...(onProgress && { onProgress }), ...(signal && { signal }) },
  );
  if (report) return report;
  throw new AppError({ code: 'E_INTERNAL', message: 'The training ended without a report' });
}
