import { differentRows } from '../models/basis.ts';
import { type Matrix, rowOf, take, takeRows } from './matrix.ts';
import { fitSpread, type SpreadTerm, spreadAt } from './spread.ts';
import { clamp, quantileOf } from './statistics.ts';

/**
 * What may come out where a model answers one number: the residuals it made on rows it had not seen, as quantiles,
 * near several anchors of its own answer (a model is not equally sure everywhere). Residuals are measured − predicted
 * on the model's scale, so that on the log scale they are ratios. What is gathered is divided by the spread that is usual
 * for its inputs.
 */
export interface Residuals {
  /** Ascending answers around which residuals were gathered. */
  readonly anchors: readonly number[];
  /** Per anchor: residuals at the probabilities 0, 0.01, … 1. */
  readonly quantiles: readonly Float64Array[];
  /** Effective number of rows behind each anchor. */
  readonly counts: readonly number[];
  /** Per anchor: mean excess of the largest residuals, how far the next largest may lie beyond the largest seen. */
  readonly excesses: readonly number[];
  /** What tells how wide the spread is; nothing does where it is missing. */
  readonly spread?: readonly SpreadTerm[];
}

const STEPS = 100;
/** Parts of the rows whose spread is told by the others. */
const PARTS = 5;
/** Fewer rows than this per anchor, or fewer different ones, would tell of chance. */
const ROWS_PER_ANCHOR = 25;
const MOST_ANCHORS = 9;
/** Percentiles of more rows, taken evenly, are the same. */
const MOST_ROWS = 20_000;
/** Every row keeps a little say everywhere, so that no place rests on a handful of rows. */
const FAR_WEIGHT = 0.05;
/** Mass of what was never seen: the largest of n values is exceeded by the next with about this over n + 1. */
const UNSEEN = 0.8;
/** Share of the residuals that the tail is learned from, at least and at most. */
const LEAST_TAIL = 0.03;
const MOST_TAIL = 0.35;
/** With so many larger ones the rank itself is steady. */
const RANKS_ABOVE = 2;

const NO_INPUTS: Matrix = { rows: 0, names: [], columns: [] };
const NO_ROW: Float64Array = new Float64Array(0);

/** @param predicted answers on the model's scale @param residuals measured − predicted, same order @param inputs same rows */
export function gatherResiduals(
  predicted: Float64Array,
  residuals: Float64Array,
  inputs: Matrix = NO_INPUTS,
): Residuals {
  const every = Math.max(1, Math.ceil(residuals.length / MOST_ROWS));
  const rows = Int32Array.from({ length: Math.ceil(residuals.length / every) }, (_, i) => i * every);
  const spreadOf = (some: Int32Array) =>
    fitSpread(take(predicted, some), take(residuals, some), takeRows(inputs, some));
  const spread = spreadOf(rows);
  // Divided by what the other rows say of it: by its own say a residual looks smaller than a fresh one does.
  const without = Array.from({ length: spread.length > 0 ? PARTS : 0 }, (_, part) =>
    spreadOf(rows.filter((_, i) => i % PARTS !== part)),
  );
  const standard = new Float64Array(residuals.length);
  rows.forEach((row, i) => {
    const factor = spreadAt(without[i % PARTS] ?? [], predicted[row] as number, rowOf(inputs, row));
    standard[row] = (residuals[row] as number) / factor;
  });
  const order = rows.sort((a, b) => (standard[a] as number) - (standard[b] as number));
  const ascending = take(standard, order);
  const answers = Float64Array.from(order, (row) => predicted[row] as number).sort();
  const width = quantileOf(answers, 0.95) - quantileOf(answers, 0.05);
  const different = inputs.columns.length > 0 ? differentRows(inputs) : order.length;
  const most = Math.floor(Math.min(different, order.length) / ROWS_PER_ANCHOR);
  const count = width > 1e-9 ? clamp(most, 1, MOST_ANCHORS) : 1;
  const anchors = Array.from({ length: count }, (_, i) => quantileOf(answers, (i + 0.5) / count));
  const bandwidth = width / count;
  const local = anchors.map((anchor) => {
    const weights = Float64Array.from(order, (row) =>
      count === 1
        ? 1
        : FAR_WEIGHT + Math.exp(-0.5 * (((predicted[row] as number) - anchor) / bandwidth) ** 2),
    );
    return weightedQuantiles(ascending, weights);
  });
  const excess = meanExcess(ascending);
  return {
    anchors,
    quantiles: local.map((one) => one.quantiles),
    counts: local.map((one) => one.count),
    excesses: local.map(() => excess),
    ...(spread.length > 0 && { spread }),
  };
}

