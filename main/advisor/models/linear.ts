import { type Matrix, rowOf } from '../data/matrix.ts';
import { clamp, median } from '../data/statistics.ts';
import { type Range, rangesOf, type Term, termsFor, termValue } from './basis.ts';
import { cholesky, solve, traceOfInverse } from './linear-algebra.ts';
import type { Fit, Fitted, Scale } from './model.ts';

/** value = intercept + Σ coefficient × term, or the exponential of it on the log scale. */
export interface LinearData {
  readonly kind: 'linear';
  readonly scale: Scale;
  readonly columns: number;
  readonly intercept: number;
  readonly coefficients: readonly number[];
  readonly terms: readonly Term[];
  readonly ranges: readonly Range[];
  /** Answers outside are cut: half the smallest and twice the largest figure learned from. */
  readonly low: number;
  readonly high: number;
}

export function linearModel(data: LinearData): Fitted {
  return {
    data,
    predictRow: (row) => {
      let sum = data.intercept;
      for (let t = 0; t < data.terms.length; t++)
        sum += (data.coefficients[t] as number) * termValue(data.terms[t] as Term, row, data.ranges);
      return clamp(data.scale === 'log' ? Math.exp(sum) : sum, data.low, data.high);
    },
  };
}

/** Beyond this many standard deviations a residual counts linearly, not squared (Huber 1964). */
const HUBER = 1.5;
const ROUNDS = 4;
const PENALTIES = [1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1];

/**
 * Robust ridge regression with logarithms, squares and products. A positive figure is fitted twice, as it is with
 * relative errors (memory = a + b·nodes²) and by its logarithm (a power law); the one with the smaller generalised
 * cross-validation error (Golub, Heath and Wahba 1979) stays.
 */
export const fitLinear: Fit = (matrix, target, { params, scale }) => {
  const ranges = rangesOf(matrix);
  const terms = termsFor(matrix, ranges);
  const design = standardise(matrix, terms, ranges);
  const penalties = params.alpha === null ? PENALTIES : [params.alpha / Math.max(1, matrix.rows)];
  const least = target.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = target.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const spread = most - least;
  const bounds =
    scale === 'log'
      ? { low: least / 2, high: most * 2 }
      : { low: least - spread / 2, high: most + spread / 2 };

  const plain = robustRidge(design, target, scale === 'log', penalties);
  const fits =
    scale === 'log' && params.loss !== 'squared'
      ? [
          { scale: 'identity' as const, ...plain },
          { scale: 'log' as const, ...robustRidge(design, target.map(Math.log), false, penalties) },
        ]
      : [{ scale: 'identity' as const, ...plain }];
  const best = fits.reduce((a, b) => (b.error < a.error ? b : a));
  const coefficients = design.scales.map((by, t) => (best.coefficients[t + 1] as number) / by);
  const intercept =
    (best.coefficients[0] as number) -
    coefficients.reduce((sum, c, t) => sum + c * (design.centres[t] as number), 0);
  return linearModel({
    kind: 'linear',
    scale: best.scale,
    columns: matrix.columns.length,
    intercept,
    coefficients,
    terms,
    ranges,
    ...bounds,
  });
};

interface Design {
  readonly rows: number;
  /** Terms by row, a leading 1 included: rows × width. */
  readonly values: Float64Array;
  readonly width: number;
  readonly centres: readonly number[];
  readonly scales: readonly number[];
}

function standardise(matrix: Matrix, terms: readonly Term[], ranges: readonly Range[]): Design {
  const { rows } = matrix;
  const width = terms.length + 1;
  const values = new Float64Array(rows * width);
  const row = new Float64Array(matrix.columns.length);
  for (let r = 0; r < rows; r++) {
    rowOf(matrix, r, row);
    values[r * width] = 1;
    for (let t = 0; t < terms.length; t++)
      values[r * width + t + 1] = termValue(terms[t] as Term, row, ranges);
  }
  const centres: number[] = [];
  const scales: number[] = [];
  for (let t = 1; t < width; t++) {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += values[r * width + t] as number;
    const centre = sum / rows;
    let squares = 0;
    for (let r = 0; r < rows; r++) squares += ((values[r * width + t] as number) - centre) ** 2;
    const by = Math.sqrt(squares / rows) || 1;
    for (let r = 0; r < rows; r++) values[r * width + t] = ((values[r * width + t] as number) - centre) / by;
    centres.push(centre);
    scales.push(by);
  }
  return { rows, values, width, centres, scales };
}

