import type { Risk } from '../../../main/advisor/online/risk.ts';
import type { PlanRequest } from '../../../main/api/services.ts';
import type { Objective, Policy } from '../../../main/manifest/spec.ts';
import type { SizingMode } from '../../../main/planning/plan.ts';

/** What the controls say. Null: what the manifest says, or the default of the settings. */
export interface PlanForm {
  readonly target: string;
  readonly objective: Objective | null;
  readonly policy: Policy | null;
  readonly sizing: SizingMode;
  readonly risk: Risk;
  /** Of the settings: how sure a first request should be. */
  readonly confidence: number;
  readonly budgetUsd: number | null;
  readonly deadlineHours: number | null;
  /** Workers by component, used with the manual policy. */
  readonly workers: Readonly<Record<string, number>>;
}

/** The question for the planner. Only what was chosen is asked for, so that the manifest's wishes stay. */
export function planRequest(projectId: string, form: PlanForm): PlanRequest {
  return {
    projectId,
    target: form.target,
    sizing: form.sizing,
    risk: form.risk,
    confidence: form.confidence,
    ...(form.objective !== null && { objective: form.objective }),
    ...(form.policy !== null && { policy: form.policy }),
    ...(form.budgetUsd !== null && { budgetUsd: form.budgetUsd }),
    ...(form.deadlineHours !== null && { deadlineHours: form.deadlineHours }),
    ...(form.policy === 'manual' && Object.keys(form.workers).length > 0 && { workers: form.workers }),
  };
}

/** A positive number from a number field; null for what is empty or not a number yet. */
export function positiveOrNull(value: string | number): number | null {
  const number = typeof value === 'number' ? value : Number.parseFloat(value);
  return Number.isFinite(number) && number > 0 ? number : null;
}
