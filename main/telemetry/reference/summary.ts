import { amountField, type Fields, numberField, textField } from '../import/fields.ts';
import type { EventFile } from './run-folder.ts';

type Rows = Readonly<Record<EventFile, readonly Fields[]>>;

/** `summary.json`: derived from the other files alone, rounded to 6 decimals. */
export function referenceSummary(run: Fields, rows: Rows): Fields {
  const states = rows.tasks.map((row) => textField(row, 'state'));
  const durations = rows.tasks.flatMap((row) => amountField(row, 'duration_s') ?? []);
  const cpus = rows.resources.flatMap((row) => numberField(row, 'requested_cpus') ?? []);
  const hits = rows.cache.filter((row) => row.hit === true).length;
  const misses = rows.cache.length - hits;
  const classes: Record<string, number> = {};
  for (const row of rows.failures) {
    const name = textField(row, 'failure_class') ?? 'unknown';
    classes[name] = (classes[name] ?? 0) + 1;
  }
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const sumOrNull = (name: string) => {
    const values = rows.cost.flatMap((row) => numberField(row, name) ?? []);
    return values.length > 0 ? round6(total(values)) : null;
  };
  return {
    run,
    counts: {
      task_events: rows.tasks.length,
      resource_events: rows.resources.length,
      worker_events: rows.workers.length,
      failure_events: rows.failures.length,
      cache_events: rows.cache.length,
      artifact_events: rows.artifacts.length,
      cost_events: rows.cost.length,
      tasks_succeeded: states.filter((state) => state === 'succeeded').length,
      tasks_failed: states.filter((state) => state === 'failed').length,
      tasks_cancelled: states.filter((state) => state === 'cancelled').length,
    },
    timing: {
      task_duration_count: durations.length,
      task_duration_total_s: round6(total(durations)),
      task_duration_avg_s: durations.length > 0 ? round6(total(durations) / durations.length) : null,
    },
    cache: { hits, misses, hit_ratio: rows.cache.length > 0 ? round6(hits / rows.cache.length) : null },
    resources: {
      requested_cpu_min: cpus.length > 0 ? cpus.reduce((a, b) => Math.min(a, b)) : null,
      requested_cpu_max: cpus.length > 0 ? cpus.reduce((a, b) => Math.max(a, b)) : null,
      requested_cpu_avg: cpus.length > 0 ? round6(total(cpus) / cpus.length) : null,
    },
    cost: {
      total_hourly_usd: sumOrNull('total_hourly'),
      total_monthly_usd: sumOrNull('total_monthly'),
      estimates_count: rows.cost.length,
    },
    failures: { classes },
  };
}

export function round6(value: number): number {
  return Number(value.toFixed(6));
}
