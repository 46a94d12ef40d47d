import { type Fields, isFields, numberField } from '../import/fields.ts';
import type { ExportedRun } from '../queries/export.ts';

const HOURS_PER_MONTH = 730;

interface Spent {
  readonly basis: 'measured' | 'estimate';
  readonly usd: number;
  /** For how long it was, or will be, spent. */
  readonly hours: number;
  readonly items: readonly Fields[];
}

/**
 * What the run cost, in the words of the reference package, which counts by the hour: USD over the hours that the run
 * took (or its plan says). What was billed where anything was, else the plan's estimate; nothing where time is not sold.
 */
export function costFields(exported: ExportedRun): Fields | null {
  const spent = measured(exported) ?? estimated(exported);
  if (spent === null) return null;
  const { basis, usd, hours, items } = spent;
  const hourly = hours > 0 ? usd / hours : usd;
  return {
    provider: exported.run.provider,
    region: null,
    currency: 'USD',
    total_hourly: hourly,
    total_monthly: hourly * HOURS_PER_MONTH,
    line_items: items,
    metadata: {
      basis,
      usd,
      hours,
      estimated_usd: exported.cost?.usd ?? null,
      prices_from: exported.cost?.pricesFrom ?? null,
    },
  };
}

function measured({ bills, run, lastAt }: ExportedRun): Spent | null {
  if (bills.length === 0) return null;
  return {
    basis: 'measured',
    usd: bills.reduce((sum, bill) => sum + bill.usd, 0),
    hours: hoursBetween(run.startedAt, run.finishedAt ?? lastAt),
    items: bills.map(({ workerId, tag, seconds, usd }) => ({
      worker_id: workerId,
      component: tag,
      seconds,
      usd,
    })),
  };
}

function estimated({ cost, run, lastAt }: ExportedRun): Spent | null {
  if (cost === null) return null;
  const planned = isFields(run.plan) ? numberField(run.plan, 'timeSeconds') : null;
  return {
    basis: 'estimate',
    usd: cost.usd,
    hours: planned === null ? hoursBetween(run.startedAt, run.finishedAt ?? lastAt) : planned / 3600,
    items: Array.isArray(cost.items) ? cost.items.filter(isFields) : [],
  };
}

const hoursBetween = (from: number, to: number) => Math.max(0, to - from) / 3_600_000;
