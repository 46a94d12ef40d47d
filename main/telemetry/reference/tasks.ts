import type { InstanceState } from '../events.ts';
import { amountField, type Fields, parseTime, textField } from '../import/fields.ts';
import { Column, KeyTable } from '../import/key-table.ts';

/** What the folder says of one submission. */
export interface ReferenceTask {
  readonly taskId: string;
  /** By first appearance, from 0. */
  readonly index: number;
  /** Without the index that `map` appends: `sq[3]` is one more `sq`. */
  readonly name: string;
  readonly state: InstanceState;
  readonly submittedAt: number | null;
  readonly finishedAt: number | null;
  /** The row that says most: the final one, else the latest. */
  readonly last: Fields;
  /** What was asked for and where; the same for very many tasks. */
  readonly shape: Fields;
  readonly observedBytes: number | null;
}

/** Decimal gigabytes, as the reference package means them. */
const DECIMAL_GB = 1e9;

const STATES: ReadonlyMap<string, InstanceState> = new Map([
  ['submitted', 'queued'],
  ['queued', 'queued'],
  ['running', 'running'],
  ['succeeded', 'succeeded'],
  ['completed', 'succeeded'],
  ['failed', 'failed'],
  ['cancelled', 'cancelled'],
]);

const FINAL = new Set(['succeeded', 'completed', 'failed', 'cancelled']);

const SHAPE = ['requested_cpus', 'requested_memory', 'requested_walltime', 'component', 'features'] as const;

/**
 * Joins the up to three rows of a submission with its resource row. Rows are met twice: first all are surveyed, then
 * each task is made from the row that says most. Between, a task takes a few numbers, so that folders of a million
 * tasks can be read.
 */
export class TaskJoin {
  readonly #tasks = new KeyTable();
  readonly #firstAt = new Column();
  readonly #lastLine = new Column();
  readonly #finalLine = new Column();
  readonly #resources = new KeyTable();
  readonly #shapeOf = new Column();
  readonly #observed = new Column();
  readonly #shapes: Fields[] = [];
  readonly #shapeNumbers = new Map<string, number>();

  surveyResource(row: Fields): void {
    const key = this.#resources.add(textField(row, 'entity_id', 'task_id') ?? '');
    const shape = Object.fromEntries(SHAPE.map((name) => [name, row[name] ?? null]));
    const text = JSON.stringify(shape);
    const number = this.#shapeNumbers.get(text) ?? this.#shapes.push(shape) - 1;
    this.#shapeNumbers.set(text, number);
    this.#shapeOf.set(key, number);
    const gigabytes = amountField(row, 'observed_memory_gb');
    const megabytes = amountField(row, 'memory_mb');
    const observed =
      amountField(row, 'peak_memory_bytes') ??
      (gigabytes !== null ? gigabytes * DECIMAL_GB : megabytes !== null ? megabytes * 1024 ** 2 : 0);
    this.#observed.set(key, observed);
  }

  surveyTask(line: number, row: Fields): void {
    const known = this.#tasks.size;
    const key = this.#tasks.add(idOf(line, row));
    if (key === known) this.#firstAt.set(key, parseTime(textField(row, 'timestamp')) ?? 0);
    this.#lastLine.set(key, line);
    if (FINAL.has(stateText(row))) this.#finalLine.set(key, line);
  }

  /** The task, at the row that says most of it; null at its other rows. */
  at(line: number, row: Fields): ReferenceTask | null {
    const taskId = idOf(line, row);
    const key = this.#tasks.find(taskId);
    const final = this.#finalLine.get(key);
    if (line !== (final || this.#lastLine.get(key))) return null;
    const resource = this.#resources.find(taskId);
    return {
      taskId,
      index: key,
      name: taskName(textField(row, 'task_name') ?? textField(row, 'function_name') ?? 'unknown'),
      state: STATES.get(stateText(row)) ?? 'queued',
      submittedAt: this.#firstAt.get(key) || null,
      finishedAt: final ? parseTime(textField(row, 'ended_at', 'finished_at', 'timestamp')) : null,
      last: row,
      shape: (resource === -1 ? undefined : this.#shapes[this.#shapeOf.get(resource)]) ?? {},
      observedBytes: (resource === -1 ? 0 : this.#observed.get(resource)) || null,
    };
  }
}

const idOf = (line: number, row: Fields) => textField(row, 'task_id') ?? `row-${line}`;

const stateText = (row: Fields) => textField(row, 'state', 'status') ?? '';

export function taskName(name: string): string {
  return name.replace(/\[\d+\]$/, '').slice(0, 256) || 'unknown';
}
