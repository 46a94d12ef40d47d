import type { Params, ParamValue, TaskSpec } from '../manifest/spec.ts';
import { AppError } from '../platform/errors.ts';

/** A campaign beyond this is refused before it fills the memory. */
export const MAX_INSTANCES = 1_000_000;

/**
 * The parameter sets of a task's instances. `product`: every combination, the last declared parameter running
 * fastest; `zip`: the first values together, the second together, and so on. A task without parameters is one
 * instance.
 * @throws AppError `E_ZIP_LENGTHS`, `E_TOO_MANY_INSTANCES`
 */
export function expandParams(
  task: Pick<TaskSpec, 'name' | 'expand'>,
  values: Readonly<Record<string, readonly ParamValue[]>>,
): Params[] {
  const entries = Object.entries(values);
  if (entries.length === 0) return [{}];
  return task.expand === 'zip' ? zip(task.name, entries) : product(task.name, entries);
}

type Column = readonly [name: string, values: readonly ParamValue[]];

function zip(task: string, columns: readonly Column[]): Params[] {
  const length = columns[0]?.[1].length ?? 0;
  if (columns.some(([, values]) => values.length !== length))
    throw new AppError({
      code: 'E_ZIP_LENGTHS',
      message: `Task ${task} zips parameters of different lengths: ${columns
        .map(([name, values]) => `${name} has ${values.length}`)
        .join(', ')}.`,
      hint: 'Give each parameter the same number of values, or use “expand: product”.',
    });
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i] ?? null])),
  );
}

function product(task: string, columns: readonly Column[]): Params[] {
  const total = columns.reduce((count, [, values]) => count * values.length, 1);
  if (total > MAX_INSTANCES)
    throw new AppError({
      code: 'E_TOO_MANY_INSTANCES',
      message: `Task ${task} would have ${total.toLocaleString('en')} instances; ${MAX_INSTANCES.toLocaleString('en')} is the most.`,
      hint: 'Use fewer values, or “expand: zip” where parameters belong together.',
    });
  return Array.from({ length: total }, (_, i) => {
    const params: Record<string, ParamValue> = {};
    let block = total;
    for (const [name, values] of columns) {
      block /= values.length;
      params[name] = values[Math.floor(i / block) % values.length] ?? null;
    }
    return params;
  });
}
