import type { Matrix } from '../data/matrix.ts';
import { mean } from '../data/statistics.ts';
import { bin } from './binning.ts';
import { onScale, usesLog } from './gradient-boosting.ts';
import { growDeepTree } from './grow-deep-tree.ts';
import { packResiduals } from './histograms.ts';
import type { Fit, FitOptions, Fitted } from './model.ts';
import { fitSmallForest } from './small-forest.ts';
import { TreesBuilder, treesModel } from './trees.ts';

/** ml-random-forest takes time by the square of the rows (10 s for 500 × 100): above this our own engine grows it. */
const SMALL_FOREST_ROWS = 200;

/** Averaging blurs steps anyway: finer ones cost a third more and lower no error. */
const FOREST_BINS = 64;

/** Random forest (Breiman 2001) on the logarithm of the target unless the loss says otherwise. */
export const fitRandomForest: Fit = (matrix, target, options) => {
  const y = onScale(target, options);
  return matrix.rows <= SMALL_FOREST_ROWS && matrix.columns.length > 0
    ? fitSmallForest(matrix, y, options)
    : fitForest(matrix, y, options);
};

/** Bootstrap rows per tree, random columns per split, histograms instead of sorting. */
export function fitForest(matrix: Matrix, y: Float64Array, { params, scale, random }: FitOptions): Fitted {
  const binned = bin(matrix, FOREST_BINS);
  const base = mean(y);
  const packed = packResiduals(y.map((value) => value - base));
  const builder = new TreesBuilder();
  for (let t = 0; t < params.nEstimators; t++) {
    const rows = Int32Array.from({ length: matrix.rows }, () => random.below(matrix.rows)).sort();
    const leaves = growDeepTree(binned, packed, rows, builder, {
      maxLeaves: params.maxLeaves,
      maxDepth: params.maxDepth,
      minSamplesLeaf: Math.min(params.minSamplesLeaf, Math.max(1, Math.floor(matrix.rows / 8))),
      lambda: 0,
      columnsPerSplit: Math.max(1, Math.round(params.maxFeatures * matrix.columns.length)),
      random,
    });
    for (const { node } of leaves) builder.setValue(node, builder.valueOf(node) / params.nEstimators);
  }
  const logged = usesLog(params.loss, scale);
  return treesModel(
    builder.build({ scale: logged ? 'log' : 'identity', columns: matrix.columns.length, base }),
  );
}
