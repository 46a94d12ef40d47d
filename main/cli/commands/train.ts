import { existsSync } from 'node:fs';
import type { ModelType } from '../../advisor/advisor.ts';
import { exportOnnx, type OnnxExport } from '../../advisor/onnx/export-onnx.ts';
import { trainAdvisor } from '../../advisor/train.ts';
import { readModels } from '../../advisor/trained.ts';
import type { TaskTrainingReport, TrainingReport } from '../../advisor/training-report.ts';
import { AppError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Progress } from '../progress.ts';
import { fromHere, pathsOf, withWorkspace, workspaceRoot } from '../project.ts';
import { trainingText } from './train-text.ts';

export interface TrainInput {
  readonly task?: string;
  readonly modelType: ModelType;
  readonly cvFolds: number;
  readonly output?: string;
  /** Folder for one ONNX file per task. */
  readonly onnx?: string;
}

const NAMED_TASKS = 10;

/** Trains on everything that was measured here, cross-validates and saves. */
export async function train(context: CommandContext, input: TrainInput): Promise<number> {
  const { io, output } = context;
  const paths = pathsOf(context);
  if (!existsSync(paths.database))
    throw new AppError({
      code: 'E_NO_TELEMETRY',
      message: `Nothing has been recorded in ${paths.root} yet, so there is nothing to learn from`,
      hint: 'Run a manifest there first, or import runs with `scalable import`.',
    });
  if (input.task !== undefined) await mustBeRecorded(context, input.task);
  const modelsFolder = input.output === undefined ? paths.models : fromHere(context, input.output);
  const progress = new Progress(io, { quiet: output.quiet, now: Date.now });
  try {
    const report = await trainAdvisor({
      database: paths.database,
      modelsFolder,
      modelType: input.modelType,
      cvFolds: input.cvFolds,
      ...(input.task !== undefined && { task: input.task }),
      onProgress: (fraction, step) => progress.show(`${Math.round(fraction * 100)} % · ${step}`),
      signal: io.signal,
    });
    progress.clear();
    const onnx =
      input.onnx === undefined
        ? null
        : await exportTrained(modelsFolder, fromHere(context, input.onnx), input.task);
    output.result({ ...trainingJson(report), ...(onnx && { onnx }) }, () =>
      [trainingText(report), ...(onnx ? exportText(onnx) : [])].join('\n'),
    );
    return EXIT.done;
  } finally {
    progress.clear();
  }
}

/** @throws AppError E_TOO_LITTLE_HISTORY, with the names of what is recorded */
async function mustBeRecorded(context: CommandContext, task: string): Promise<void> {
  const known = await withWorkspace(workspaceRoot(context), 'read', ({ store }) => store.historySummary());
  if (known.some((one) => one.task === task)) return;
  const names = known.slice(0, NAMED_TASKS).map((one) => one.task);
  throw new AppError({
    code: 'E_TOO_LITTLE_HISTORY',
    message: `No finished attempt of a task called "${task}" is recorded, so there is nothing to learn from`,
    hint:
      names.length === 0
        ? 'Run a manifest first, or import runs with `scalable import`.'
        : `Recorded are ${names.join(', ')}${known.length > names.length ? ', …' : ''}.`,
  });
}

/** What was just trained, read back from where it is stored. */
async function exportTrained(modelsFolder: string, folder: string, task?: string): Promise<OnnxExport> {
  const models = await readModels(modelsFolder);
  const tasks = (models?.tasks ?? []).filter((one) => task === undefined || one.task === task);
  return exportOnnx(tasks, folder);
}

function exportText({ files, skipped }: OnnxExport): string[] {
  return [
    '',
    ...files.map(({ task, path }) => `Exported ${task} to ${path}`),
    ...skipped.map(({ task, reason }) => `Not exported ${task}: ${reason}`),
  ];
}

function trainingJson(report: TrainingReport) {
  return {
    model_type: report.modelType,
    cv_folds: report.cvFolds,
    rows: report.rows,
    seconds: report.seconds,
    tasks: Object.fromEntries(report.tasks.map((task) => [task.task, taskJson(task)])),
  };
}

function taskJson(task: TaskTrainingReport) {
  return {
    rows: task.rows,
    runs: task.runs,
    model_type: task.modelType,
    chosen: task.chosen,
    reason: task.reason,
    wastage: task.wastage,
    failures: task.failures,
    stages: Object.fromEntries(
      task.stages.map(({ stage, points: _, nominalCoverage, timeOrdered, ...scores }) => [
        stage,
        {
          ...scores,
          nominal_coverage: nominalCoverage,
          ...(timeOrdered && { time_ordered: timeOrdered }),
        },
      ]),
    ),
    ...(task.timeOrdered && { time_ordered: task.timeOrdered }),
    ...(task.learningCurve && { learning_curve: task.learningCurve }),
    ...(task.drift && { drift: task.drift }),
    notes: task.notes,
  };
}
