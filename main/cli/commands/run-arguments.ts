import type { CommandContext } from '../context.ts';
import type { RunInput } from './run.ts';

/** The command line of the same run without `--detach`, for a process in the same folder. */
export function argumentsOf(context: CommandContext, input: RunInput, root: string): string[] {
  const flag = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)];
  return [
    'run',
    ...(input.manifest === undefined ? [] : [input.manifest]),
    ...flag('--target', input.target),
    ...flag('--objective', input.objective),
    ...flag('--policy', input.policy),
    ...flag('--budget-usd', input.budgetUsd),
    ...flag('--deadline-hours', input.deadlineHours),
    ...flag('--sizing', input.sizing),
    ...flag('--confidence', input.confidence),
    ...flag('--risk', input.risk),
    ...flag('--hour', input.hour),
    ...Object.entries(input.workers ?? {}).flatMap(([tag, count]) => ['--workers', `${tag}=${count}`]),
    ...(input.adaptive === undefined ? [] : [input.adaptive ? '--adaptive' : '--no-adaptive']),
    ...(input.scouts === false ? ['--no-scouts'] : []),
    ...flag('--resume', input.resume),
    '--workspace',
    root,
    '--quiet',
    ...(context.flags.color ? [] : ['--no-color']),
  ];
}
