import { columnNames, type Encoder, type FeatureSpace } from '../data/features.ts';
import type { Matrix } from '../data/matrix.ts';
import { median, quantileOf, sorted } from '../data/statistics.ts';
import type { DriftReport } from '../training-report.ts';

/** The latest share of the attempts is held against the rest. */
const RECENT_SHARE = 0.2;
const LEAST_RECENT = 15;
const BINS = 8;
/** The usual reading of the index: up to 0.1 the same, from 0.25 on another population. */
const OTHER_POPULATION = 0.25;
/** A smaller change of the need is no reason to act. */
const LEAST_SHIFT = 0.05;

/**
 * Whether the latest attempts still are what was learned from.
 * @param matrix of all rows in order of time @param residuals of held-out memory, in logarithms, NaN where none is known
 */
export function driftOf(space: FeatureSpace, matrix: Matrix, residuals: Float64Array): DriftReport | null {
  const recentRows = Math.round(RECENT_SHARE * matrix.rows);
  if (recentRows < LEAST_RECENT) return null;
  const edge = matrix.rows - recentRows;
  const inputs = space.encoders
    .map((encoder) => ({ feature: encoder.name, psi: stabilityOf(space, encoder, matrix, edge) }))
    // Few rows fill the bins unevenly by chance: the expectation of the index is about that.
    .map(({ feature, psi }) => ({ feature, psi: Math.max(0, psi - (BINS - 1) / recentRows) }))
    .sort((a, b) => b.psi - a.psi || (a.feature < b.feature ? -1 : 1));
  const shift = shiftOf(residuals.subarray(0, edge), residuals.subarray(edge));
  const other = inputs.find(({ psi }) => psi > OTHER_POPULATION);
  const common = { recentRows, shift: shift && Math.exp(shift.by), inputs };
  if (shift?.isClear) {
    const percent = Math.round(100 * Math.abs(Math.expm1(shift.by)));
    const direction = shift.by > 0 ? 'more' : 'less';
    return {
      ...common,
      kind: 'needs',
      sentence: `The latest ${recentRows} tasks needed ${percent} % ${direction} memory than earlier ones with such inputs: train again once there are more of them.`,
    };
  }
  if (other)
    return {
      ...common,
      kind: 'inputs',
      sentence: `${other.feature} is spread differently over the latest ${recentRows} tasks than before: predictions for them rest on fewer examples.`,
    };
  return {
    ...common,
    kind: 'none',
    sentence: `The latest ${recentRows} tasks are like those before them.`,
  };
}

/** Population stability index: Σ (recent − earlier) × ln(recent / earlier) over bins of equal numbers of earlier rows. */
function stabilityOf(space: FeatureSpace, encoder: Encoder, matrix: Matrix, edge: number): number {
  const names = columnNames({ encoders: [encoder] });
  const from = columnNames(space).indexOf(names[0] ?? '');
  const columns = matrix.columns.slice(from, from + names.length);
  if (encoder.kind === 'number') return indexOf(binsOf(columns[0] as Float64Array, edge), edge);
  const kind = Int32Array.from({ length: matrix.rows }, (_, row) =>
    columns.findIndex((column) => (column[row] as number) > 0),
  );
  return indexOf(kind, edge);
}

function binsOf(column: Float64Array, edge: number): Int32Array {
  const ascending = sorted(column.subarray(0, edge));
  const edges = Array.from({ length: BINS - 1 }, (_, i) => quantileOf(ascending, (i + 1) / BINS));
  return Int32Array.from(column, (value) => edges.filter((at) => value > at).length);
}

function indexOf(bins: Int32Array, edge: number): number {
  const counts = new Map<number, [earlier: number, recent: number]>();
  bins.forEach((bin, row) => {
    const count = counts.get(bin) ?? [0, 0];
    count[row < edge ? 0 : 1]++;
    counts.set(bin, count);
  });
  const recentTotal = bins.length - edge;
  let index = 0;
  for (const [earlier, recent] of counts.values()) {
    // Half a row more everywhere: an empty bin is no certainty.
    const before = (earlier + 0.5) / (edge + 0.5 * counts.size);
    const now = (recent + 0.5) / (recentTotal + 0.5 * counts.size);
    index += (now - before) * Math.log(now / before);
  }
  return index;
}

/** The change of the median, clear when beyond three standard errors of medians and worth acting on. */
function shiftOf(
  earlier: Float64Array,
  recent: Float64Array,
): { readonly by: number; readonly isClear: boolean } | null {
  const [before, now] = [earlier, recent].map((values) => values.filter(Number.isFinite)) as [
    Float64Array,
    Float64Array,
  ];
  if (before.length < LEAST_RECENT || now.length < LEAST_RECENT) return null;
  const by = median(now) - median(before);
  const error = Math.hypot(medianError(before), medianError(now));
  return { by, isClear: Math.abs(by) > Math.max(3 * error, Math.log1p(LEAST_SHIFT)) };
}

/** 1.2533 σ / √n, with σ from the interquartile range. */
function medianError(values: Float64Array): number {
  const ascending = sorted(values);
  const sigma = (quantileOf(ascending, 0.75) - quantileOf(ascending, 0.25)) / 1.349;
  return (1.2533 * sigma) / Math.sqrt(values.length);
}
