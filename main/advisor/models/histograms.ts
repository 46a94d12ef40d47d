import { type Binned, MOST_BINS } from './binning.ts';

/**
 * Residuals as whole numbers, each with a count of one in the digits above: `unit + residual × scale`. A sum of such
 * numbers is exact in a double whatever its order, and holds the sum of the residuals and the number of rows at once,
 * which halves the work of adding up a histogram.
 */
export interface Packed {
  readonly values: Float64Array;
  /** What one row adds; a power of two above twice the largest possible sum of residuals. */
  readonly unit: number;
  readonly scale: number;
}

export function packResiduals(
  residuals: Float64Array,
  into: Float64Array = new Float64Array(residuals.length),
): Packed {
  const digits = Math.ceil(Math.log2(residuals.length + 1));
  const unit = 2 ** (52 - digits);
  let largest = 0;
  for (let i = 0; i < residuals.length; i++) {
    const size = Math.abs(residuals[i] as number);
    if (size > largest) largest = size;
  }
  const scale = largest > 0 ? 2 ** (51 - 2 * digits) / largest : 1;
  for (let i = 0; i < residuals.length; i++)
    into[i] = Math.floor(unit + (residuals[i] as number) * scale + 0.5);
  return { values: into, unit, scale };
}

/** How many rows a packed sum holds. */
export function countIn(sum: number, unit: number): number {
  return Math.floor(sum / unit + 0.5);
}

/** The sum of residuals in a packed sum. */
export function residualIn(sum: number, { unit, scale }: Packed): number {
  return (sum - countIn(sum, unit) * unit) / scale;
}

/** Packed sums per column and step. */
export type Histogram = Float64Array;

/** Entries of one column in a histogram. */
export const COLUMN_WIDTH = MOST_BINS;

/** Adds the rows from `begin` to `end` to one column; `gathered` holds what each adds, from 0 on. */
export function addColumn(
  into: Histogram,
  offset: number,
  bins: Uint8Array,
  rows: Int32Array,
  gathered: Float64Array,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) {
    const at = offset + (bins[rows[i] as number] as number);
    into[at] = (into[at] as number) + (gathered[i - begin] as number);
  }
}

/** Lays what the rows from `begin` to `end` add side by side, and sums it up. */
export function gather(
  into: Float64Array,
  values: Float64Array,
  rows: Int32Array,
  begin: number,
  end: number,
): number {
  let sum = 0;
  for (let i = begin; i < end; i++) {
    const value = values[rows[i] as number] as number;
    into[i - begin] = value;
    sum += value;
  }
  return sum;
}

export interface Split {
  readonly column: number;
  readonly bin: number;
  /** In packed units: compared within one tree only. */
  readonly gain: number;
}

/** What a split must respect. */
export interface SplitBounds {
  readonly minSamplesLeaf: number;
  /** L2 penalty on leaf values, in rows. */
  readonly lambda: number;
}

/**
 * The best split of one column of a node, if it gains more than `beaten`. Gains are compared as fractions, so that only
 * a better one costs a division.
 *
 * @param total packed sum of the node
 */
export function bestOfColumn(
  histogram: Histogram,
  offset: number,
  column: number,
  steps: number,
  total: number,
  { unit, scale }: Packed,
  { minSamplesLeaf, lambda }: SplitBounds,
  beaten: Split | null,
): Split | null {
  const perUnit = 1 / unit;
  const count = countIn(total, unit);
  const sum = total - count * unit;
  const whole = (sum * sum) / (count + lambda);
  // Residuals that are all alike leave rounding noise, which is no reason to split.
  let toBeat = whole + (beaten?.gain ?? 1e-9 * whole + 1e-12 * scale * scale);
  let bin = -1;
  let packed = 0;
  for (let b = 0; b < steps; b++) {
    const here = histogram[offset + b] as number;
    if (here === 0) continue;
    packed += here;
    const leftCount = (packed * perUnit + 0.5) | 0;
    if (leftCount < minSamplesLeaf) continue;
    const rightCount = count - leftCount;
    if (rightCount < minSamplesLeaf) break;
    const leftSum = packed - leftCount * unit;
    const rightSum = sum - leftSum;
    const left = leftCount + lambda;
    const right = rightCount + lambda;
    const squares = leftSum * leftSum * right + rightSum * rightSum * left;
    if (squares > toBeat * left * right) {
      toBeat = squares / (left * right);
      bin = b;
    }
  }
  return bin < 0 ? beaten : { column, bin, gain: toBeat - whole };
}

/** Rows of steps up to `bin` first, order kept on both sides; the answer is where the right side begins. */
export function partition(
  rows: Int32Array,
  scratch: Int32Array,
  begin: number,
  end: number,
  bins: Uint8Array,
  bin: number,
): number {
  let left = begin;
  let right = 0;
  for (let i = begin; i < end; i++) {
    const row = rows[i] as number;
    if ((bins[row] as number) <= bin) rows[left++] = row;
    else scratch[right++] = row;
  }
  rows.set(scratch.subarray(0, right), left);
  return left;
}

/** Where a row goes right: above the upper end of the step. */
export function thresholdOf(binned: Binned, { column, bin }: Split): number {
  return (binned.edges[column] as Float64Array)[bin] as number;
}
