import type { Random } from '../data/random.ts';
import { type Binned, MOST_BINS } from './binning.ts';
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

interface Candidate {
  readonly node: number;
  readonly begin: number;
  readonly end: number;
  readonly depth: number;
  readonly sum: number;
  readonly histogram: Histogram;
  readonly best: Split | null;
}

interface Split {
  readonly column: number;
  readonly bin: number;
  readonly gain: number;
}

/** Per column and step: the sum of the residuals, and the number of rows. */
interface Histogram {
  readonly sums: Float64Array;
  readonly counts: Int32Array;
}

/**
 * Grows one regression tree on the residuals, best leaf first, by histograms (the method of LightGBM: Ke et al.,
 * NeurIPS 2017): the smaller child's histogram is added up, the larger child's is the difference to the parent's.
 * `rows` lists the rows (with repetitions for a bootstrap sample) and is reordered leaf by leaf.
 */
export function growTree(
  binned: Binned,
  residuals: Float64Array,
  rows: Int32Array,
  builder: TreesBuilder,
  options: GrowOptions,
): Leaf[] {
  builder.beginTree();
  const { lambda, maxLeaves } = options;
  const open: Candidate[] = [];
  const closed: Leaf[] = [];
  const scratch = new Int32Array(rows.length);

  const consider = (begin: number, end: number, depth: number, histogram: Histogram): number => {
    let sum = 0;
    for (let i = begin; i < end; i++) sum += residuals[rows[i] as number] as number;
    const node = builder.addNode(sum / (end - begin + lambda));
    const best = depth < options.maxDepth ? bestSplit(binned, histogram, sum, end - begin, options) : null;
    if (best) open.push({ node, begin, end, depth, sum, histogram, best });
    else closed.push({ node, begin, end });
    return node;
  };

  consider(0, rows.length, 0, addUp(binned, residuals, rows, 0, rows.length));
  while (open.length > 0 && open.length + closed.length < maxLeaves) {
    const leaf = takeBest(open);
    if (!leaf.best) break;
    const { column, bin } = leaf.best;
    const middle = partition(rows, scratch, leaf.begin, leaf.end, binned.bins[column] as Uint8Array, bin);
    const leftIsSmaller = middle - leaf.begin <= leaf.end - middle;
    const small = leftIsSmaller
      ? addUp(binned, residuals, rows, leaf.begin, middle)
      : addUp(binned, residuals, rows, middle, leaf.end);
    const large = subtract(leaf.histogram, small);
    const left = consider(leaf.begin, middle, leaf.depth + 1, leftIsSmaller ? small : large);
    const right = consider(middle, leaf.end, leaf.depth + 1, leftIsSmaller ? large : small);
    builder.split(leaf.node, column, (binned.edges[column] as Float64Array)[bin] as number, left, right);
  }
  for (const { node, begin, end } of open) closed.push({ node, begin, end });
  return closed;
}

function takeBest(open: Candidate[]): Candidate {
  let best = 0;
  for (let i = 1; i < open.length; i++) {
    if (((open[i] as Candidate).best?.gain ?? 0) > ((open[best] as Candidate).best?.gain ?? 0)) best = i;
  }
  return open.splice(best, 1)[0] as Candidate;
}

function addUp(
  binned: Binned,
  residuals: Float64Array,
  rows: Int32Array,
  begin: number,
  end: number,
): Histogram {
  const sums = new Float64Array(binned.bins.length * MOST_BINS);
  const counts = new Int32Array(binned.bins.length * MOST_BINS);
  for (let c = 0; c < binned.bins.length; c++) {
    const column = binned.bins[c] as Uint8Array;
    const offset = c * MOST_BINS;
    for (let i = begin; i < end; i++) {
      const row = rows[i] as number;
      const at = offset + (column[row] as number);
      sums[at] = (sums[at] as number) + (residuals[row] as number);
      counts[at] = (counts[at] as number) + 1;
    }
  }
  return { sums, counts };
}

/** The larger child takes over the parent's arrays: the parent does not need them any more. */
function subtract(parent: Histogram, child: Histogram): Histogram {
  for (let i = 0; i < parent.sums.length; i++) {
    parent.sums[i] = (parent.sums[i] as number) - (child.sums[i] as number);
    parent.counts[i] = (parent.counts[i] as number) - (child.counts[i] as number);
  }
  return parent;
}

function bestSplit(
  binned: Binned,
  histogram: Histogram,
  sum: number,
  count: number,
  options: GrowOptions,
): Split | null {
  const { lambda, minSamplesLeaf, columnsPerSplit, random } = options;
  if (count < 2 * minSamplesLeaf) return null;
  const columns = binned.bins.length;
  const chosen = columnsPerSplit < columns ? sampleColumns(columns, columnsPerSplit, random) : null;
  const whole = (sum * sum) / (count + lambda);
  let best: Split | null = null;
  // Residuals that are all alike leave rounding noise, which is no reason to split.
  let bestGain = 1e-9 * Math.abs(whole) + 1e-12;
  for (let k = 0; k < (chosen?.length ?? columns); k++) {
    const column = chosen ? (chosen[k] as number) : k;
    const offset = column * MOST_BINS;
    let leftSum = 0;
    let leftCount = 0;
    for (let b = 0; b < (binned.edges[column] as Float64Array).length; b++) {
      const here = histogram.counts[offset + b] as number;
      if (here === 0) continue;
      leftSum += histogram.sums[offset + b] as number;
      leftCount += here;
      const rightCount = count - leftCount;
      if (leftCount < minSamplesLeaf) continue;
      if (rightCount < minSamplesLeaf) break;
      const rightSum = sum - leftSum;
      const gain =
        (leftSum * leftSum) / (leftCount + lambda) + (rightSum * rightSum) / (rightCount + lambda) - whole;
      if (gain > bestGain) {
        bestGain = gain;
        best = { column, bin: b, gain };
      }
    }
  }
  return best;
}

function sampleColumns(columns: number, count: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: columns }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + random.below(columns - i);
    const kept = all[i] as number;
    all[i] = all[j] as number;
    all[j] = kept;
  }
  return all.subarray(0, count);
}

/** Rows of steps up to `bin` first, order kept on both sides; the answer is where the right side begins. */
function partition(
  rows: Int32Array,
  scratch: Int32Array,
  begin: number,
  end: number,
  column: Uint8Array,
  bin: number,
): number {
  let left = begin;
  let right = 0;
  for (let i = begin; i < end; i++) {
    const row = rows[i] as number;
    if ((column[row] as number) <= bin) rows[left++] = row;
    else scratch[right++] = row;
  }
  rows.set(scratch.subarray(0, right), left);
  return left;
}
