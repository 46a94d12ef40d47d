import { inputsOf, type Matrix } from '../data/matrix.ts';
import { clamp } from '../data/statistics.ts';

/** One term of a linear model, made of the columns it names. */
export interface Term {
  readonly kind: 'value' | 'square' | 'log' | 'product';
  readonly a: number;
  /** The other factor of a product, else −1. */
  readonly b: number;
}

/** Range of each column when learned: terms are not followed beyond it, where squares and products run away. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A column may reach this share of its range beyond what was seen. */
const SLACK = 0.25;

/**
 * Terms for a linear model, the plain ones first: values, logarithms of positive columns, squares, products. No more
 * than a quarter of the rows, half of the different ones beyond the plain values (a campaign that is repeated tells its
 * inputs once), and 60 at the most, so that small histories get small models.
 */
export function termsFor(matrix: Matrix, ranges: readonly Range[]): Term[] {
  const columns = matrix.columns.map((_, i) => i);
  const varies = columns.filter((c) => (ranges[c]?.high ?? 0) > (ranges[c]?.low ?? 0));
  const isFlag = new Set(
    varies.filter((c) => matrix.columns[c]?.every((value) => value === 0 || value === 1)),
  );
  const numbers = varies.filter((c) => !isFlag.has(c));
  const terms: Term[] = [
    ...varies.map((a): Term => ({ kind: 'value', a, b: -1 })),
    ...numbers.filter((a) => (ranges[a]?.low ?? 0) > 0).map((a): Term => ({ kind: 'log', a, b: -1 })),
    ...numbers.map((a): Term => ({ kind: 'square', a, b: -1 })),
    ...numbers.flatMap((a) => [...isFlag].map((b): Term => ({ kind: 'product', a, b }))),
    ...numbers.flatMap((a) => numbers.filter((b) => b > a).map((b): Term => ({ kind: 'product', a, b }))),
  ];
  const most = Math.min(60, matrix.rows / 4, Math.max(varies.length, differentRows(matrix) / 2));
  return terms.slice(0, Math.max(1, Math.floor(most)));
}

/** Enough to know that there are plenty. */
const PLENTY = 240;

/** How many rows differ in their inputs, counted to 240. Answers of earlier stages differ from fold to fold and tell nothing new. */
export function differentRows(matrix: Matrix): number {
  const { columns } = inputsOf(matrix);
  const seen = new Set<string>();
  for (let row = 0; row < matrix.rows && seen.size < PLENTY; row++)
    seen.add(columns.map((column) => column[row]).join(' '));
  return seen.size;
}

export function rangesOf(matrix: Matrix): Range[] {
  return matrix.columns.map((column) => ({
    low: column.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    high: column.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  }));
}

export function termValue({ kind, a, b }: Term, row: Float64Array, ranges: readonly Range[]): number {
  const x = inRange(row[a] as number, ranges[a] as Range);
  switch (kind) {
    case 'value':
      return x;
    case 'square':
      return x * x;
    case 'log':
      return Math.log(x);
    case 'product':
      return x * inRange(row[b] as number, ranges[b] as Range);
  }
}

/** `value` cut to where a column is followed; an infinite one gives the limit itself. */
export function inRange(value: number, { low, high }: Range): number {
  const slack = SLACK * (high - low);
  // A positive column stays positive, or its logarithm would not exist.
  return clamp(value, low > 0 ? Math.max(low - slack, low / 4) : low - slack, high + slack);
}
