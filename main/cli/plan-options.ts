import { riskNamed } from '../advisor/online/risk.ts';
import { suggestion } from '../manifest/problems.ts';
import type { DeploymentSpec, Objective, Policy } from '../manifest/spec.ts';
import type { PlanOptions, SizingMode } from '../planning/plan.ts';
import type { Settings } from './context.ts';
import { usageError } from './exit-codes.ts';

export interface PlanFlags {
  readonly target?: string;
  readonly objective?: Objective;
  readonly policy?: Policy;
  readonly budgetUsd?: number;
  readonly deadlineHours?: number;
  readonly sizing?: SizingMode;
  readonly workers?: Readonly<Record<string, number>>;
  readonly confidence?: number;
  /** As written: `never-fail`. */
  readonly risk?: string;
  readonly hour?: number;
  /** False with `--no-scouts`. */
  readonly scouts?: boolean;
}

/** The flags as a plan takes them. @throws AppError `E_USAGE` for workers of a component that is not there */
export function planOptions(
  spec: DeploymentSpec,
  flags: PlanFlags,
  { learns }: Pick<Settings, 'learns'>,
): PlanOptions {
  const known = Object.keys(spec.components);
  for (const tag of Object.keys(flags.workers ?? {}))
    if (!known.includes(tag))
      throw usageError(
        `There is no component “${tag}” to give workers to`,
        suggestion(tag, known, 'The manifest has none.'),
      );
  const { objective, policy, budgetUsd, deadlineHours, sizing, workers, confidence, scouts } = flags;
  const { risk, hour } = flags;
  return {
    ...(objective !== undefined && { objective }),
    ...(policy !== undefined && { policy }),
    ...(budgetUsd !== undefined && { budgetUsd }),
    ...(deadlineHours !== undefined && { deadlineHours }),
    ...(sizing !== undefined ? { sizing } : !learns && { sizing: 'quantile' as const }),
    ...(workers !== undefined && { workers }),
    ...(confidence !== undefined && { confidence }),
    ...(risk !== undefined && { risk: riskNamed(risk) }),
    ...(hour !== undefined && { hourOfDay: hour }),
    ...(scouts === false && { scouts }),
  };
}
