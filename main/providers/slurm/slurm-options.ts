import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { problemAt } from '../../manifest/target-problem.ts';
import { parseDuration } from '../../platform/units.ts';
import { checkFlags } from './sbatch-flags.ts';

/** A Slurm target's own options, read and with their defaults. Null: not said, Slurm's default counts. */
export interface SlurmOptions {
  /** Name of an SSH profile; null: Slurm is on this machine. */
  readonly connection: string | null;
  readonly partition: string | null;
  readonly account: string | null;
  readonly qos: string | null;
  readonly constraint: string | null;
  /** Handed to sbatch as they are, after ours. */
  readonly flags: readonly string[];
  /** What an array element should take at least, in seconds; null: the app's default. */
  readonly chunkTargetSeconds: number | null;
  /** Null: what the site has. */
  readonly containerRuntime: 'apptainer' | 'singularity' | 'docker' | null;
}

/** Reads the options of a Slurm target; what is wrong is told and its default used. `comm_port` and `interface` are not needed. */
export function readSlurmOptions(spec: DeploymentSpec): { options: SlurmOptions; problems: Problem[] } {
  const { options, name } = spec.target;
  const problems: Problem[] = [];
  const tell = (key: string, message: string, hint: string | null = null) =>
    problems.push(problemAt('E_INVALID_VALUE', `targets.${name}.${key}`, message, hint));

  function text(...keys: readonly string[]): string | null {
    for (const key of keys) {
      const value = options[key];
      if (value === undefined || value === null || value === '') continue;
      if (typeof value === 'string' && !/[\0\r\n]/.test(value)) return value;
      tell(key, `${key} must be a text of one line, not ${JSON.stringify(value)}`);
    }
    return null;
  }

  function flags(): readonly string[] {
    const value = options.sbatch_flags ?? options.extra_flags ?? [];
    const list = typeof value === 'string' ? value.split(/\s+/).filter((flag) => flag !== '') : value;
    if (!Array.isArray(list) || !list.every((flag) => typeof flag === 'string')) {
      tell(
        'sbatch_flags',
        'sbatch_flags must be a list of flags such as "--exclusive"',
        'Write --flag=value as one item.',
      );
      return [];
    }
    const checked = checkFlags(list);
    for (const { message, hint } of checked.refused) tell('sbatch_flags', message, hint);
    return checked.flags;
  }

  function chunkTarget(): number | null {
    const value = options.chunk_target ?? null;
    if (value === null) return null;
    const seconds = typeof value === 'string' ? parseDuration(value) : value;
    if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0) return seconds;
    tell(
      'chunk_target',
      `chunk_target must be a time such as "00:05:00", not ${JSON.stringify(value)}`,
      'It is what an element of a job array should take at least.',
    );
    return null;
  }

  function runtime(): SlurmOptions['containerRuntime'] {
    const value = text('container_runtime');
    if (value === null || value === 'apptainer' || value === 'singularity' || value === 'docker')
      return value;
    tell(
      'container_runtime',
      `container_runtime must be apptainer, singularity or docker, not ${JSON.stringify(value)}`,
    );
    return null;
  }

  return {
    options: {
      connection: text('connection'),
      partition: text('queue', 'partition'),
      account: text('account'),
      qos: text('qos'),
      constraint: text('constraint'),
      flags: flags(),
      chunkTargetSeconds: chunkTarget(),
      containerRuntime: runtime(),
    },
    problems,
  };
}
