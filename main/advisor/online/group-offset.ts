import type { Fit, History } from './shapes.ts';

/** Rows that share something with each other, and the group of the task at hand. */
export interface Grouping {
  /** Group of each row, from 0. */
  readonly groups: Int32Array;
  readonly count: number;
  /** −1: a group never seen. */
  readonly asked: number;
}

/** Rows as if groups explained nothing, when the variance within them is estimated: few rows cannot show a group. */
const PRIOR_ROWS = 2;
/** An offset is shrunk as if so many rows of its group had shown none, at most. */
const MOST_SHRINKAGE = 30;

/** Distinct ways to group the rows by one of their names each, those left out that tell nothing. */
export function groupingsOf(names: readonly (readonly string[])[], asked: readonly string[]): Grouping[] {
  const known = new Set<string>();
  return asked.flatMap((wanted, kind) => {
    const numbers = new Map<string, number>();
    const groups = Int32Array.from(names, (row) => {
      const name = row[kind] ?? '';
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return number;
    });
    const key = groups.join();
    if (numbers.size < 2 || numbers.size === names.length || known.has(key)) return [];
    known.add(key);
    return [{ groups, count: numbers.size, asked: numbers.get(wanted) ?? -1 }];
  });
}

/** Moves a fit by what the task's group differs from it, the less the fewer rows the group has. */
export function withOffset(fit: Fit, { groups, count, asked }: Grouping, { weights }: History): Fit {
  const { residuals } = fit;
  const sums = new Float64Array(count);
  const totals = new Float64Array(count);
  residuals.forEach((residual, i) => {
    const group = groups[i] as number;
    const weight = weights[i] as number;
    sums[group] = (sums[group] as number) + weight * residual;
    totals[group] = (totals[group] as number) + weight;
  });
  const usual = weights.reduce((a, b) => a + b, 0) / weights.length;
  const held = usual * shrinkage(residuals, groups, count);
  return {
    name: `${fit.name} per group`,
    at: fit.at + (asked < 0 ? 0 : (sums[asked] as number) / ((totals[asked] as number) + held)),
    residuals: residuals.map((residual, i) => {
      const group = groups[i] as number;
      const weight = weights[i] as number;
      const others = (sums[group] as number) - weight * residual;
      return residual - others / ((totals[group] as number) - weight + held);
    }),
  };
}

/** Variance within groups over variance between them, by the method of moments (empirical Bayes). */
function shrinkage(residuals: Float64Array, groups: Int32Array, count: number): number {
  const sums = new Float64Array(count);
  const sizes = new Float64Array(count);
  let mean = 0;
  residuals.forEach((residual, i) => {
    const group = groups[i] as number;
    sums[group] = (sums[group] as number) + residual;
    sizes[group] = (sizes[group] as number) + 1;
    mean += residual / residuals.length;
  });
  let within = 0;
  let variance = 0;
  residuals.forEach((residual, i) => {
    const group = groups[i] as number;
    within += (residual - (sums[group] as number) / (sizes[group] as number)) ** 2;
    variance += (residual - mean) ** 2 / residuals.length;
  });
  within = (within + PRIOR_ROWS * variance) / (residuals.length - count + PRIOR_ROWS);
  let between = 0;
  let noise = 0;
  for (let group = 0; group < count; group++) {
    between += ((sums[group] as number) / (sizes[group] as number) - mean) ** 2 / Math.max(1, count - 1);
    noise += within / (sizes[group] as number) / count;
  }
  // Nothing varies, so that groups cannot tell anything.
  if (within === 0) return MOST_SHRINKAGE;
  return Math.min(MOST_SHRINKAGE, within / Math.max(between - noise, within / 1000));
}
