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
  const flags = flagsOf(choice);
  return {
    provider: 'slurm',
    connection,
    ...(choice.partition !== '' && { queue: choice.partition }),
    ...(choice.account !== '' && { account: choice.account }),
    ...(choice.qos !== '' && { qos: choice.qos }),
    ...(choice.constraint.trim() !== '' && { constraint: choice.constraint.trim() }),
    ...(choice.walltime.trim() !== '' && { walltime: choice.walltime.trim() }),
    ...(choice.maxWorkers !== null && { max_workers: choice.maxWorkers }),
    ...(choice.containers && { container_runtime: 'apptainer' }),
    ...(flags.length > 0 && { sbatch_flags: flags }),
    ...(choice.networkInterface.trim() !== '' && { interface: choice.networkInterface.trim() }),
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
    ...(flagsOf(choice).some((flag) => !/^--?[A-Za-z]/.test(flag)) && {
      flags: 'One flag a line, as --flag or --flag=value.',
    }),
    ...(partition && !partition.available && { partition: 'It is down now: jobs would wait.' }),
  };
}

function flagsOf({ flags }: TargetChoice): string[] {
  return flags
    .split('\n')
    .map((flag) => flag.trim())
    .filter((flag) => flag !== '');
}

/** Qualities of service that the account may use in the partition. */
export function qosFor(
  limits: SiteLimits,
  { partition, account }: Pick<TargetChoice, 'partition' | 'account'>,
): readonly string[] {
  const fitting = limits.accounts.filter(
    (each) =>
      (each.partition === null || each.partition === partition) &&
      (account === '' ? each.isDefault : each.account === account),
  );
  return [...new Set(fitting.flatMap(({ qos }) => qos))];
}

/** Accounts that may use the partition. */
export function accountsFor(limits: SiteLimits, partition: string): readonly string[] {
  const fitting = limits.accounts.filter((each) => each.partition === null || each.partition === partition);
  return [...new Set(fitting.map(({ account }) => account))];
}
