import type { DeploymentSpec } from '../manifest/spec.ts';
import type { Plan } from './plan.ts';

/** Earlier results are looked for on this machine: those that lie at a site alone are not found. */
export function cacheNotes({ tasks, target }: Pick<DeploymentSpec, 'tasks' | 'target'>): Plan['notes'] {
  const isElsewhere = target.provider !== 'local' && target.options.connection != null;
  if (!isElsewhere) return [];
  return Object.values(tasks)
    .filter(({ cache }) => cache)
    .map(({ name }) => ({
      code: 'W_CACHE_AT_SITE',
      message: `Results of ${name} are reused on ${target.name} only where it has this project’s files, and the run’s, in the same folders as this machine; elsewhere the task is done again.`,
    }));
}
