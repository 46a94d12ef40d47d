import type { DeploymentSpec } from '../../manifest/spec.ts';
import type { PlanOptions } from '../../planning/plan.ts';
import type { Settings } from '../services.ts';

/** What was asked for, then what the manifest says, then what the user prefers. */
export function preferredOptions(
  { resolved: { objectives } }: Pick<DeploymentSpec, 'resolved'>,
  { confidence, risk, defaultObjective, defaultPolicy }: Settings,
  asked: PlanOptions,
): PlanOptions {
  const written = typeof objectives === 'object' && objectives !== null ? objectives : {};
  return {
    confidence,
    risk,
    ...(!('objective' in written) && defaultObjective !== null && { objective: defaultObjective }),
    ...(!('policy' in written) && { policy: defaultPolicy }),
    ...asked,
  };
}
