import { type Matrix, rowOf, withColumn } from '../data/matrix.ts';
import type { LearningRow } from '../data/rows.ts';
import type { Fold } from '../validation/folds.ts';
import { fitFolds, type StageInput } from './fit-stage.ts';
import { type HeldOut, heldOut } from './out-of-fold.ts';
import { chainColumn, handedOn, type StageDefinition, type StageName } from './stages.ts';

/** A stage that was learned, and how to learn it again. */
export type TimedStage = Pick<StageInput, 'definition' | 'candidates'>;

/**
 * The whole chain once more, each block of time answered by models of what came before it. Rows of the first block, which
 * nobody predicts, are answered by the first block's own model: nothing here knows the future.
 */
export function heldOutInTime(
  rows: readonly LearningRow[],
  inputs: Matrix,
  folds: readonly Fold[],
  stages: readonly TimedStage[],
  shared: Pick<StageInput, 'wallSeconds' | 'params' | 'seed'>,
): ReadonlyMap<StageName, HeldOut> {
  const held = new Map<StageName, HeldOut>();
  let matrix = inputs;
  for (const { definition, candidates } of stages) {
    const target = targetOf(definition, rows);
    const judged = fitFolds({ definition, candidates, matrix, target, folds, ...shared });
    const first = judged?.foldModels[0];
    if (!judged || !first) return held;
    held.set(definition.name, heldOut(definition, judged, target, inputs));
    const column = judged.answers.map((answer, row) =>
      handedOn(Number.isFinite(answer) ? answer : first.answer(rowOf(matrix, row))),
    );
    matrix = withColumn(matrix, chainColumn(definition), column);
  }
  return held;
}

/** NaN where not measured. */
export function targetOf(definition: StageDefinition, rows: readonly LearningRow[]): Float64Array {
  return Float64Array.from(rows, (row) => definition.measured(row) ?? Number.NaN);
}
