import { amountField, type Fields, numberField, textField } from '../import/fields.ts';
import type { EventFile } from './run-folder.ts';

/** `summary.json`: derived from the rows of the other files alone, as they pass, rounded to 6 decimals. */
export class ReferenceSummary {
  readonly #rows = new Map<EventFile, number>();
  readonly #states = new Map<string, number>();
  readonly #classes = new Map<string, number>();
  readonly #durations = new Range();
  readonly #cpus = new Range();
  readonly #hourly = new Range();
  readonly #monthly = new Range();
  #hits = 0;

  add(file: EventFile, row: Fields): void {
    increment(this.#rows, file);
    if (file === 'tasks') {
      increment(this.#states, textField(row, 'state') ?? '');
      this.#durations.add(amountField(row, 'duration_s'));
    } else if (file === 'resources') this.#cpus.add(numberField(row, 'requested_cpus'));
    else if (file === 'failures') increment(this.#classes, textField(row, 'failure_class') ?? 'unknown');
    else if (file === 'cache') this.#hits += row.hit === true ? 1 : 0;
    else if (file === 'cost') {
      this.#hourly.add(numberField(row, 'total_hourly'));
      this.#monthly.add(numberField(row, 'total_monthly'));
    }
  }

  fields(run: Fields): Fields {
    const rows = (file: EventFile) => this.#rows.get(file) ?? 0;
    const inState = (state: string) => this.#states.get(state) ?? 0;
    const lookups = rows('cache');
    return {
      run,
      counts: {
        task_events: rows('tasks'),
        resource_events: rows('resources'),
        worker_events: rows('workers'),
        failure_events: rows('failures'),
        cache_events: lookups,
        artifact_events: rows('artifacts'),
        cost_events: rows('cost'),
        tasks_succeeded: inState('succeeded'),
        tasks_failed: inState('failed'),
        tasks_cancelled: inState('cancelled'),
      },
      timing: {
        task_duration_count: this.#durations.count,
        task_duration_total_s: round6(this.#durations.total),
        task_duration_avg_s: this.#durations.mean,
      },
      cache: {
        hits: this.#hits,
        misses: lookups - this.#hits,
        hit_ratio: lookups > 0 ? round6(this.#hits / lookups) : null,
      },
      resources: {
        requested_cpu_min: this.#cpus.least,
        requested_cpu_max: this.#cpus.most,
        requested_cpu_avg: this.#cpus.mean,
      },
      cost: {
        total_hourly_usd: this.#hourly.count > 0 ? round6(this.#hourly.total) : null,
        total_monthly_usd: this.#monthly.count > 0 ? round6(this.#monthly.total) : null,
        estimates_count: rows('cost'),
      },
      failures: { classes: Object.fromEntries(this.#classes) },
    };
  }
}

/** Numbers that passed; nulls are not counted. */
class Range {
  count = 0;
  total = 0;
  least: number | null = null;
  most: number | null = null;

  get mean(): number | null {
    return this.count > 0 ? round6(this.total / this.count) : null;
  }

  add(value: number | null): void {
    if (value === null) return;
    this.count += 1;
    this.total += value;
    this.least = Math.min(this.least ?? value, value);
    this.most = Math.max(this.most ?? value, value);
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function round6(value: number): number {
  return Number(value.toFixed(6));
}
