import { type Matrix, rowOf, take, takeRows } from '../data/matrix.ts';
import { gatherResiduals, upperResidual } from '../data/predictive.ts';
import { permutation, seededRandom, seedFrom } from '../data/random.ts';
import { fitterOf, type MemberType } from '../models/fit-model.ts';
import { resolveParams } from '../models/model-params.ts';
import type { LearningPoint } from '../training-report.ts';
import { totalCost } from '../validation/wastage.ts';
import type { StageInput } from './fit-stage.ts';
import { JUDGED_LEVEL, LEAST_LEARNED_ROWS } from './trained-task.ts';

const SHARES = [0.125, 0.25, 0.5, 1] as const;
/** The curve is flat long before. */
const MOST_ROWS = 8000;
/** Half of the held-out rows measure the spread that the other half's requests allow for. */
const LEAST_HELD_OUT = 16;

/**
 * What more history would bring: the memory model learned from ever more of the first fold's rows, judged on the same
 * held-out ones.
 */
export function learningCurve(input: StageInput, type: MemberType): LearningPoint[] {
  const { matrix, target, wallSeconds, folds, params, seed } = input;
  const known = (rows: Int32Array) => rows.filter((row) => Number.isFinite(target[row]));
  const held = known(folds[0]?.test ?? new Int32Array());
  const random = seededRandom(seedFrom(seed, 'learning curve'));
  const learnable = known(folds[0]?.train ?? new Int32Array());
  const shuffled = permutation(learnable.length, random)
    .map((i) => learnable[i] as number)
    .subarray(0, MOST_ROWS);
  if (held.length === 0) return [];
  const peaks = take(target, held);
  const sizes = SHARES.map((share) => Math.round(share * shuffled.length));
  return sizes
    .filter((size, i) => size >= LEAST_LEARNED_ROWS && size !== sizes[i - 1])
    .map((size): LearningPoint => {
      const rows = shuffled.subarray(0, size).slice().sort();
      const model = fitterOf(type)(takeRows(matrix, rows), take(target, rows), {
        params: resolveParams(type === 'small' ? 'linear' : type, params),
        scale: 'log',
        random: seededRandom(seedFrom(seed, 'learning curve', String(size))),
      });
      const predicted = Float64Array.from(held, (row) =>
        Math.max(model.predictRow(rowOf(matrix, row)), Number.MIN_VALUE),
      );
      const off = predicted.reduce((sum, value, i) => sum + Math.abs(value - (peaks[i] as number)), 0);
      return {
        rows: size,
        mae: off / held.length,
        wastage:
          held.length < LEAST_HELD_OUT
            ? null
            : wastageOf(predicted, peaks, take(wallSeconds, held), takeRows(matrix, held)),
      };
    });
}

/** Per attempt, in GB·h: each half is asked for with the spread of the other. */
function wastageOf(
  predicted: Float64Array,
  peaks: Float64Array,
  wallSeconds: Float64Array,
  inputs: Matrix,
): number {
  const answers = predicted.map(Math.log);
  const residuals = answers.map((answer, i) => Math.log(peaks[i] as number) - answer);
  const half = (side: number) => Int32Array.from(answers.keys()).filter((i) => i % 2 === side);
  const spreads = [0, 1].map((side) =>
    gatherResiduals(
      take(answers, half(1 - side)),
      take(residuals, half(1 - side)),
      takeRows(inputs, half(1 - side)),
    ),
  );
  const requests = answers.map((answer, i) => {
    const spread = spreads[i % 2];
    return Math.exp(answer + (spread ? upperResidual(spread, answer, JUDGED_LEVEL, rowOf(inputs, i)) : 0));
  });
  return totalCost(requests, peaks, wallSeconds).gbh / peaks.length;
}
