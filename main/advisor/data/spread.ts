import { differentRows } from '../models/basis.ts';
import { cholesky, solve, traceOfInverse } from '../models/linear-algebra.ts';
import type { Matrix } from './matrix.ts';
import { clamp, mean, median, quantileOf, sorted } from './statistics.ts';

/** One figure that tells how widely a model errs: exp(slope × (figure − centre)), cut to what was common. */
export interface SpreadTerm {
  /** Of the inputs; −1 is the answer itself. */
  readonly column: number;
  /** Whether the figure's logarithm counts: then the term is a power law. */
  readonly log: boolean;
  readonly slope: number;
  readonly low: number;
  readonly centre: number;
  readonly high: number;
}

/** With fewer rows a trend of the spread would be chance. */
const SPREAD_ROWS = 25;
/** A term has to have so many different rows to itself: a campaign that is repeated tells its inputs once. */
const ROWS_PER_TERM = 30;
/** Residuals nearer to none than this share of the usual one are alike. */
const TINY = 0.1;
/** Half a per cent is less than a request is rounded by. */
const NO_ERROR = 0.005;
/** Nowhere is the spread more than this many times, or less than this part of, the usual one. */
const MOST_FACTOR = 3;
/** Per row; the last one leaves nothing of a trend. */
const PENALTIES = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, Number.POSITIVE_INFINITY];
const ANSWER = -1;

/**
 * How widely residuals spread, told by the inputs and by the answer: a ridge regression of log |residual|, its penalty
 * by generalised cross-validation, so that what is chance is shrunk to nothing. Residuals divided by it tell of all places
 * alike (locally weighted conformal prediction: Lei et al., JASA 2018). On a log scale, say, a fixed amount of other
 * memory is a large share of a small task, and a small one of a large.
 *
 * @param predicted answers, a row each @param inputs the same rows
 */
export function fitSpread(
  predicted: Float64Array,
  residuals: Float64Array,
  inputs: Matrix,
): readonly SpreadTerm[] {
  const sizes = residuals.map(Math.abs);
  const least = Math.max(NO_ERROR, TINY * median(sizes));
  const different = inputs.columns.length > 0 ? differentRows(inputs) : residuals.length;
  if (different < SPREAD_ROWS || sizes.every((size) => size <= least)) return [];
  const y = sizes.map((size) => Math.log(Math.max(size, least)));
  const middle = mean(y);
  const centred = y.map((value) => value - middle);
  const candidates = [
    candidate(ANSWER, predicted, centred, false),
    ...inputs.columns.map((column, c) => candidate(c, column, centred, true)),
  ]
    .filter((one) => one !== null)
    .sort((a, b) => b.tells - a.tells)
    .slice(0, Math.ceil(different / ROWS_PER_TERM));
  return ridge(candidates, centred);
}

/** Factor on the usual spread. @param row encoded inputs */
export function spreadAt(terms: readonly SpreadTerm[], answer: number, row: Float64Array): number {
  const sum = terms.reduce((total, { column, log, slope, low, centre, high }) => {
    const figure = column === ANSWER ? answer : (row[column] ?? centre);
    const value = log ? Math.log(Math.max(figure, Number.MIN_VALUE)) : figure;
    return total + slope * (clamp(value, low, high) - centre);
  }, 0);
  // Terms of a hostile file may add up to no number.
  return Number.isNaN(sum) ? 1 : clamp(Math.exp(sum), 1 / MOST_FACTOR, MOST_FACTOR);
}

interface Candidate {
  readonly term: Omit<SpreadTerm, 'slope'>;
  /** Standardised. */
  readonly x: Float64Array;
  readonly by: number;
  /** |correlation|. */
  readonly tells: number;
}

/** Null where the figure does not vary. */
function candidate(
  column: number,
  values: Float64Array,
  y: Float64Array,
  isInput: boolean,
): Candidate | null {
  const ascending = sorted(values);
  const log = isInput && (ascending[0] as number) > 0;
  const scaled = (value: number) => (log ? Math.log(value) : value);
  const low = scaled(quantileOf(ascending, 0.05));
  const high = scaled(quantileOf(ascending, 0.95));
  if (!(high - low > 1e-9)) return null;
  const cut = values.map((value) => clamp(scaled(value), low, high));
  const centre = mean(cut);
  const by = Math.sqrt(mean(cut.map((value) => (value - centre) ** 2)));
  const x = cut.map((value) => (value - centre) / by);
  const size = Math.sqrt(dot(y, y) / y.length);
  return { term: { column, log, low, centre, high }, x, by, tells: Math.abs(dot(x, y)) / y.length / size };
}

function ridge(candidates: readonly Candidate[], y: Float64Array): readonly SpreadTerm[] {
  const count = candidates.length;
  const rows = y.length;
  const gram = new Float64Array(count * count);
  candidates.forEach(({ x }, i) => {
    candidates.forEach((other, j) => {
      gram[i * count + j] = dot(x, other.x) / rows;
    });
  });
  const right = Float64Array.from(candidates, ({ x }) => dot(x, y) / rows);
  let best: { error: number; slopes: Float64Array } = {
    error: Number.POSITIVE_INFINITY,
    slopes: new Float64Array(count),
  };
  for (const penalty of PENALTIES) {
    const isNone = penalty === Number.POSITIVE_INFINITY;
    const penalised = gram.map((value, at) => (at % (count + 1) === 0 && !isNone ? value + penalty : value));
    const lower = isNone ? null : cholesky(penalised, count);
    if (!lower && !isNone) continue;
    const slopes = lower ? solve(lower, count, right) : new Float64Array(count);
    const freedom = 1 + (lower ? count - penalty * traceOfInverse(lower, count) : 0);
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      let fitted = 0;
      candidates.forEach(({ x }, i) => {
        fitted += (slopes[i] as number) * (x[row] as number);
      });
      squares += ((y[row] as number) - fitted) ** 2;
    }
    const error = squares / (1 - freedom / rows) ** 2;
    if (error < best.error) best = { error, slopes };
  }
  return candidates.flatMap(({ term, by }, i) => {
    const slope = (best.slopes[i] as number) / by;
    return slope === 0 ? [] : [{ ...term, slope }];
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
