import type { Binned } from './binning.ts';
import { type GrowOptions, type Leaf, sampleColumns } from './grow-tree.ts';
import {
  addColumn,
  bestOfColumn,
  COLUMN_WIDTH,
  countIn,
  gather,
  type Packed,
  partition,
  residualIn,
  type Split,
  thresholdOf,
} from './histograms.ts';
import type { TreesBuilder } from './trees.ts';

/**
 * Grows one deep tree of a forest level by level. Its many leaves are small and look at few columns each, so every node
 * adds up only the columns it drew, one at a time, in a histogram that stays in the processor's nearest cache.
 * `rows` lists the rows (with repetitions for a bootstrap sample) and is reordered leaf by leaf.
 */
export function growDeepTree(
  binned: Binned,
  packed: Packed,
  rows: Int32Array,
  builder: TreesBuilder,
  options: GrowOptions,
): Leaf[] {
  builder.beginTree();
  const { lambda, maxLeaves, maxDepth, minSamplesLeaf, columnsPerSplit, random } = options;
  const histogram = new Float64Array(COLUMN_WIDTH);
  const gathered = new Float64Array(rows.length);
  const scratch = new Int32Array(rows.length);
  const level: (Leaf & { readonly depth: number })[] = [];
  const leaves: Leaf[] = [];

  const bestSplit = (begin: number, end: number): Split | null => {
    const sum = gather(gathered, packed.values, rows, begin, end);
    let best: Split | null = null;
    for (const column of sampleColumns(binned.bins.length, columnsPerSplit, random)) {
      const steps = (binned.edges[column] as Float64Array).length;
      histogram.fill(0, 0, steps + 1);
      addColumn(histogram, 0, binned.bins[column] as Uint8Array, rows, gathered, begin, end);
      best = bestOfColumn(histogram, 0, column, steps, sum, packed, options, best);
    }
    return best;
  };
  const consider = (begin: number, end: number, depth: number): number => {
    const sum = gather(gathered, packed.values, rows, begin, end);
    const node = builder.addNode(residualIn(sum, packed) / (countIn(sum, packed.unit) + lambda));
    level.push({ node, begin, end, depth });
    return node;
  };

  consider(0, rows.length, 0);
  for (let next = 0; next < level.length; next++) {
    const { node, begin, end, depth } = level[next] as (typeof level)[number];
    const full = leaves.length + level.length - next >= maxLeaves;
    const split =
      full || depth >= maxDepth || end - begin < 2 * minSamplesLeaf ? null : bestSplit(begin, end);
    if (!split) {
      leaves.push({ node, begin, end });
      continue;
    }
    const middle = partition(rows, scratch, begin, end, binned.bins[split.column] as Uint8Array, split.bin);
    const left = consider(begin, middle, depth + 1);
    const right = consider(middle, end, depth + 1);
    builder.split(node, split.column, thresholdOf(binned, split), left, right);
  }
  return leaves;
}
