import type { SshView } from '../../../main/api/connection-views.ts';
import { formatDuration, parseDuration } from '../../../main/platform/units.ts';
import { blockYaml, type TargetBlock } from './yaml-block.ts';

export type SiteLimits = NonNullable<SshView['limits']>;

/** What a new target is made of. Empty text: nothing is said, and the site's default is used. */
export interface TargetChoice {
  readonly name: string;
  readonly partition: string;
  readonly account: string;
  readonly walltime: string;
  readonly maxWorkers: number | null;
  readonly containers: boolean;
  readonly qos: string;
  readonly constraint: string;
  /** One flag for sbatch a line. */
  readonly flags: string;
  /** Only the Python package reads it. */
  readonly networkInterface: string;
}

type TargetValue = Readonly<Record<string, string | number | readonly string[]>>;

/** What the site offers first: its default partition and account, and a time limit that fits. */
export function firstChoice(view: SshView): TargetChoice {
  const { profile, limits } = view;
  const partition = limits?.partitions.find(({ name, isDefault }) =>
    profile.partition ? name === profile.partition : isDefault,
  );
  const account = profile.account ?? limits?.accounts.find(({ isDefault }) => isDefault)?.account ?? '';
  return {
    name: profile.name,
    partition: profile.partition ?? partition?.name ?? '',
    account,
    walltime: formatDuration(Math.min(partition?.maxSeconds ?? 3600, 3600)),
    maxWorkers: 20,
    containers: limits?.containerRuntime != null,
    qos: '',
    constraint: '',
    flags: '',
    networkInterface: '',
  };
}

/** The target as data, in the order in which people read it. */
export function targetValue(connection: string, choice: TargetChoice): TargetBlock {
  return {
    provider: 'slurm',
    connection,
    ...(choice.partition !== '' && { queue: choice.partition }),
    ...(choice.account !== '' && { account: choice.account }),
    ...(choice.walltime.trim() !== '' && { walltime: choice.walltime.trim() }),
    ...(choice.maxWorkers !== null && { max_workers: choice.maxWorkers }),
    ...(choice.containers && { container_runtime: 'apptainer' }),
  };
}

/** The block as it would stand in a manifest. */
export const targetYaml = (connection: string, choice: TargetChoice): string =>
  blockYaml(choice.name, targetValue(connection, choice));

/** What is wrong with the choice, by field, as far as the site's limits tell. */
export function choiceProblems(
  choice: TargetChoice,
  limits: SiteLimits | null,
): Readonly<Partial<Record<keyof TargetChoice, string>>> {
  const partition = limits?.partitions.find(({ name }) => name === choice.partition);
  const seconds = parseDuration(choice.walltime.trim());
  const most = partition?.maxSeconds ?? null;
  return {
    ...(choice.name.trim() === '' && { name: 'Name it, for example hpc.' }),
    ...(choice.walltime.trim() !== '' &&
      (seconds === null
        ? { walltime: 'HH:MM:SS, or D-HH:MM:SS with days.' }
        : most !== null &&
          seconds > most && { walltime: `${choice.partition} ends jobs after ${formatDuration(most)}.` })),
    ...(partition && !partition.available && { partition: 'It is down now: jobs would wait.' }),
  };
}

/** Accounts that may use the partition. */
export function accountsFor(limits: SiteLimits, partition: string): readonly string[] {
  const fitting = limits.accounts.filter((each) => each.partition === null || each.partition === partition);
  return [...new Set(fitting.map(({ account }) => account))];
}
