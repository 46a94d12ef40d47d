import type { Random } from '../data/random.ts';
import type { Binned } from './binning.ts';
import {
  addColumn,
  bestOfColumn,
  COLUMN_WIDTH,
  countIn,
  gather,
  type Histogram,
  type Packed,
  packResiduals,
  partition,
  residualIn,
  type Split,
  thresholdOf,
} from './histograms.ts';
import type { TreesBuilder } from './trees.ts';

export interface GrowOptions {
  readonly maxLeaves: number;
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
  /** L2 penalty on leaf values, in rows. */
  readonly lambda: number;
  /** Columns looked at per split; all when it equals their number. */
  readonly columnsPerSplit: number;
  readonly random: Random;
}

/** A finished leaf: its node, and where its rows stand in the row list. */
export interface Leaf {
  readonly node: number;
  readonly begin: number;
  readonly end: number;
}

interface Candidate extends Leaf {
  readonly depth: number;
  /** Packed, as everything that is summed up here. */
  readonly sum: number;
  readonly histogram: Histogram;
  readonly best: Split;
}

/**
 * Grows regression trees on residuals, best leaf first, by histograms (the method of LightGBM: Ke et al., NeurIPS
 * 2017): the smaller child's histogram is added up, the larger child's is the difference to the parent's. One grower
 * serves all trees of a model, so that its histograms are laid out once.
 */
export class TreeGrower {
  readonly #binned: Binned;
  readonly #options: GrowOptions;
  readonly #scratch: Int32Array;
  readonly #packed: Float64Array;
  readonly #gathered: Float64Array;
  /** Histograms that no open leaf needs. */
  readonly #spare: Histogram[] = [];

  constructor(binned: Binned, options: GrowOptions) {
    this.#binned = binned;
    this.#options = options;
    this.#scratch = new Int32Array(binned.rows);
    this.#packed = new Float64Array(binned.rows);
    this.#gathered = new Float64Array(binned.rows);
  }

  /** `rows` lists the rows, each once, and is reordered leaf by leaf. */
  grow(residuals: Float64Array, rows: Int32Array, builder: TreesBuilder): Leaf[] {
    const binned = this.#binned;
    const { lambda, maxLeaves, maxDepth, minSamplesLeaf } = this.#options;
    const packed = packResiduals(residuals, this.#packed);
    builder.beginTree();
    const open: Candidate[] = [];
    const closed: Leaf[] = [];
    const isFull = (more: number) => open.length + closed.length + more >= maxLeaves;
    const canSplit = (count: number, depth: number) => count >= 2 * minSamplesLeaf && depth < maxDepth;

    const consider = (
      begin: number,
      end: number,
      depth: number,
      sum: number,
      histogram: Histogram | null,
    ): number => {
      const node = builder.addNode(residualIn(sum, packed) / (countIn(sum, packed.unit) + lambda));
      const best = histogram && this.#bestSplit(histogram, sum, packed);
      if (histogram && best) open.push({ node, begin, end, depth, sum, histogram, best });
      else {
        if (histogram) this.#spare.push(histogram);
        closed.push({ node, begin, end });
      }
      return node;
    };

    const total = gather(this.#gathered, packed.values, rows, 0, rows.length);
    const splittable = canSplit(rows.length, 0) && maxLeaves > 1;
    consider(0, rows.length, 0, total, splittable ? this.#addUp(rows, 0, rows.length) : null);
    while (open.length > 0 && open.length + closed.length < maxLeaves) {
      const leaf = takeBest(open);
      const { begin, end, best, histogram } = leaf;
      const bins = binned.bins[best.column] as Uint8Array;
      const middle = partition(rows, this.#scratch, begin, end, bins, best.bin);
      const depth = leaf.depth + 1;
      const leftIsSmaller = middle - begin <= end - middle;
      // Once all leaves are there nobody asks how to split them further.
      const last = isFull(2);
      const smallSplits = !last && canSplit(Math.min(middle - begin, end - middle), depth);
      const largeSplits = !last && canSplit(Math.max(middle - begin, end - middle), depth);
      const [from, to] = leftIsSmaller ? [begin, middle] : [middle, end];
      const smallSum = gather(this.#gathered, packed.values, rows, from, to);
      const largeSum = leaf.sum - smallSum;
      const added = smallSplits || largeSplits ? this.#addUp(rows, from, to) : null;
      if (added && largeSplits) subtract(histogram, added);
      else this.#spare.push(histogram);
      if (added && !smallSplits) this.#spare.push(added);
      const small = smallSplits ? added : null;
      const large = largeSplits ? histogram : null;
      const left = leftIsSmaller
        ? consider(begin, middle, depth, smallSum, small)
        : consider(begin, middle, depth, largeSum, large);
      const right = leftIsSmaller
        ? consider(middle, end, depth, largeSum, large)
        : consider(middle, end, depth, smallSum, small);
      builder.split(leaf.node, best.column, thresholdOf(binned, best), left, right);
    }
    for (const { node, begin, end, histogram } of open) {
      this.#spare.push(histogram);
      closed.push({ node, begin, end });
    }
    return closed;
  }

  /** Of rows that were just gathered. */
  #addUp(rows: Int32Array, begin: number, end: number): Histogram {
    const { bins } = this.#binned;
    const histogram = this.#spare.pop()?.fill(0) ?? new Float64Array(bins.length * COLUMN_WIDTH);
    for (let c = 0; c < bins.length; c++)
      addColumn(histogram, c * COLUMN_WIDTH, bins[c] as Uint8Array, rows, this.#gathered, begin, end);
    return histogram;
  }

  #bestSplit(histogram: Histogram, sum: number, packed: Packed): Split | null {
    const { edges } = this.#binned;
    const { columnsPerSplit, random } = this.#options;
    const chosen =
      columnsPerSplit < edges.length ? sampleColumns(edges.length, columnsPerSplit, random) : null;
    let best: Split | null = null;
    for (let k = 0; k < (chosen?.length ?? edges.length); k++) {
      const column = chosen ? (chosen[k] as number) : k;
      const steps = (edges[column] as Float64Array).length;
      best = bestOfColumn(histogram, column * COLUMN_WIDTH, column, steps, sum, packed, this.#options, best);
    }
    return best;
  }
}

function takeBest(open: Candidate[]): Candidate {
  let best = 0;
  for (let i = 1; i < open.length; i++) {
    if ((open[i] as Candidate).best.gain > (open[best] as Candidate).best.gain) best = i;
  }
  return open.splice(best, 1)[0] as Candidate;
}

function subtract(parent: Histogram, child: Histogram): void {
  for (let i = 0; i < parent.length; i++) parent[i] = (parent[i] as number) - (child[i] as number);
}

export function sampleColumns(columns: number, count: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: columns }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + random.below(columns - i);
    const kept = all[i] as number;
    all[i] = all[j] as number;
    all[j] = kept;
  }
  return all.subarray(0, count);
}
