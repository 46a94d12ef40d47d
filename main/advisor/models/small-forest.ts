import { RandomForestRegression } from 'ml-random-forest';
import { type Matrix, rowOf } from '../data/matrix.ts';
import { usesLog } from './gradient-boosting.ts';
import type { FitOptions, Fitted } from './model.ts';
import { TreesBuilder, treesModel } from './trees.ts';

/** What its own declarations leave open: the trees inside. */
interface GrownForest {
  readonly estimators: readonly { readonly root: CartNode }[];
  /** Per tree, the columns it was given. */
  readonly indexes: readonly (readonly number[])[];
}

interface CartNode {
  readonly splitColumn?: number;
  readonly splitValue?: number;
  readonly left?: CartNode;
  readonly right?: CartNode;
  /** The answer of a leaf. */
  readonly distribution?: number;
}

/** Its trees are slow to grow, and forty of them already agree. */
const MOST_TREES = 40;

/**
 * A forest grown by ml-random-forest and copied into our flat trees, so that storing, predicting and exporting know
 * one kind of tree. Every tree gets all columns: it draws columns per tree, not per split, which loses the
 * important ones.
 */
export function fitSmallForest(
  matrix: Matrix,
  y: Float64Array,
  { params, scale, random }: FitOptions,
): Fitted {
  const trees = Math.min(params.nEstimators, MOST_TREES);
  const forest = new RandomForestRegression({
    seed: random.below(2 ** 31 - 1),
    nEstimators: trees,
    maxFeatures: matrix.columns.length,
    replacement: false,
    useSampleBagging: true,
    noOOB: true,
    treeOptions: { minNumSamples: Math.max(2, 2 * params.minSamplesLeaf - 1), maxDepth: params.maxDepth },
  });
  forest.train(
    Array.from({ length: matrix.rows }, (_, row) => [...rowOf(matrix, row)]),
    [...y],
  );
  const builder = new TreesBuilder();
  const { estimators, indexes } = forest as unknown as GrownForest;
  estimators.forEach((tree, t) => {
    builder.beginTree();
    copy(tree.root, indexes[t] ?? [], builder, trees);
  });
  const logged = usesLog(params.loss, scale);
  return treesModel(
    builder.build({ scale: logged ? 'log' : 'identity', columns: matrix.columns.length, base: 0 }),
  );
}

function copy(node: CartNode, columns: readonly number[], builder: TreesBuilder, trees: number): number {
  const copied = builder.addNode(0);
  if (node.left && node.right && node.splitColumn !== undefined && node.splitValue !== undefined) {
    const left = copy(node.left, columns, builder, trees);
    const right = copy(node.right, columns, builder, trees);
    // It goes left below the value, ours at or below: the next smaller number makes them the same.
    builder.split(copied, columns[node.splitColumn] ?? 0, nextBelow(node.splitValue), left, right);
  } else {
    builder.setValue(copied, (node.distribution ?? 0) / trees);
  }
  return copied;
}

/** The largest double below a finite one. */
export function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) - (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}
