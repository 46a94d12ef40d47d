import type { DeploymentSpec } from '../manifest/spec.ts';
import type { ScalePlan } from '../providers/provider.ts';
import type { Plan } from './plan.ts';

/** Clouds keep no campaign in a queue: what goes on when nobody looks after the run is said before it begins. */
export function unattendedNotes(
  { tasks, target }: Pick<DeploymentSpec, 'tasks' | 'target'>,
  { instances, scalePlan }: { readonly instances: number; readonly scalePlan: ScalePlan },
): Plan['notes'] {
  const { provider } = target;
  const workers = scalePlan.total ?? Object.values(scalePlan.workers).reduce((sum, count) => sum + count, 0);
  const hasPhases = Object.values(tasks).some(({ needs }) => needs.length > 0);
  if ((provider !== 'aws' && provider !== 'gcp') || (instances <= workers && !hasPhases)) return [];
  const goesOn =
    provider === 'aws'
      ? 'ECS has no queue and goes on only with what its workers have begun'
      : 'Batch goes on only with what it was given, some rounds of its workers';
  return [
    {
      code: 'W_NEEDS_APP',
      message: `Without the app (--detach, a closed laptop) ${goesOn}; whatever is left then begins when the run is resumed.`,
    },
  ];
}
