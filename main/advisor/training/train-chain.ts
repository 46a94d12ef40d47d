import type { ModelType } from '../advisor.ts';
import { columnSources, type FeatureSpace } from '../data/features.ts';
import { type Matrix, withColumn } from '../data/matrix.ts';
import { seededRandom, seedFrom } from '../data/random.ts';
import type { LearningRow } from '../data/rows.ts';
import { mean, median } from '../data/statistics.ts';
import type { MemberType } from '../models/fit-model.ts';
import type { StageReport } from '../training-report.ts';
import type { Fold } from '../validation/folds.ts';
import { fitStage, type StageInput } from './fit-stage.ts';
import { permutationImportance } from './importance.ts';
import { type HeldOut, heldOut, stageReport } from './out-of-fold.ts';
import { chainColumn, handedOn, STAGES, type StageDefinition, toScale } from './stages.ts';
import { targetOf } from './time-order.ts';
import { LEAST_LEARNED_ROWS, type TrainedStage } from './trained-task.ts';

/** One figure of the chain, learned and judged. */
export interface ChainLink {
  readonly definition: StageDefinition;
  readonly trained: TrainedStage;
  readonly held: HeldOut;
  readonly report: StageReport;
}

/** `auto` tries a forest only where it is quick to grow. */
const FOREST_ROWS = 60;

/** Learns figure after figure; what a stage answered for rows it had not seen is an input of the next. */
export function trainChain(
  rows: readonly LearningRow[],
  space: FeatureSpace,
  inputs: Matrix,
  folds: readonly Fold[],
  options: Pick<StageInput, 'wallSeconds' | 'params' | 'seed'> & { readonly modelType: ModelType },
): ChainLink[] {
  const chain: ChainLink[] = [];
  let matrix = inputs;
  let sources = columnSources(space);
  for (const definition of rows.length >= LEAST_LEARNED_ROWS ? STAGES : []) {
    const target = targetOf(definition, rows);
    const candidates = candidatesFor(options.modelType, rows.length);
    const fit = fitStage({ definition, matrix, target, folds, candidates, ...options });
    if (!fit) continue;
    const held = heldOut(definition, fit, target, inputs);
    const importance = permutationImportance(
      matrix,
      sources,
      fit.foldModels,
      target.map((value) => toScale(definition.scale, value)),
      seededRandom(seedFrom(options.seed, definition.name, 'importance')),
    );
    chain.push({
      definition,
      held,
      trained: { ...fit.trained, skill: skillOf(definition, held) },
      report: stageReport(definition, held, importance),
    });
    const name = chainColumn(definition);
    matrix = withColumn(matrix, name, fit.answers.map(handedOn));
    sources = [...sources, name];
  }
  return chain;
}

function candidatesFor(type: ModelType, rows: number): readonly MemberType[] {
  if (type !== 'auto') return [type];
  return rows <= FOREST_ROWS
    ? ['linear', 'gradient_boosting', 'random_forest', 'small']
    : ['linear', 'gradient_boosting', 'small'];
}

/** 1 − mean error / mean error of always answering the median, on the stage's scale and out of fold. */
function skillOf(definition: StageDefinition, held: HeldOut): number {
  const values = held.measured.map((value) => toScale(definition.scale, value));
  const centre = median(values);
  const error = mean(values.map((value, i) => Math.abs(value - (held.answers[i] as number))));
  const without = mean(values.map((value) => Math.abs(value - centre)));
  return without > 0 ? 1 - error / without : 0;
}
