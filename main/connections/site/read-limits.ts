import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import type { Site } from '../../providers/site.ts';
import type { AccountLimits, PartitionLimits, SiteLimits } from '../../providers/slurm/site-limits.ts';
import {
  leadingNumber,
  parseAccounts,
  parseConfig,
  parsePartitions,
  parseVersion,
  SINFO_LIMITS,
} from './slurm-text.ts';

export type SlurmFacts = Pick<
  SiteLimits,
  | 'user'
  | 'clusterName'
  | 'slurmVersion'
  | 'maxArraySize'
  | 'minJobAgeSeconds'
  | 'killWaitSeconds'
  | 'refusesOverLimit'
>;

/** @throws AppError E_SITE_NO_SLURM, E_SITE_SLURM_DOWN, and those of the site */
export async function readSlurm(site: Site): Promise<SlurmFacts> {
  const version = await site.exec(['sbatch', '--version']);
  if (version.exitCode !== 0)
    throw new AppError({
      code: 'E_SITE_NO_SLURM',
      message: `There is no sbatch on ${site.label}.`,
      hint: 'Connect to a login node of the cluster; or, if Slurm comes with a module, load it in ~/.bash_profile there.',
    });
  const user = (await site.exec(['id', '-un'])).stdout.trim();
  const answer = await site.exec(['scontrol', 'show', 'config']);
  if (answer.exitCode !== 0) throw slurmDown(site, answer.stderr);
  const config = parseConfig(answer.stdout);
  return {
    user,
    slurmVersion: parseVersion(version.stdout),
    clusterName: config.get('ClusterName') ?? null,
    maxArraySize: leadingNumber(config.get('MaxArraySize')) ?? 1001,
    minJobAgeSeconds: leadingNumber(config.get('MinJobAge')) ?? 300,
    killWaitSeconds: leadingNumber(config.get('KillWait')) ?? 30,
    refusesOverLimit: /^(?:yes|any|all)$/i.test(config.get('EnforcePartLimits') ?? ''),
  };
}

/** @throws AppError E_SITE_SLURM_DOWN, and those of the site */
export async function readPartitions(site: Site): Promise<readonly PartitionLimits[]> {
  const { exitCode, stdout, stderr } = await site.exec(['sinfo', '-h', '-e', '-o', SINFO_LIMITS]);
  if (exitCode !== 0) throw slurmDown(site, stderr);
  return parsePartitions(stdout);
}

/** Empty where accounting does not tell. */
export async function readAccounts(site: Site, user: string): Promise<readonly AccountLimits[]> {
  const ask = async (argv: readonly string[]) => {
    const { exitCode, stdout } = await site.exec(argv);
    return exitCode === 0 ? stdout : '';
  };
  const own = await ask(['sacctmgr', '-n', '-P', 'show', 'user', user, 'format=DefaultAccount']);
  const links = await ask([
    'sacctmgr',
    '-n',
    '-P',
    'show',
    'assoc',
    `user=${user}`,
    'format=Account,Partition,QOS',
  ]);
  return parseAccounts(links, own.trim().split('\n')[0] || null);
}

/** Null: `sacct` answers. Else why not. */
export async function accountingTrouble(site: Site): Promise<string | null> {
  const { exitCode, stderr } = await site.exec(['sacct', '-n', '-X', '-o', 'JobID', '-S', 'now-10minutes']);
  return exitCode === 0 ? null : plainText(stderr, 200) || 'sacct failed without a word.';
}

export async function readContainerRuntime(site: Site): Promise<SiteLimits['containerRuntime']> {
  const look =
    'command -v apptainer >/dev/null && echo apptainer || { command -v singularity >/dev/null && echo singularity; }';
  const name = (await site.exec(['/bin/sh', '-c', look])).stdout.trim();
  return name === 'apptainer' || name === 'singularity' ? name : null;
}

function slurmDown(site: Site, stderr: string): AppError {
  return new AppError({
    code: 'E_SITE_SLURM_DOWN',
    message: `Slurm on ${site.label} does not answer: ${plainText(stderr, 200)}`,
    hint: 'Its controller may be down for maintenance; try again later.',
  });
}
