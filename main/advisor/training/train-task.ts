import type { ModelType } from '../advisor.ts';
import { domainOf } from '../data/domain.ts';
import { encodeAll, learnFeatureSpace, oddInputs } from '../data/features.ts';
import { seededRandom, seedFrom } from '../data/random.ts';
import type { TaskHistory } from '../data/rows.ts';
import type { ModelParams } from '../models/model-params.ts';
import type { TaskTrainingReport } from '../training-report.ts';
import { driftOf } from '../validation/drift.ts';
import { groupedFolds, timeOrderedFolds } from '../validation/folds.ts';
import { clearlyCheaper } from '../validation/wastage.ts';
import { judgeMemory, type Verdict, wallSecondsOf } from './judge-memory.ts';
import { learningCurve } from './learning-curve.ts';
import { type HeldOut, scoresOfStage } from './out-of-fold.ts';
import { sameInputs } from './same-inputs.ts';
import { summaryOf } from './task-summary.ts';
import { heldOutInTime, targetOf } from './time-order.ts';
import { type ChainLink, trainChain } from './train-chain.ts';
import type { TrainedTask } from './trained-task.ts';

export interface TrainTaskOptions {
  readonly modelType: ModelType;
  readonly modelParams?: ModelParams;
  readonly cvFolds: number;
  readonly seed: number;
  /** Without what only a reader of the report wants; the models and the choice between them are the same. */
  readonly quick?: boolean;
}

export interface TaskTraining {
  readonly trained: TrainedTask;
  readonly report: TaskTrainingReport;
}

/** Learns one task from its history and says how well, on rows that were held out. */
export function trainTask(history: TaskHistory, options: TrainTaskOptions): TaskTraining {
  const { task, rows } = history;
  const folds = groupedFolds(rows, options.cvFolds, seededRandom(seedFrom(options.seed, task, 'folds')));
  const space = learnFeatureSpace(rows, history.now);
  const inputs = encodeAll(space, rows);
  const wallSeconds = wallSecondsOf(rows);
  const shared = { wallSeconds, params: options.modelParams ?? {}, seed: seedFrom(options.seed, task) };
  const chain = trainChain(rows, space, inputs, folds, { ...shared, modelType: options.modelType });

  const memory = chain.find(({ definition }) => definition.name === 'peak_memory');
  const timeFolds = timeOrderedFolds(rows, options.cvFolds);
  const judgedInTime = options.quick ? chain.filter((link) => link === memory) : chain;
  const inTime = heldOutInTime(rows, inputs, timeFolds, judgedInTime.map(againOf), shared);
  const grouped = judgeMemory(rows, folds, memory?.held ?? null);
  const timed = inTime.has('peak_memory')
    ? judgeMemory(rows, timeFolds, inTime.get('peak_memory') ?? null)
    : null;
  const verdict = holdingInTime(grouped, timed);
  const modelType = nameOf(options.modelType, memory?.trained ?? chain[0]?.trained);
  const curveOf = (link: ChainLink) =>
    learningCurve(
      { ...againOf(link), ...shared, matrix: inputs, target: targetOf(link.definition, rows), folds },
      link.trained.members[0]?.type ?? 'gradient_boosting',
    );
  const drift = options.quick
    ? null
    : driftOf(space, inputs, residualsOf(rows.length, inTime.get('peak_memory') ?? memory?.held));
  const same = sameInputs(
    inputs,
    Float64Array.from(rows, (row) => row.peakMemoryBytes ?? Number.NaN),
  );
  const trained: TrainedTask = {
    ...summaryOf(task, rows),
    chain:
      chain.length === 0
        ? null
        : {
            modelType,
            space,
            stages: chain.map(({ trained }) => trained),
          },
    chosen: verdict.chosen,
    reason: verdict.reason,
    wastage: perTask(verdict),
    calibration: verdict.calibration,
    importance: memory?.report.importance ?? [],
    ...(chain.length > 0 && same.length > 0 && { same }),
  };
  return {
    trained,
    report: {
      task,
      rows: rows.length,
      runs: trained.runs,
      modelType,
      stages: chain.map(({ definition, report }) => {
        const held = inTime.get(definition.name);
        return held ? { ...report, timeOrdered: scoresOfStage(definition, held) } : report;
      }),
      chosen: verdict.chosen,
      reason: verdict.reason,
      ...pricesOf(verdict),
      ...(timed && { timeOrdered: { tasks: timed.tasks, ...pricesOf(timed) } }),
      ...(!options.quick && memory && { learningCurve: curveOf(memory) }),
      ...(drift && { drift }),
      domain: domainOf(space),
      notes: [...history.notes, ...oddInputs(space, rows)],
    },
  };
}

