import { EARLIER_ANSWER, type Matrix } from '../data/matrix.ts';
import { mean, quantileOf, sorted } from '../data/statistics.ts';
import { fitLine, type Line } from '../online/shapes.ts';
import { type Range, rangesOf, type Term } from './basis.ts';
import { linearModel } from './linear.ts';
import type { Fit } from './model.ts';

/** Rows from which a slope is worth trying. */
const SLOPE_ROWS = 5;
const KNEES = [0.3, 0.5, 0.7];
/** An offset is shrunk as if so many rows of its group had shown none. */
const SHRINKAGE = 2;
/** A richer shape has to err this much less: with few rows it flatters itself. */
const WORTH = 0.95;
/** How far basis.ts follows a column beyond its range; a knee is where it is not followed any more. */
const FOLLOWED = 1.25;

/** A curve through the logarithms of what is measured, by one column or by none. */
interface Shape {
  readonly terms: readonly Term[];
  readonly coefficients: readonly number[];
  readonly intercept: number;
  readonly ranges: readonly Range[];
  /** Leave-one-out, in logarithms. */
  readonly residuals: Float64Array;
}

/**
 * The smallest models that tell something: the level of the history, a power law in one input, or one that flattens
 * beyond a knee; each also with a shrunk offset per category. For histories in which more terms would learn noise. Which
 * one, leave-one-out errors say.
 */
export const fitSmall: Fit = (matrix, target, { scale }) => {
  const ranges = rangesOf(matrix);
  const columns = matrix.columns.length;
  if (scale === 'identity') {
    const level = mean(target);
    const alone = { intercept: level, coefficients: [], terms: [], low: level, high: level };
    return linearModel({ kind: 'linear', scale, columns, ranges, ...alone });
  }
  const logs = target.map(Math.log);
  const level = lineShape(fitLine(null, logs, ones(logs)), [], ranges);
  const shapes = [level, ...(target.length < SLOPE_ROWS ? [] : powersOf(matrix, ranges, logs))];
  const best = [...shapes, ...shapes.flatMap((shape) => withGroups(shape, matrix))].reduce((one, other) =>
    errorOf(other) < WORTH * errorOf(one) ? other : one,
  );
  return linearModel({
    kind: 'linear',
    scale,
    columns,
    intercept: best.intercept,
    coefficients: best.coefficients,
    terms: best.terms,
    ranges: best.ranges,
    low: target.reduce((a, b) => Math.min(a, b)) / 2,
    high: target.reduce((a, b) => Math.max(a, b)) * 2,
  });
};

function powersOf(matrix: Matrix, ranges: readonly Range[], logs: Float64Array): Shape[] {
  return matrix.columns.flatMap((column, a) => {
    const { low, high } = ranges[a] as Range;
    if (!(low > 0 && high > low) || matrix.names[a]?.startsWith(EARLIER_ANSWER)) return [];
    const ascending = sorted(column);
    const knees = [high, ...KNEES.map((share) => quantileOf(ascending, share))].filter((knee) => knee > low);
    return knees.map((knee) => {
      const line = fitLine(
        column.map((x) => Math.log(Math.min(x, knee))),
        logs,
        ones(logs),
      );
      const cut = knee < high ? { low, high: low + (knee - low) / FOLLOWED } : { low, high };
      return lineShape(
        line,
        [{ kind: 'log', a, b: -1 }],
        ranges.map((range, c) => (c === a ? cut : range)),
      );
    });
  });
}

function lineShape(line: Line, terms: readonly Term[], ranges: readonly Range[]): Shape {
  const intercept = line.at(0);
  const coefficients = terms.map(() => line.at(1) - intercept);
  return { terms, coefficients, intercept, ranges, residuals: line.residuals };
}

/** The shape once more for each input with categories, moved by what each of them differs from it. */
function withGroups(shape: Shape, { names, columns }: Matrix): Shape[] {
  const flags = names.map((name) => (name.includes('=') ? name.slice(0, name.lastIndexOf('=')) : null));
  return [...new Set(flags)].flatMap((input) => {
    if (input === null) return [];
    const levels = flags.flatMap((flag, c) => (flag === input ? [c] : []));
    const residuals = Float64Array.from(shape.residuals);
    const offsets = levels.map((c) => {
      const members = [...(columns[c] as Float64Array)].flatMap((flag, row) => (flag > 0 ? [row] : []));
      const sum = members.reduce((total, row) => total + (shape.residuals[row] as number), 0);
      for (const row of members) {
        const own = shape.residuals[row] as number;
        residuals[row] = own - (sum - own) / (members.length - 1 + SHRINKAGE);
      }
      return sum / (members.length + SHRINKAGE);
    });
    const terms = levels.map((a): Term => ({ kind: 'value', a, b: -1 }));
    return [
      {
        ...shape,
        residuals,
        terms: [...shape.terms, ...terms],
        coefficients: [...shape.coefficients, ...offsets],
      },
    ];
  });
}

function errorOf({ residuals }: Shape): number {
  return mean(residuals.map(Math.abs));
}

function ones(values: Float64Array): Float64Array {
  return new Float64Array(values.length).fill(1);
}
