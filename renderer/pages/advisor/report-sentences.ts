import type { ModelType } from '../../../main/advisor/advisor.ts';
import type {
  LearningPoint,
  StageReport,
  TaskTrainingReport,
} from '../../../main/advisor/training-report.ts';
import { stageName, stageValue } from '../../charts/quantity.ts';
import { inside } from '../../charts/scatter-picture.ts';
import { wilsonInterval } from '../../charts/wilson.ts';
import { count, percent, plural, pricedGibHours } from '../../lib/format.ts';

/** `Peak memory predictions are off by 42 MB on average, typically 4.1 %.` */
export function accuracySentence(stage: StageReport): string {
  if (stage.accuracy !== undefined)
    return `${percent(stage.accuracy)} of held-out tasks were of the predicted I/O class.`;
  const typical = stage.mape === null ? '' : `, typically ${percent(stage.mape)}`;
  return `${stageName(stage.stage)} predictions are off by ${stageValue(stage.mae, stage.unit)} on average${typical}.`;
}

/** Where attempts have times: the same, each block of time predicted from what came before it; else null. */
export function inTimeSentence({ timeOrdered, unit }: StageReport): string | null {
  if (!timeOrdered) return null;
  const { mae, coverage, rows } = timeOrdered;
  const held = coverage === null ? '' : `, and ${percent(coverage)} of ${count(rows)} values were inside`;
  return `In order of time, each part predicted from what came before it, they are off by ${stageValue(mae, unit)}${held}.`;
}

/** What each method would have wasted in order of time; null where attempts have no times. */
export function wastedInTimeSentence({ timeOrdered }: TaskTrainingReport, usdPerGbh?: number): string | null {
  if (!timeOrdered) return null;
  const { tasks, wastage, failures } = timeOrdered;
  const by = {
    manifest: 'with the manifest as first written',
    quantile: 'with quantiles',
    learned: 'learned',
  };
  const told = (['manifest', 'quantile', 'learned'] as const).flatMap((method) =>
    wastage[method] === null
      ? []
      : `${pricedGibHours(wastage[method], usdPerGbh)} ${by[method]} (${plural(failures[method] ?? 0, 'failure')})`,
  );
  return told.length === 0
    ? null
    : `In order of time, each sized from its past only, ${plural(tasks, 'task')} would have wasted ${told.join(', ')}.`;
}

export interface CoverageVerdict {
  readonly kind: 'holds' | 'too narrow' | 'too wide' | 'unknown';
  readonly sentence: string;
}

/** Does "95 %" mean 95 %? The verdict allows for chance: so few held-out values cannot tell 94 % from 95 %. */
export function coverageVerdict(stage: StageReport): CoverageVerdict {
  const values = stage.points.length;
  if (stage.coverage === null || values === 0)
    return {
      kind: 'unknown',
      sentence: 'There are too few held-out values to say how sure predictions are.',
    };
  const promised = percent(stage.nominalCoverage);
  const chance = wilsonInterval(stage.points.filter(inside).length, values);
  const found = `${percent(stage.coverage)} of held-out values were inside their ${promised} interval`;
  if (chance.high < stage.nominalCoverage)
    return { kind: 'too narrow', sentence: `${promised} does not mean ${promised} yet: only ${found}.` };
  if (chance.low > stage.nominalCoverage)
    return { kind: 'too wide', sentence: `${promised} is on the safe side: ${found}.` };
  const sentence =
    percent(stage.coverage) === promised
      ? `${promised} means ${promised}: ${found}.`
      : `${promised} holds: ${found}, which ${values} values cannot tell from ${promised}.`;
  return { kind: 'holds', sentence };
}

/**
 * What the method in use saves against the manifest's numbers, on the runs recorded so far; null when nobody can say.
 *
 * @param usdPerGbh what memory cost in the task's newest run that knew
 */
export function savingSentence(task: TaskTrainingReport, usdPerGbh?: number): string | null {
  const before = task.wastage.manifest;
  const after = task.wastage[task.chosen];
  if (task.chosen === 'manifest' || before === null || after === null || before <= 0) return null;
  const change = (before - after) / before;
  const failures = failureChange(task);
  const less = change >= 0 ? `, ${percent(change)} less` : '';
  return `On the runs you have it would have wasted ${pricedGibHours(after, usdPerGbh)} instead of ${pricedGibHours(before, usdPerGbh)} with the manifest as first written${less}${failures}.`;
}

function failureChange(task: TaskTrainingReport): string {
  const [before, after] = [task.failures.manifest, task.failures[task.chosen]];
  if (before === null || after === null) return '';
  if (before === after) return ', with as many failures';
  return `, with ${plural(after, 'failure')} instead of ${before}`;
}

/** A fall of the last step by less than this is noise. */
const STILL_FALLING = 0.1;

/** Whether the error still falls where the curve ends; the curve is of attempts, ascending. */
export function learningSentence(curve: readonly LearningPoint[]): string {
  const [before, last] = [curve.at(-2), curve.at(-1)];
  if (!before || !last || before.mae <= 0) return 'Too few attempts to tell.';
  const fall = (before.mae - last.mae) / before.mae;
  return fall > STILL_FALLING
    ? `Yes: from ${before.rows} to ${plural(last.rows, 'attempt')} the error fell by ${percent(fall)}, so it is likely to fall further.`
    : `Hardly: from ${before.rows} to ${plural(last.rows, 'attempt')} the error did not fall by more than ${percent(STILL_FALLING)}. Other inputs may tell more than more runs.`;
}

/** `Learned model (random forest)`. */
export function methodName(chosen: TaskTrainingReport['chosen'], modelType: string | null): string {
  if (chosen === 'learned')
    return modelType ? `Learned model (${modelType.replaceAll('_', ' ')})` : 'Learned model';
  return chosen === 'quantile' ? 'Quantiles of past runs' : 'The manifest’s numbers';
}

const MODEL_LABELS: Readonly<Record<ModelType | 'quantile' | 'manifest', string>> = {
  linear: 'Linear',
  random_forest: 'Random forest',
  gradient_boosting: 'Gradient boosting',
  auto: 'Auto (mixture)',
  quantile: 'Quantiles',
  manifest: 'Manifest',
};

export function modelLabel(model: ModelType | 'quantile' | 'manifest'): string {
  return MODEL_LABELS[model];
}
