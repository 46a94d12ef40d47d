import { type Matrix, take } from '../data/matrix.ts';
import { permutation, type Random } from '../data/random.ts';
import { mean, quantileOf, sorted } from '../data/statistics.ts';
import { differentRows } from './basis.ts';
import { bin } from './binning.ts';
import { type Leaf, TreeGrower } from './grow-tree.ts';
import type { Fit, FitOptions, Fitted } from './model.ts';
import { TreesBuilder, treesModel } from './trees.ts';

/** Fewer rows leave nothing to hold out: then the number of trees is kept small instead. */
const EARLY_STOP_ROWS = 60;
/** Rounds without improvement before boosting stops. */
const PATIENCE = 20;
/** Up to here the model is grown once more on all rows with the number of trees found. */
const REGROW_ROWS = 2000;

/**
 * Histogram gradient boosting (Friedman 2001; squared and quantile losses), on the logarithm of the target unless the
 * loss says otherwise. How many trees is found on held-out rows.
 */
export const fitGradientBoosting: Fit = (matrix, target, options) => {
  const y = onScale(target, options);
  const { nEstimators, validationFraction } = options.params;
  if (matrix.rows < EARLY_STOP_ROWS || validationFraction === 0) {
    const trees = validationFraction === 0 ? nEstimators : Math.min(nEstimators, 80);
    return boost(matrix, y, options, { trees, held: new Int32Array(0) }).model;
  }
  const order = permutation(matrix.rows, options.random);
  const held = order.subarray(0, Math.min(2000, Math.round(validationFraction * matrix.rows)));
  const found = boost(matrix, y, options, { trees: nEstimators, held });
  if (matrix.rows > REGROW_ROWS) return found.model;
  return boost(matrix, y, options, { trees: Math.max(1, found.trees), held: new Int32Array(0) }).model;
};

export function onScale(
  target: Float64Array,
  { params, scale }: Pick<FitOptions, 'params' | 'scale'>,
): Float64Array {
  return usesLog(params.loss, scale) ? target.map((value) => Math.log(value)) : target;
}

/** A positive figure is learned in logarithms unless squared errors in its own unit were asked for. */
export function usesLog(loss: FitOptions['params']['loss'], scale: FitOptions['scale']): boolean {
  return scale === 'log' && loss !== 'squared';
}

interface Boosted {
  readonly trees: number;
  readonly model: Fitted;
}

/** Boosts on the rows that are not held out, up to `trees` trees or until the held-out ones stop improving. */
function boost(
  matrix: Matrix,
  y: Float64Array,
  { params, scale, random }: FitOptions,
  { trees, held }: { readonly trees: number; readonly held: Int32Array },
): Boosted {
  const binned = bin(matrix);
  const isHeld = new Set(held);
  const learning = Int32Array.from({ length: matrix.rows }, (_, i) => i).filter((row) => !isHeld.has(row));
  const quantile = params.loss === 'quantile' ? params.quantile : null;
  const known = take(y, learning);
  const different = Math.min(learning.length, differentRows(matrix));
  const base = quantile === null ? mean(known) : quantileOf(sorted(known), quantile);
  const fitted = new Float64Array(matrix.rows).fill(base);
  const residuals = new Float64Array(matrix.rows);
  const builder = new TreesBuilder();
  const grower = new TreeGrower(binned, {
    maxLeaves: params.maxLeaves,
    maxDepth: params.maxDepth,
    // Small histories need small leaves, or boosting could not split at all; a campaign that is repeated stays small.
    minSamplesLeaf: Math.max(1, Math.min(params.minSamplesLeaf, Math.floor(different / 8))),
    lambda: 1,
    columnsPerSplit: Math.max(1, Math.round(params.maxFeatures * matrix.columns.length)),
    random,
  });

  let best = { loss: Number.POSITIVE_INFINITY, trees: 0 };
  for (let t = 1; t <= trees; t++) {
    for (let i = 0; i < residuals.length; i++) {
      const residual = (y[i] as number) - (fitted[i] as number);
      residuals[i] = quantile === null ? residual : residual > 0 ? quantile : quantile - 1;
    }
    const rows = params.subsample < 1 ? sample(learning, params.subsample, random) : learning.slice();
    for (const leaf of grower.grow(residuals, rows, builder)) {
      const step =
        quantile === null ? builder.valueOf(leaf.node) : leafQuantile(leaf, rows, y, fitted, quantile);
      const value = params.learningRate * step;
      builder.setValue(leaf.node, value);
      for (let i = leaf.begin; i < leaf.end; i++) {
        const row = rows[i] as number;
        fitted[row] = (fitted[row] as number) + value;
      }
    }
    for (const row of rows.length < learning.length ? leftOut(rows, matrix.rows) : held)
      fitted[row] = (fitted[row] as number) + builder.newestAnswer(matrix.columns, row);
    if (held.length === 0) continue;
    const loss = meanLoss(held, y, fitted, quantile);
    if (loss < best.loss * (1 - 1e-6)) best = { loss, trees: t };
    else if (t - best.trees >= PATIENCE) break;
  }
  const kept = held.length === 0 ? trees : best.trees;
  const logged = usesLog(params.loss, scale);
  return {
    trees: kept,
    model: treesModel(
      builder.build({
        scale: logged ? 'log' : 'identity',
        columns: matrix.columns.length,
        base,
        trees: kept,
      }),
    ),
  };
}

/** For quantile loss the direction comes from the tree and the step from the residuals of the leaf. */
function leafQuantile(
  leaf: Leaf,
  rows: Int32Array,
  y: Float64Array,
  fitted: Float64Array,
  quantile: number,
): number {
  const inside = rows.subarray(leaf.begin, leaf.end);
  return quantileOf(
    sorted(Float64Array.from(inside, (row) => (y[row] as number) - (fitted[row] as number))),
    quantile,
  );
}

function meanLoss(rows: Int32Array, y: Float64Array, fitted: Float64Array, quantile: number | null): number {
  let sum = 0;
  for (const row of rows) {
    const residual = (y[row] as number) - (fitted[row] as number);
    sum += quantile === null ? residual * residual : Math.max(quantile * residual, (quantile - 1) * residual);
  }
  return sum / rows.length;
}

/** Rows that the newest tree was not grown on. */
function leftOut(grownOn: Int32Array, count: number): Int32Array {
  const isIn = new Uint8Array(count);
  for (const row of grownOn) isIn[row] = 1;
  return Int32Array.from({ length: count }, (_, i) => i).filter((row) => isIn[row] === 0);
}

function sample(rows: Int32Array, share: number, random: Random): Int32Array {
  const order = permutation(rows.length, random);
  return order.subarray(0, Math.max(1, Math.round(share * rows.length))).map((i) => rows[i] as number);
}
