import type { DeploymentSpec } from '../manifest/spec.ts';
import type { Plan } from '../planning/plan.ts';

/** What a run is to hold to that its manifest says otherwise, or not at all. */
export interface RunWishes {
  readonly budgetUsd?: number;
  readonly deadlineHours?: number;
}

/** The spec with the objectives that its plan was made for: a flag goes before the manifest, also while the run goes. */
export function wishedSpec(
  spec: DeploymentSpec,
  { objective, policy, bounds }: Pick<Plan, 'objective' | 'policy' | 'bounds'>,
): DeploymentSpec {
  return { ...spec, objectives: { ...spec.objectives, objective, policy, ...bounds } };
}

/** The spec of an earlier run with what is wished now. */
export function rewishedSpec(spec: DeploymentSpec, { budgetUsd, deadlineHours }: RunWishes): DeploymentSpec {
  return {
    ...spec,
    objectives: {
      ...spec.objectives,
      ...(budgetUsd !== undefined && { budgetUsd }),
      ...(deadlineHours !== undefined && { deadlineHours }),
    },
  };
}