interface RidgeFit {
  readonly coefficients: Float64Array;
  /** Generalised cross-validation error. */
  readonly error: number;
}

/** Iteratively reweighted ridge; `error` is the generalised cross-validation error in relative (or log) units. */
function robustRidge(design: Design, y: Float64Array, relative: boolean, penalties: readonly number[]) {
  const { rows, values, width } = design;
  const floor = relative ? median(y) / 20 : 0;
  const robust = new Float64Array(rows).fill(1);
  let unit: Float64Array = relative
    ? y.map((value) => Math.max(value, floor))
    : new Float64Array(rows).fill(1);
  let best: RidgeFit = { coefficients: new Float64Array(width), error: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    best = ridge(
      design,
      y,
      Float64Array.from(robust, (w, r) => w / (unit[r] as number) ** 2),
      penalties,
    );
    const fitted = new Float64Array(rows);
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let t = 0; t < width; t++)
        sum += (best.coefficients[t] as number) * (values[r * width + t] as number);
      fitted[r] = sum;
    }
    if (relative) unit = fitted.map((value) => Math.max(value, floor));
    const residuals = fitted.map((value, r) => Math.abs((y[r] as number) - value) / (unit[r] as number));
    const limit = HUBER * 1.4826 * median(residuals);
    if (limit <= 0) break;
    residuals.forEach((residual, r) => {
      robust[r] = residual <= limit ? 1 : limit / residual;
    });
  }
  return best;
}

function ridge(design: Design, y: Float64Array, weights: Float64Array, penalties: readonly number[]) {
  const { rows, values, width } = design;
  const gram = new Float64Array(width * width);
  const right = new Float64Array(width);
  let total = 0;
  let squares = 0;
  for (let r = 0; r < rows; r++) {
    const w = weights[r] as number;
    total += w;
    squares += w * (y[r] as number) ** 2;
    for (let i = 0; i < width; i++) {
      const wx = w * (values[r * width + i] as number);
      right[i] = (right[i] as number) + wx * (y[r] as number);
      for (let j = 0; j <= i; j++)
        gram[i * width + j] = (gram[i * width + j] as number) + wx * (values[r * width + j] as number);
    }
  }
  let best: RidgeFit = { coefficients: new Float64Array(width), error: Number.POSITIVE_INFINITY };
  for (const penalty of penalties) {
    const added = penalty * total + 1e-10 * total;
    const penalised = gram.map((value, at) =>
      at % (width + 1) === 0 ? value + (at === 0 ? 1e-12 * total : added) : value,
    );
    const lower = cholesky(penalised, width);
    if (!lower) continue;
    const coefficients = solve(lower, width, right);
    const error = crossValidated({
      gram,
      right,
      coefficients,
      squares,
      rows,
      width,
      freedom: width - added * traceOfInverse(lower, width),
    });
    if (error < best.error) best = { coefficients, error };
  }
  return best;
}

function crossValidated(fit: {
  readonly gram: Float64Array;
  readonly right: Float64Array;
  readonly coefficients: Float64Array;
  readonly squares: number;
  readonly rows: number;
  readonly width: number;
  readonly freedom: number;
}): number {
  const { gram, right, coefficients, squares, rows, width, freedom } = fit;
  let explained = 0;
  for (let i = 0; i < width; i++) {
    const c = coefficients[i] as number;
    let inner = (gram[i * width + i] as number) * c;
    for (let j = 0; j < i; j++) inner += 2 * (gram[i * width + j] as number) * (coefficients[j] as number);
    explained += c * inner - 2 * c * (right[i] as number);
  }
  const residual = Math.max(squares + explained, 0) / rows;
  const share = 1 - freedom / rows;
  return share > 0.05 ? residual / share ** 2 : Number.POSITIVE_INFINITY;
}
