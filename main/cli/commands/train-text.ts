import type { StageReport, TaskTrainingReport, TrainingReport } from '../../advisor/training-report.ts';
import { counted, describeDuration, describeMemory, describeMemoryHours } from '../../platform/units.ts';

/** What training found, for people: per task who answers from now on, how far it is off, what it rests on. */
export function trainingText(report: TrainingReport): string {
  if (report.tasks.length === 0) return 'No task has finished here yet, so there was nothing to learn.';
  return [
    `Trained on ${report.rows} measured attempts in ${describeDuration(report.seconds)} (${report.modelType}, ${report.cvFolds} folds).`,
    ...report.tasks.flatMap((task) => [
      '',
      ...taskLines(task).map((line, i) => (i === 0 ? line : `  ${line}`)),
    ]),
  ].join('\n');
}

/** As many inputs as a line takes. */
const MOST_NAMED = 5;
/** A share below this is not worth a word. */
const LEAST_SHARE = 0.005;

/** The inputs by permutation importance in one line; none where no input told anything. */
export function importanceLine(importance: StageReport['importance'], title: string): string[] {
  const told = importance.filter(({ share }) => share >= LEAST_SHARE).slice(0, MOST_NAMED);
  if (told.length === 0) return [];
  return [`${title}: ${told.map(({ feature, share }) => `${feature} ${percent(share)}`).join(', ')}`];
}

function taskLines(task: TaskTrainingReport): string[] {
  const stageOf = (name: StageReport['stage']) => task.stages.find(({ stage }) => stage === name);
  const memory = stageOf('peak_memory');
  return [
    `${task.task}: ${counted(task.rows, 'attempt')} of ${counted(task.runs, 'run')} → ${task.chosen}`,
    task.reason,
    ...stageLine('Memory', memory, describeMemory),
    ...stageLine('Time', stageOf('wall_time'), describeDuration),
    ...ioLine(stageOf('io_class')),
    ...importanceLine(memory?.importance ?? [], 'What mattered for memory'),
    ...wastedLine('Wasted, had each sized these tasks', task.wastage),
    ...(task.timeOrdered
      ? wastedLine('The same in order of time, each from its past only', task.timeOrdered.wastage)
      : []),
    ...learningLine(task.learningCurve ?? []),
    ...(task.drift && task.drift.kind !== 'none' ? [`Drift: ${task.drift.sentence}`] : []),
    ...task.notes.map((note) => `Note: ${note}`),
  ];
}

function stageLine(
  title: string,
  stage: StageReport | undefined,
  describe: (value: number) => string,
): string[] {
  if (!stage) return [];
  const { mae, coverage, nominalCoverage, timeOrdered } = stage;
  const inTime = timeOrdered
    ? `; in order of time off by ${describe(timeOrdered.mae)}, held ${percent(timeOrdered.coverage)}`
    : '';
  return [
    `${title}: off by ${describe(mae)} on average; intervals of ${percent(nominalCoverage)} held ${percent(coverage)} of held-out tasks${inTime}`,
  ];
}

function ioLine(stage: StageReport | undefined): string[] {
  return stage?.accuracy === undefined
    ? []
    : [`I/O class: as predicted for ${percent(stage.accuracy)} of held-out tasks`];
}

function wastedLine(title: string, wastage: TaskTrainingReport['wastage']): string[] {
  const { manifest, quantile, learned } = wastage;
  const wasted = Object.entries({ 'manifest as first written': manifest, quantile, learned }).flatMap(
    ([name, gbh]) => (gbh === null ? [] : [`${name} ${describeMemoryHours(gbh)}`]),
  );
  return wasted.length === 0 ? [] : [`${title}: ${wasted.join(', ')}`];
}

/** The learning curve: whether more history would help. */
function learningLine(curve: NonNullable<TaskTrainingReport['learningCurve']>): string[] {
  if (curve.length < 2) return [];
  const points = curve.map(({ rows, mae }) => `${describeMemory(mae)} from ${rows}`);
  return [`Memory learned from fewer attempts is off by: ${points.join(', ')}`];
}

function percent(share: number | null): string {
  return share === null ? 'an unknown share' : `${Math.round(share * 100)} %`;
}
