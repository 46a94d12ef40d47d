import type { ModelType } from '../advisor.ts';
import { columnSources, encodeAll, learnFeatureSpace, oddInputs } from '../data/features.ts';
import { withColumn } from '../data/matrix.ts';
import { seededRandom, seedFrom } from '../data/random.ts';
import type { LearningRow, TaskHistory } from '../data/rows.ts';
import { mean, median } from '../data/statistics.ts';
import type { SingleModelType } from '../models/fit-model.ts';
import type { ModelParams } from '../models/model-params.ts';
import type { StageReport, TaskTrainingReport } from '../training-report.ts';
import { groupedFolds } from '../validation/folds.ts';
import { fitStage, type StageFit } from './fit-stage.ts';
import { permutationImportance } from './importance.ts';
import { judgeMemory, type Verdict, wallSecondsOf } from './judge-memory.ts';
import { type HeldOut, heldOut, stageReport } from './out-of-fold.ts';
import { coresUsed, fitQuantile, valuesOf } from './quantiles.ts';
import { handedOn, STAGES, type StageDefinition, toScale } from './stages.ts';
import { LEAST_LEARNED_ROWS, type TrainedTask } from './trained-task.ts';

export interface TrainTaskOptions {
  readonly modelType: ModelType;
  readonly modelParams?: ModelParams;
  readonly cvFolds: number;
  readonly seed: number;
}

export interface TaskTraining {
  readonly trained: TrainedTask;
  readonly report: TaskTrainingReport;
}

/** `auto` tries a forest only where it is quick to grow. */
const FOREST_ROWS = 60;

/** Learns one task from its history and says how well, on rows that were held out. */
export function trainTask(history: TaskHistory, options: TrainTaskOptions): TaskTraining {
  const { task, rows } = history;
  const random = seededRandom(seedFrom(options.seed, task, 'folds'));
  const folds = groupedFolds(rows, options.cvFolds, random);
  const space = learnFeatureSpace(rows, history.now);
  const chain: { definition: StageDefinition; fit: StageFit; held: HeldOut; report: StageReport }[] = [];
  let matrix = encodeAll(space, rows);
  let sources = columnSources(space);
  const wallSeconds = wallSecondsOf(rows);
  for (const definition of rows.length >= LEAST_LEARNED_ROWS ? STAGES : []) {
    const target = Float64Array.from(rows, (row) => definition.measured(row) ?? Number.NaN);
    const fit = fitStage({
      definition,
      matrix,
      target,
      wallSeconds,
      folds,
      candidates: candidatesFor(options.modelType, rows.length),
      params: options.modelParams ?? {},
      seed: seedFrom(options.seed, task),
    });
    if (!fit) continue;
    const held = heldOut(definition, fit, target);
    const importance = permutationImportance(
      matrix,
      sources,
      fit.foldModels,
      target.map((value) => toScale(definition.scale, value)),
      seededRandom(seedFrom(options.seed, task, definition.name, 'importance')),
    );
    chain.push({ definition, fit, held, report: stageReport(definition, held, importance) });
    const name = chainColumn(definition);
    matrix = withColumn(matrix, name, fit.answers.map(handedOn));
    sources = [...sources, name];
  }

  const memory = chain.find(({ definition }) => definition.name === 'peak_memory');
  const verdict = judgeMemory(rows, folds, memory?.held ?? null);
  const modelType = nameOf(options.modelType, memory?.fit.trained ?? chain[0]?.fit.trained);
  const trained: TrainedTask = {
    ...summaryOf(task, rows),
    chain:
      chain.length === 0
        ? null
        : {
            modelType,
            space,
            stages: chain.map(({ definition, fit, held }) => ({
              ...fit.trained,
              skill: skillOf(definition, held),
            })),
          },
    chosen: verdict.chosen,
    reason: verdict.reason,
    wastage: perTask(verdict),
    calibration: verdict.calibration,
    importance: memory?.report.importance ?? [],
  };
  return {
    trained,
    report: {
      task,
      rows: rows.length,
      runs: trained.runs,
      modelType,
      stages: chain.map(({ report }) => report),
      chosen: verdict.chosen,
      reason: verdict.reason,
      wastage: {
        manifest: verdict.manifest?.gbh ?? null,
        quantile: verdict.quantile?.gbh ?? null,
        learned: verdict.learned?.gbh ?? null,
      },
      failures: {
        manifest: verdict.manifest?.failures ?? null,
        quantile: verdict.quantile?.failures ?? null,
        learned: verdict.learned?.failures ?? null,
      },
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

export function chainColumn(definition: StageDefinition): string {
  return `predicted ${definition.name}`;
}

function candidatesFor(type: ModelType, rows: number): readonly SingleModelType[] {
  if (type !== 'auto') return [type];
  return rows <= FOREST_ROWS
    ? ['linear', 'gradient_boosting', 'random_forest']
    : ['linear', 'gradient_boosting'];
}

/** The one model that answers, or `auto` for a mixture. */
function nameOf(asked: ModelType, stage: StageFit['trained'] | undefined): string {
  return stage?.members.length === 1 ? (stage.members[0]?.type ?? asked) : asked;
}

function summaryOf(task: string, rows: readonly LearningRow[]) {
  const last = rows.at(-1);
  const runs = new Set(rows.map((row) => row.runId)).size;
  return {
    task,
    component: last?.component ?? '',
    runs,
    records: rows.filter((row) => row.peakMemoryBytes !== null).length,
    quantiles: {
      memory: fitQuantile(valuesOf(rows, 'peakMemoryBytes')),
      cpuSeconds: fitQuantile(valuesOf(rows, 'cpuSeconds')),
      wallSeconds: fitQuantile(valuesOf(rows, 'wallSeconds')),
    },
    coresUsed: coresUsed(rows),
    lastRequest: {
      cpus: Math.max(1, Math.round(last?.requestedCpus ?? 1)),
      memoryBytes: last?.requestedMemoryBytes ?? null,
      walltimeSeconds: last?.requestedWalltimeSeconds ?? null,
    },
    instancesPerRun: runs === 0 ? 1 : Math.max(1, Math.round(rows.length / runs)),
  };
}

function perTask({ tasks, manifest, quantile, learned }: Verdict): TrainedTask['wastage'] {
  if (tasks === 0) return null;
  return {
    manifest: manifest && manifest.gbh / tasks,
    quantile: quantile && quantile.gbh / tasks,
    learned: learned && learned.gbh / tasks,
  };
}

/** 1 − mean error / mean error of always answering the median, on the stage's scale and out of fold. */
function skillOf(definition: StageDefinition, held: HeldOut): number {
  const values = held.measured.map((value) => toScale(definition.scale, value));
  const centre = median(values);
  const error = mean(values.map((value, i) => Math.abs(value - (held.answers[i] as number))));
  const without = mean(values.map((value) => Math.abs(value - centre)));
  return without > 0 ? 1 - error / without : 0;
}
