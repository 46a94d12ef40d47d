import { isFields } from '../import/fields.ts';

/** A plan's cost estimate as the store keeps it; what is not one number is JSON. */
export interface PlannedCost {
  readonly usd: number;
  readonly items: string;
  readonly pricesFrom: string;
  readonly memoryRates: string | null;
}

/** Null where the plan is none of ours or its target costs nothing. */
export function plannedCost(plan: unknown): PlannedCost | null {
  const cost = isFields(plan) ? plan.cost : null;
  if (!isFields(cost) || typeof cost.usd !== 'number') return null;
  const rates = memoryRatesOf(plan);
  return {
    usd: cost.usd,
    items: JSON.stringify(cost.items ?? []),
    pricesFrom: String(cost.pricesFrom ?? ''),
    memoryRates: rates.size > 0 ? JSON.stringify(Object.fromEntries(rates)) : null,
  };
}

/** USD per GiB and hour by component, of a plan from anywhere; empty where it tells none. */
export function memoryRatesOf(plan: unknown): ReadonlyMap<string, number> {
  const cost = isFields(plan) ? plan.cost : null;
  const rates = isFields(cost) && isFields(cost.memoryRates) ? Object.entries(cost.memoryRates) : [];
  return new Map(
    rates.filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] >= 0),
  );
}
