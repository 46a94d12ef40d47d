import type { Environment } from './environment.ts';
import { error, type Finding, suggestion } from './problems.ts';
import { keysAt, type MapTree, scalarAt } from './tree.ts';

export interface ChosenTarget {
  readonly name: string | null;
  /** Somebody named it, rather than the search finding it. */
  readonly asked: boolean;
  readonly findings: readonly Finding[];
}

/**
 * The target to use. Asked for, or named by SCALABLE_TARGET; else, inside a Slurm job, the one called `slurm` or
 * the first with that provider; else `local` or the first with that provider; else the first. `auto` means the search.
 */
export function selectTarget(
  root: MapTree,
  requested: string | null | undefined,
  environment: Environment,
): ChosenTarget {
  const names = keysAt(root, ['targets']);
  if (names.length === 0) return { name: null, asked: false, findings: [noTargets(root)] };
  const wished = requested || environment.SCALABLE_TARGET || 'auto';
  if (wished !== 'auto' || names.includes('auto')) {
    if (names.includes(wished)) return { name: wished, asked: true, findings: [] };
    const hint = suggestion(wished, names, '');
    return {
      name: null,
      asked: true,
      findings: [error('E_MANIFEST', ['targets'], `There is no target “${wished}”`, hint)],
    };
  }
  const preferred = (provider: string) =>
    names.find((name) => name === provider) ??
    names.find((name) => scalarAt(root, ['targets', name, 'provider'])?.value === provider);
  const inSlurm = Boolean(environment.SLURM_JOB_ID || environment.SLURM_CLUSTER_NAME);
  const name = (inSlurm ? preferred('slurm') : undefined) ?? preferred('local') ?? names[0] ?? null;
  return { name, asked: false, findings: [] };
}

function noTargets(root: MapTree): Finding {
  const path = root.entries.has('targets') ? ['targets'] : [];
  return error(
    'E_MANIFEST',
    path,
    'The manifest has no targets, so there is nowhere to run',
    'Add one: targets: { local: { provider: local, max_workers: 4 } }.',
  );
}
