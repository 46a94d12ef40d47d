import { assertNever } from '../../platform/errors.ts';
import type { HistoryRow } from '../../telemetry/views.ts';
import { readModels, readTrainingReport, saveTraining } from '../trained.ts';
import type { TrainingReport } from '../training-report.ts';
import { type OnTrial, search } from '../tuning/search.ts';
import { DEFAULT_FOLDS } from './defaults.ts';
import { answeringNow } from './freshness.ts';
import type { Job, JobResult } from './job.ts';
import type { ModelFile } from './model-file.ts';
import { readSource } from './read-source.ts';
import { type OnProgress, summariseAll, type Trained, type TrainingOptions, trainAll } from './train-all.ts';

const NEWER = 'The task is newer than the last training, so its quantiles answer.';
const STALE =
  'The history has grown by more than half since the last training, so quantiles answer: train again.';
const UNTRAINED = 'Nothing was trained on this history yet, so quantiles answer: train the advisor.';

/** Does what a worker was asked, on the thread it is called on. */
export async function perform(
  job: Job,
  onProgress: OnProgress,
  onTrial: OnTrial = () => undefined,
): Promise<JobResult> {
  const { rows, note } = await readSource(job.source);
  switch (job.kind) {
    case 'summarise':
      return { tasks: summariseAll(rows, job.seed), report: null, note };
    case 'train': {
      const trained = trainAll(rows, job.options, Date.now, onProgress);
      const report =
        job.modelsFolder === null ? trained.report : await save(job.modelsFolder, trained, job.options);
      return { tasks: trained.tasks, report, note };
    }
    case 'plan':
      return plan(rows, job.modelsFolder, job.seed, note);
    case 'tune':
      return {
        tasks: [],
        report: null,
        note,
        search: search(rows, job.options, Date.now, onProgress, onTrial),
      };
    default:
      return assertNever(job);
  }
}

/** Training one task keeps what was learned about the others. */
async function save(
  modelsFolder: string,
  { tasks, report }: Trained,
  options: TrainingOptions,
): Promise<TrainingReport> {
  const [models, before] =
    options.task === undefined
      ? [null, null]
      : await Promise.all([readModels(modelsFolder), readTrainingReport(modelsFolder)]);
  const others = <T extends { readonly task: string }>(list: readonly T[] | undefined) =>
    (list ?? []).filter(({ task }) => task !== options.task);
  const merged = { ...report, tasks: [...others(before?.tasks), ...report.tasks] };
  const file: ModelFile = {
    format: 'scalable-advisor',
    version: 1,
    trainedAt: report.trainedAt,
    modelType: report.modelType,
    rows: report.rows,
    tasks: [...others(models?.tasks), ...tasks],
  };
  await saveTraining(modelsFolder, file, merged);
  return merged;
}

async function plan(
  rows: readonly HistoryRow[],
  modelsFolder: string,
  seed: number,
  note: string | null,
): Promise<JobResult> {
  const stored = await readModels(modelsFolder);
  const answering = answeringNow(rows.length, stored?.rows ?? null);
  if (stored && answering === 'stored') {
    const known = new Set(stored.tasks.map(({ task }) => task));
    const later = summariseAll(rows, seed, NEWER).filter(({ task }) => !known.has(task));
    return { tasks: [...stored.tasks, ...later], report: null, note };
  }
  if (answering === 'on the spot') {
    const trained = trainAll(
      rows,
      { modelType: 'auto', cvFolds: DEFAULT_FOLDS, seed, quick: true },
      Date.now,
    );
    return { ...trained, note };
  }
  return { tasks: summariseAll(rows, seed, stored ? STALE : UNTRAINED), report: null, note };
}
