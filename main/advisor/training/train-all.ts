import type { HistoryRow } from '../../telemetry/views.ts';
import type { ModelType } from '../advisor.ts';
import { groupByTask, type TaskHistory } from '../data/rows.ts';
import { type ModelParams, resolveParams } from '../models/model-params.ts';
import type { TrainingReport } from '../training-report.ts';
import { DEFAULT_FOLDS, QUANTILES_ASKED } from './defaults.ts';
import { summariseTask, trainTask } from './train-task.ts';
import type { TrainedTask } from './trained-task.ts';

export interface TrainingOptions {
  readonly modelType: ModelType;
  readonly modelParams?: ModelParams;
  readonly cvFolds: number;
  readonly seed: number;
  /** Without what only a reader of the report wants: where a plan waits for the models. */
  readonly quick?: boolean;
  /** Only this task; all when absent. */
  readonly task?: string;
}

export interface Trained {
  readonly tasks: readonly TrainedTask[];
  readonly report: TrainingReport;
}

/** A fraction of the whole, 0 to 1, and what is being done. */
export type OnProgress = (fraction: number, step: string) => void;

/** Trains task after task. @param clock milliseconds since the epoch */
export function trainAll(
  rows: readonly HistoryRow[],
  options: TrainingOptions,
  clock: () => number,
  onProgress: OnProgress = () => undefined,
): Trained {
  // Settings are checked before any work, and even where there is no history to use them on.
  if (options.modelType !== 'auto') resolveParams(options.modelType, options.modelParams);
  const startedAt = clock();
  const histories = [...groupByTask(rows).values()].filter(
    ({ task }) => options.task === undefined || task === options.task,
  );
  const total = histories.reduce((sum, history) => sum + effortOf(history), 0);
  let done = 0;
  const trainings = histories.map((history) => {
    onProgress(total > 0 ? done / total : 0, `Learning ${history.task} from ${history.rows.length} attempts`);
    done += effortOf(history);
    return trainTask(history, options);
  });
  onProgress(1, 'Done');
  const finishedAt = clock();
  return {
    tasks: trainings.map(({ trained }) => trained),
    report: {
      trainedAt: finishedAt,
      modelType: options.modelType,
      cvFolds: options.cvFolds,
      seconds: (finishedAt - startedAt) / 1000,
      rows: rows.length,
      tasks: trainings.map(({ report }) => report),
    },
  };
}

/** Quantiles of every task, without models. @param reason why no model answers */
export function summariseAll(
  rows: readonly HistoryRow[],
  seed: number,
  reason = QUANTILES_ASKED,
): TrainedTask[] {
  return [...groupByTask(rows).values()].map((history) =>
    summariseTask(history, { cvFolds: DEFAULT_FOLDS, seed, reason }),
  );
}

/** Every task takes a while whatever its size. */
function effortOf({ rows }: TaskHistory): number {
  return rows.length + 50;
}