function weightedQuantiles(ascending: Float64Array, weights: Float64Array) {
  const total = weights.reduce((a, b) => a + b, 0);
  const squares = weights.reduce((a, b) => a + b * b, 0);
  const quantiles = new Float64Array(STEPS + 1);
  let before = 0;
  let at = 0;
  for (let step = 0; step <= STEPS; step++) {
    const wanted = (step / STEPS) * total;
    while (at < ascending.length - 1 && before + (weights[at] as number) < wanted)
      before += weights[at++] as number;
    quantiles[step] = ascending[at] as number;
  }
  quantiles[STEPS] = ascending.at(-1) as number;
  return { quantiles, count: (total * total) / squares };
}

/**
 * Mean excess over the √n-th largest value, the estimate of an exponential tail. A small prior keeps a handful of equal
 * measurements from promising that the next one is equal too.
 */
function meanExcess(ascending: Float64Array): number {
  const n = ascending.length;
  const taken = Math.min(n - 1, Math.max(3, Math.ceil(Math.sqrt(n))));
  const from = ascending[n - 1 - taken] as number;
  let sum = 0;
  for (let i = n - taken; i < n; i++) sum += (ascending[i] as number) - from;
  const prior = 0.3 / Math.sqrt(n);
  return (sum + 2 * prior) / (taken + 2);
}

/**
 * The residual that a fresh one exceeds with probability 1 − p, near an answer (and for encoded inputs `row`): the conformal rank ⌈(n + 1) p⌉ (Vovk
 * et al. 2005), and beyond the second largest an exponential tail whose scale is known from √n excesses only,
 * so that a fresh one follows a Lomax distribution. One outlier moves that less than it moves the largest residual,
 * beyond which only goes what that rank leaves unseen.
 */
export function upperResidual(residuals: Residuals, answer: number, p: number, row = NO_ROW): number {
  return near(residuals, answer, row, (quantiles, n, largestExcess) => {
    const tail = clamp(1 / Math.sqrt(n), LEAST_TAIL, MOST_TAIL);
    const ranked = (probability: number) => quantileOf(quantiles, (probability * (n + 1)) / n);
    const edge = Math.min(tail, RANKS_ABOVE / (n + 1));
    if (1 - p >= edge) return ranked(p);
    const from = ranked(1 - tail);
    const excesses = tail * n;
    const scale = (excesses * excessAbove(quantiles, 1 - tail, from) + 2 * largestExcess) / (excesses + 2);
    const fresh = from + scale * excesses * ((tail / (1 - p)) ** (1 / excesses) - 1);
    const beyond = Math.log(Math.max(1, UNSEEN / (n + 1) / (1 - p)));
    const most = (quantiles[STEPS] as number) + largestExcess * beyond;
    // So few rows cannot rank what is asked: the largest they have is the least that may be said.
    const least = p > n / (n + 1) ? ranked(1) : ranked(1 - edge);
    return Math.max(least, Math.min(fresh, most));
  });
}

function excessAbove(quantiles: Float64Array, share: number, from: number): number {
  const first = Math.ceil(share * STEPS);
  let sum = 0;
  for (let step = first; step <= STEPS; step++) sum += Math.max(0, (quantiles[step] as number) - from);
  return sum / (STEPS + 1 - first);
}

/** The residual that a fresh one falls below with probability p: the mirror image, without a tail. */
export function lowerResidual(residuals: Residuals, answer: number, p: number, row = NO_ROW): number {
  return near(residuals, answer, row, (quantiles, n) => quantileOf(quantiles, 1 - ((1 - p) * (n + 1)) / n));
}

/** Between two anchors their answers are mixed, and widened or narrowed to the spread that is usual for the inputs. */
function near(
  { anchors, quantiles, counts, excesses, spread = [] }: Residuals,
  answer: number,
  row: Float64Array,
  at: (quantiles: Float64Array, count: number, excess: number) => number,
): number {
  const factor = spreadAt(spread, answer, row);
  const value = (i: number) =>
    factor * at(quantiles[i] as Float64Array, counts[i] as number, excesses[i] as number);
  const above = anchors.findIndex((anchor) => anchor >= answer);
  if (above === 0) return value(0);
  if (above < 0) return value(anchors.length - 1);
  const low = anchors[above - 1] as number;
  const high = anchors[above] as number;
  const share = high > low ? (answer - low) / (high - low) : 0;
  return value(above - 1) * (1 - share) + value(above) * share;
}
