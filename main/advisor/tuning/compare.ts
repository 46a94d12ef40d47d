import type { ModelType } from '../advisor.ts';
import { DEFAULT_SEED } from '../training/defaults.ts';
import type { HistorySource } from '../training/job.ts';
import { runJob } from '../training/run-job.ts';
import type { OnProgress } from '../training/train-all.ts';
import type { StageReport, TaskTrainingReport } from '../training-report.ts';

/** How one way of sizing would have done on a task's recorded attempts, each held out from what sized it. */
export interface ComparedModel {
  readonly model: ModelType | 'quantile' | 'manifest';
  /** GB·h, failures priced in; null where nobody can say. */
  readonly wastage: number | null;
  /** First requests that were too small. */
  readonly failures: number | null;
  /** Null for what predicts nothing. */
  readonly memory: StageScores | null;
  readonly time: StageScores | null;
  /** Training, cross-validation included; null for what is not trained. */
  readonly seconds: number | null;
}

export type StageScores = Pick<StageReport, 'mae' | 'mape' | 'r2' | 'coverage' | 'nominalCoverage' | 'unit'>;

export interface ModelComparison {
  readonly task: string;
  readonly rows: number;
  readonly runs: number;
  readonly cvFolds: number;
  readonly models: readonly ComparedModel[];
  /** What the answers of the trained models were compared on was too little; said instead of figures. */
  readonly reason: string | null;
}

export interface CompareOptions {
  readonly source: HistorySource;
  readonly task: string;
  readonly cvFolds: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

const LEARNED: readonly ModelType[] = ['linear', 'random_forest', 'gradient_boosting', 'auto'];

/**
 * Trains every kind of model on one task with the same folds, one after the other in worker threads, and saves none.
 * @throws AppError `E_CANCELLED`, `E_TRAINING_STOPPED`, `E_TELEMETRY_…`
 */
export async function compareModels(options: CompareOptions): Promise<ModelComparison> {
  const { source, task, cvFolds, onProgress, signal } = options;
  const learned: { model: ModelType; report: TaskTrainingReport | undefined; seconds: number }[] = [];
  for (const model of LEARNED) {
    const share = (fraction: number) => (learned.length + fraction) / LEARNED.length;
    const { report } = await runJob(
      {
        kind: 'train',
        source,
        modelsFolder: null,
        options: { modelType: model, cvFolds, task, seed: DEFAULT_SEED },
      },
      {
        onProgress: (fraction) => onProgress?.(share(fraction), `Training ${model.replaceAll('_', ' ')}`),
        ...(signal && { signal }),
      },
    );
    learned.push({ model, report: report?.tasks[0], seconds: report?.seconds ?? 0 });
  }
  return comparisonOf(task, cvFolds, learned);
}

/** @param learned one training per kind of model, of the same task with the same folds */
export function comparisonOf(
  task: string,
  cvFolds: number,
  learned: readonly {
    readonly model: ModelType;
    readonly report: TaskTrainingReport | undefined;
    readonly seconds: number;
  }[],
): ModelComparison {
  const trained = learned.find(({ report }) => report)?.report;
  const untrained = (model: 'quantile' | 'manifest'): ComparedModel => ({
    model,
    wastage: trained?.wastage[model] ?? null,
    failures: trained?.failures[model] ?? null,
    memory: null,
    time: null,
    seconds: null,
  });
  const models = [
    ...learned.map(
      ({ model, report, seconds }): ComparedModel => ({
        model,
        wastage: report?.wastage.learned ?? null,
        failures: report?.failures.learned ?? null,
        memory: scoresOf(report, 'peak_memory'),
        time: scoresOf(report, 'wall_time'),
        seconds,
      }),
    ),
    untrained('quantile'),
    untrained('manifest'),
  ];
  return {
    task,
    rows: trained?.rows ?? 0,
    runs: trained?.runs ?? 0,
    cvFolds,
    models,
    reason: models.some(({ memory, time }) => memory ?? time)
      ? null
      : (trained?.reason ?? 'This task has no history.'),
  };
}

function scoresOf(report: TaskTrainingReport | undefined, name: StageReport['stage']): StageScores | null {
  const stage = report?.stages.find((candidate) => candidate.stage === name);
  if (!stage) return null;
  const { mae, mape, r2, coverage, nominalCoverage, unit } = stage;
  return { mae, mape, r2, coverage, nominalCoverage, unit };
}