/** Without models: what `ResourceAdvisor` knows of a task, its judgement on held-out rows included. */
export function summariseTask(
  { task, rows }: TaskHistory,
  { cvFolds, seed, reason }: { readonly cvFolds: number; readonly seed: number; readonly reason: string },
): TrainedTask {
  const folds = groupedFolds(rows, cvFolds, seededRandom(seedFrom(seed, task, 'folds')));
  const verdict = judgeMemory(rows, folds, null);
  return {
    ...summaryOf(task, rows),
    chain: null,
    chosen: verdict.chosen,
    reason: verdict.chosen === 'manifest' ? verdict.reason : reason,
    wastage: perTask(verdict),
    calibration: verdict.calibration,
    importance: [],
  };
}

/** What is learned once more, each block of time from the past: only with the kinds of model that are in use. */
function againOf({ definition, trained }: ChainLink) {
  return { definition, candidates: trained.members.map(({ type }) => type) };
}

/**
 * A model that wins on shuffled runs but loses in order of time has learned from the future. By chance it loses as easily
 * as it wins: one block of a small history would choose a method for one run, and the next run another.
 */
function holdingInTime(grouped: Verdict, timed: Verdict | null): Verdict {
  if (grouped.chosen !== 'learned' || !timed?.learned || !timed.quantile) return grouped;
  if (!clearlyCheaper(timed.quantile, timed.learned)) return grouped;
  const change = timed.learned.gbh / timed.quantile.gbh - 1;
  return {
    ...grouped,
    chosen: 'quantile',
    reason: `Sized from their past only, in order of time, held-out tasks would have wasted ${Math.round(100 * change)} % more with learned requests than with quantiles.`,
  };
}

function pricesOf({ manifest, quantile, learned }: Verdict) {
  return {
    wastage: {
      manifest: manifest?.gbh ?? null,
      quantile: quantile?.gbh ?? null,
      learned: learned?.gbh ?? null,
    },
    failures: {
      manifest: manifest?.failures ?? null,
      quantile: quantile?.failures ?? null,
      learned: learned?.failures ?? null,
    },
  };
}

/** Of held-out memory, in logarithms; NaN where none was held out. */
function residualsOf(rows: number, held: HeldOut | undefined): Float64Array {
  const residuals = new Float64Array(rows).fill(Number.NaN);
  held?.rows.forEach((row, i) => {
    residuals[row] = Math.log(held.measured[i] as number) - (held.answers[i] as number);
  });
  return residuals;
}

/** The one model that answers, or `auto` for a mixture. */
function nameOf(asked: ModelType, stage: ChainLink['trained'] | undefined): string {
  return stage?.members.length === 1 ? (stage.members[0]?.type ?? asked) : asked;
}

function perTask({ tasks, manifest, quantile, learned }: Verdict): TrainedTask['wastage'] {
  if (tasks === 0) return null;
  return {
    manifest: manifest && manifest.gbh / tasks,
    quantile: quantile && quantile.gbh / tasks,
    learned: learned && learned.gbh / tasks,
  };
}
