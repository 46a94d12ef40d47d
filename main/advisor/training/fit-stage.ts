import { inputsOf, type Matrix, rowOf, take, takeRows } from '../data/matrix.ts';
import { gatherResiduals, upperResidual } from '../data/predictive.ts';
import { seededRandom, seedFrom } from '../data/random.ts';
import { clamp, mean } from '../data/statistics.ts';
import { fitterOf, type MemberType } from '../models/fit-model.ts';
import type { Fitted } from '../models/model.ts';
import { type ModelParams, resolveParams } from '../models/model-params.ts';
import type { Fold } from '../validation/folds.ts';
import { totalCost } from '../validation/wastage.ts';
import { acceptableRange, fromScale, type StageDefinition, toScale } from './stages.ts';
import { JUDGED_LEVEL, LEAST_LEARNED_ROWS, type TrainedStage } from './trained-task.ts';

export interface StageInput {
  readonly definition: StageDefinition;
  /** Inputs and the answers of earlier stages, a row per history row. */
  readonly matrix: Matrix;
  /** NaN where not measured. */
  readonly target: Float64Array;
  readonly wallSeconds: Float64Array;
  readonly folds: readonly Fold[];
  readonly candidates: readonly MemberType[];
  readonly params: ModelParams;
  readonly seed: number;
}

/** Names the model that is kept, beside those of the folds. */
const ALL = 'all';
/**
 * From here on a quarter of a forest's trees judges it in the folds: with so many rows the error hardly depends on their
 * number, and what it does errs on the safe side.
 */
const JUDGE_ROWS = 2000;

/** A fold's models, kept so that inputs can be shuffled under them. */
export interface FoldModel {
  readonly test: Int32Array;
  readonly answer: (row: Float64Array) => number;
}

export interface StageFit {
  readonly trained: Omit<TrainedStage, 'skill'>;
  /** On the stage's scale: out of fold where the row was tested, else the full model's. */
  readonly answers: Float64Array;
  /** Rows with a measured figure that were tested, and their fold. */
  readonly tested: readonly { readonly row: number; readonly fold: number }[];
  readonly foldModels: readonly FoldModel[];
}

/** What a stage's candidates answered for rows that they had not seen. */
export interface OutOfFold extends Pick<StageFit, 'answers' | 'tested' | 'foldModels'> {
  readonly rows: Int32Array;
  readonly members: readonly { readonly type: MemberType; readonly weight: number }[];
}

/** Every candidate out of fold, and the mixture by out-of-fold cost. Rows that were not tested have no answer: NaN. */
export function fitFolds(input: StageInput): OutOfFold | null {
  const { target, folds, matrix } = input;
  const measured = rowsWhere(target, (value) => Number.isFinite(value));
  if (measured.length < LEAST_LEARNED_ROWS || matrix.columns.length === 0) return null;
  const usable = folds.map((fold) => ({
    train: thinned(fold.train.filter((row) => Number.isFinite(target[row]))),
    test: fold.test.filter((row) => Number.isFinite(target[row])),
  }));
  if (usable.some((fold) => fold.train.length < LEAST_LEARNED_ROWS / 2)) return null;
  const tested = usable.flatMap((fold, index) => [...fold.test].map((row) => ({ row, fold: index })));
  tested.sort((a, b) => a.row - b.row);
  const rows = Int32Array.from(tested, (one) => one.row);

  const trials = input.candidates.map((type) => {
    const models = usable.map((fold, index) => fitOn(input, type, fold.train, `fold ${index}`));
    const answers = new Float64Array(target.length).fill(Number.NaN);
    usable.forEach((fold, index) => {
      for (const row of fold.test)
        answers[row] = answerOf(input, models[index] as Fitted, rowOf(matrix, row));
    });
    return { type, models, answers, cost: costOfTrial(input, rows, answers) };
  });
  const weights = mixture(trials.map((trial) => trial.cost));
  const members = trials.flatMap((trial, i) => {
    const weight = weights[i] as number;
    return weight > 0 ? [{ ...trial, weight }] : [];
  });
  return {
    rows,
    tested,
    members: members.map(({ type, weight }) => ({ type, weight })),
    answers: target.map((_, row) =>
      members.reduce((sum, { weight, answers }) => sum + weight * (answers[row] as number), 0),
    ),
    foldModels: usable.map(({ test }, index) => ({
      test,
      answer: (row) =>
        members.reduce(
          (sum, { weight, models }) => sum + weight * answerOf(input, models[index] as Fitted, row),
          0,
        ),
    })),
  };
}

