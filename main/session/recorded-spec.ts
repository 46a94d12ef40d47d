import type { DeploymentSpec } from '../manifest/spec.ts';

/** What of a recorded plan is read again. It is JSON of whatever version wrote it. */
interface RecordedPlan {
  readonly spec?: DeploymentSpec;
  /** Its work came from code that only the code itself can go on with. */
  readonly fromCode?: boolean;
}

/** The spec that a run was started with; null for imported runs. */
export function recordedSpec(run: { readonly plan: unknown } | null): DeploymentSpec | null {
  return (run?.plan as RecordedPlan | null | undefined)?.spec ?? null;
}

export function isFromCode(run: { readonly plan: unknown }): boolean {
  return (run.plan as RecordedPlan | null)?.fromCode === true;
}
