import type { PlanForm } from './plan-form.ts';

/** One value of the manifest, as the API takes it. */
export interface WishEdit {
  readonly path: string[];
  readonly value: string | number;
}

type Wishes = Pick<PlanForm, 'objective' | 'policy' | 'budgetUsd' | 'deadlineHours'>;

/** What a plan was asked for beside what the manifest says, as edits of its `objectives`. Empty where nothing was. */
export function manifestWishes({ objective, policy, budgetUsd, deadlineHours }: Wishes): WishEdit[] {
  const wishes = { objective, policy, budget_usd: budgetUsd, deadline_hours: deadlineHours };
  return Object.entries(wishes).flatMap(([name, value]) =>
    value === null ? [] : [{ path: ['objectives', name], value }],
  );
}