/** Trains one stage: out of fold to judge and mix its candidates, then those that stay on all rows. */
export function fitStage(input: StageInput): StageFit | null {
  const { definition, target, matrix } = input;
  const judged = fitFolds(input);
  if (!judged) return null;
  const { rows, tested, foldModels } = judged;
  const measured = rowsWhere(target, (value) => Number.isFinite(value));
  const members = judged.members.map((member) => ({
    ...member,
    model: fitOn(input, member.type, measured, ALL),
  }));
  const answers = judged.answers.map((answer, row) => {
    if (Number.isFinite(answer)) return answer;
    const cells = rowOf(matrix, row);
    return members.reduce((sum, { weight, model }) => sum + weight * answerOf(input, model, cells), 0);
  });
  const predicted = take(answers, rows);
  return {
    answers,
    tested,
    foldModels,
    trained: {
      stage: definition.name,
      scale: definition.scale,
      members: members.map(({ type, weight, model }) => ({ type, weight, model: model.data })),
      residuals: gatherResiduals(
        predicted,
        residualsOf(input, rows, predicted),
        takeRows(inputsOf(input.matrix), rows),
      ),
      ...acceptableRange(definition.scale, take(target, measured)),
    },
  };
}

/** So many rows judge as well as more, and tell a linear model all that its few terms can hold. */
const MOST_FOLD_ROWS = 20_000;

/** Evenly over the whole, so that runs and times stay mixed as they are. */
function thinned(rows: Int32Array): Int32Array {
  const every = Math.ceil(rows.length / MOST_FOLD_ROWS);
  return every <= 1 ? rows : rows.filter((_, i) => i % every === 0);
}

function fitOn(input: StageInput, type: MemberType, rows: Int32Array, part: string): Fitted {
  const { definition, matrix, target, params, seed } = input;
  const resolved = type === 'small' ? resolveParams('linear') : resolveParams(type, params);
  const judgeOnly = part !== ALL && type === 'random_forest' && rows.length > JUDGE_ROWS;
  const used = type === 'linear' ? thinned(rows) : rows;
  return fitterOf(type)(takeRows(matrix, used), take(target, used), {
    params: judgeOnly ? { ...resolved, nEstimators: Math.ceil(resolved.nEstimators / 4) } : resolved,
    scale: definition.scale,
    random: seededRandom(seedFrom(seed, definition.name, type, part)),
  });
}

/** Positive figures need a positive answer before their logarithm is taken. */
function answerOf({ definition }: StageInput, model: Fitted, row: Float64Array): number {
  const answer = model.predictRow(row);
  return definition.scale === 'log' ? Math.log(Math.max(answer, Number.MIN_VALUE)) : clamp(answer, 0, 1);
}

function residualsOf(input: StageInput, rows: Int32Array, predicted: Float64Array): Float64Array {
  return predicted.map(
    (answer, i) => toScale(input.definition.scale, input.target[rows[i] as number] as number) - answer,
  );
}

/**
 * Memory is judged by what its requests would have wasted at one level, the rest by the mean error on its scale. Judged at the
 * cheapest level of each request, as it is made in the end, needs that are almost exactly linear were followed more closely
 * (up to 2.6 times less waste), but advice on a campaign that is repeated moved by 7 % from one time to the next.
 */
function costOfTrial(input: StageInput, rows: Int32Array, answers: Float64Array): number {
  const predicted = take(answers, rows);
  const residuals = residualsOf(input, rows, predicted);
  if (input.definition.name !== 'peak_memory') return mean(residuals.map(Math.abs));
  const inputs = takeRows(inputsOf(input.matrix), rows);
  const spread = gatherResiduals(predicted, residuals, inputs);
  const requests = predicted.map((answer, i) =>
    fromScale('log', answer + upperResidual(spread, answer, JUDGED_LEVEL, rowOf(inputs, i))),
  );
  return totalCost(requests, take(input.target, rows), take(input.wallSeconds, rows)).gbh;
}

/** Costs a tenth above the best leave about a third of its weight; members below a tenth of the sum are dropped. */
function mixture(costs: readonly number[]): number[] {
  const best = Math.min(...costs);
  const raw = costs.map((cost) => (best > 0 ? Math.exp(-11 * (cost / best - 1)) : cost === best ? 1 : 0));
  const total = raw.reduce((a, b) => a + b, 0);
  const kept = raw.map((weight) => (weight / total >= 0.1 ? weight : 0));
  const sum = kept.reduce((a, b) => a + b, 0);
  return kept.map((weight) => weight / sum);
}

export function rowsWhere(values: Float64Array, wanted: (value: number) => boolean): Int32Array {
  return Int32Array.from({ length: values.length }, (_, i) => i).filter((i) => wanted(values[i] as number));
}
