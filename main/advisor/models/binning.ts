import type { Matrix } from '../data/matrix.ts';
import { sorted } from '../data/statistics.ts';

/** Columns cut into at most 256 steps, so that a split is found by adding up 256 sums instead of sorting rows. */
export interface Binned {
  readonly rows: number;
  readonly bins: readonly Uint8Array[];
  /** Upper end of each step but the last: a row is in step b when its value is at most `edges[b]`. */
  readonly edges: readonly Float64Array[];
}

export const MOST_BINS = 256;

export function bin(matrix: Matrix, mostBins = MOST_BINS): Binned {
  const edges = matrix.columns.map((column) => edgesOf(column, mostBins));
  return {
    rows: matrix.rows,
    edges,
    bins: matrix.columns.map((column, c) => assign(column, edges[c] as Float64Array)),
  };
}

/** Halfway between neighbouring values where these are few, else between quantiles. */
function edgesOf(column: Float64Array, mostBins: number): Float64Array {
  const ascending = sorted(column);
  const distinct = ascending.filter((value, i) => i === 0 || value !== ascending[i - 1]);
  const edges: number[] = [];
  if (distinct.length <= mostBins) {
    for (let i = 1; i < distinct.length; i++)
      edges.push(between(distinct[i - 1] as number, distinct[i] as number));
  } else {
    for (let b = 1; b < mostBins; b++) {
      const at = Math.floor((b * ascending.length) / mostBins);
      const low = ascending[at - 1] as number;
      const high = ascending[at] as number;
      const edge = low === high ? low : between(low, high);
      if (edges.length === 0 || edge > (edges.at(-1) as number)) edges.push(edge);
    }
    // An edge at the largest value would leave the last step empty.
    while (edges.length > 0 && (edges.at(-1) as number) >= (ascending.at(-1) as number)) edges.pop();
  }
  return Float64Array.from(edges);
}

/** The middle, but below `high` even where rounding says otherwise. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

function assign(column: Float64Array, edges: Float64Array): Uint8Array {
  const bins = new Uint8Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (edges[middle] as number)) high = middle;
      else low = middle + 1;
    }
    bins[i] = low;
  }
  return bins;
}
