import type { Path } from './problems.ts';

interface Rule {
  readonly path: readonly string[];
  readonly provider?: string;
  readonly code: string;
  readonly hint?: string;
}

const option = (provider: string, name: string, code: string, hint?: string): Rule => ({
  path: ['targets', '*', name],
  provider,
  code,
  ...(hint === undefined ? {} : { hint }),
});

/** Codes of the reference package for a value of the wrong type or range; everything else is `E_MANIFEST`. */
const RULES: readonly Rule[] = [
  option('local', 'max_workers', 'E_BAD_MAX_WORKERS', 'For example: max_workers: 4.'),
  option('local', 'threads_per_worker', 'E_BAD_THREADS_PER_WORKER', 'For example: threads_per_worker: 1.'),
  option('local', 'processes', 'E_BAD_PROCESSES_FLAG'),
  option('local', 'containers', 'E_BAD_CONTAINERS_MODE'),
  option('slurm', 'queue', 'E_BAD_QUEUE'),
  option('slurm', 'account', 'E_BAD_ACCOUNT'),
  option('slurm', 'interface', 'E_BAD_INTERFACE'),
  option('slurm', 'name', 'E_BAD_NAME'),
  option('slurm', 'logs_location', 'E_BAD_LOGS_LOCATION'),
  option('slurm', 'comm_port', 'E_BAD_COMM_PORT', 'It is not needed here: leave it out.'),
  option('slurm', 'suppress_logs', 'E_BAD_SUPPRESS_LOGS'),
  option('slurm', 'container_runtime', 'E_BAD_CONTAINER_RUNTIME'),
  option('slurm', 'max_workers', 'E_BAD_MAX_WORKERS'),
  option('aws', 'cluster_type', 'E_INVALID_CLUSTER_TYPE'),
  {
    path: ['targets', '*', 'adaptive'],
    code: 'E_BAD_ADAPTIVE',
    hint: 'For example: adaptive: { minimum: 2, maximum: 20 }.',
  },
  { path: ['targets', '*', 'walltime'], code: 'E_BAD_WALLTIME', hint: 'Write it as "HH:MM:SS", in quotes.' },
  { path: ['tasks', '*', 'walltime'], code: 'E_BAD_WALLTIME', hint: 'Write it as "HH:MM:SS", in quotes.' },
  {
    path: ['tasks', '*', 'params'],
    code: 'E_BAD_PARAMS',
    hint: 'For example: [400, 1200, { range: [2000, 8000, 2000] }].',
  },
  { path: ['tasks', '*', 'command'], code: 'E_BAD_COMMAND' },
  { path: ['scaling'], code: 'E_BAD_SCALING' },
  { path: ['objectives'], code: 'E_BAD_OBJECTIVES' },
  {
    path: ['components', '*', 'memory'],
    code: 'E_MANIFEST',
    hint: 'Write it as text with a unit: memory: 8G. A bare number would leave the unit open.',
  },
  { path: ['components', '*', 'cpus'], code: 'E_MANIFEST', hint: 'Cores are whole: cpus: 1.' },
  { path: ['version'], code: 'E_MANIFEST', hint: 'Write version: 1 in the first line.' },
];

/** Code and hint for a wrong value at a path of a target with this provider. */
export function codeFor(path: Path, provider: string | null): { code: string; hint: string | null } {
  const rule = RULES.find(
    (candidate) =>
      (candidate.provider === undefined || candidate.provider === provider) &&
      candidate.path.every((segment, index) => segment === '*' || segment === path[index]) &&
      path.length >= candidate.path.length,
  );
  return { code: rule?.code ?? 'E_MANIFEST', hint: rule?.hint ?? null };
}

/** Warnings for options that a provider does not know: kept, and handed on. */
export function unknownOptionCode(path: Path, provider: string | null): string {
  if (path[0] !== 'targets' || path.length !== 3) return 'W_UNKNOWN_KEY';
  switch (provider) {
    case 'aws':
      return 'W_UNKNOWN_AWS_OPTION';
    case 'gcp':
      return 'W_UNKNOWN_GCP_OPTION';
    case 'kubernetes':
      return 'W_UNKNOWN_K8S_OPTION';
    default:
      return 'W_UNKNOWN_KEY';
  }
}
