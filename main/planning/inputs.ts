import { parseTemplate } from '../manifest/placeholders.ts';
import type { Params, TaskSpec } from '../manifest/spec.ts';
import { MIB } from '../platform/units.ts';

/** The files behind one pattern. */
export interface InputStats {
  readonly bytes: number;
  readonly count: number;
}

/** Looks at the files of a glob pattern, relative to the project. */
export type ReadInputStats = (pattern: string) => Promise<InputStats>;

/**
 * A task's input patterns for one instance. A value stands for itself: a scenario called `a*` is no wildcard.
 * Patterns that speak of anything but parameters (outputs of earlier tasks) are left out: nobody knows their files yet.
 */
export function inputPatterns(task: Pick<TaskSpec, 'inputs'>, params: Params): string[] {
  return task.inputs.flatMap((template) => {
    const parts = parseTemplate(template);
    if (parts.some((part) => part.kind === 'placeholder' && !(part.name in params))) return [];
    return parts
      .map((part) => (part.kind === 'text' ? part.text : globLiteral(String(params[part.name]))))
      .join('');
  });
}

function globLiteral(text: string): string {
  return text.replace(/[[\]{}()*?!+@|\\]/g, (character) => (character === '\\' ? '/' : `[${character}]`));
}

/** Parameters plus `input_size_mb` (2^20 bytes) and `input_count`, cut to what the manifest allows models to use. */
export function instanceFeatures(
  task: Pick<TaskSpec, 'features' | 'inputs'>,
  params: Params,
  inputs: readonly InputStats[],
): Params {
  const all: Params =
    inputs.length === 0
      ? params
      : {
          ...params,
          input_size_mb: Number((inputs.reduce((sum, { bytes }) => sum + bytes, 0) / MIB).toFixed(6)),
          input_count: inputs.reduce((sum, { count }) => sum + count, 0),
        };
  if (task.features === null) return all;
  return Object.fromEntries(
    task.features.filter((name) => name in all).map((name) => [name, all[name] ?? null]),
  );
}
