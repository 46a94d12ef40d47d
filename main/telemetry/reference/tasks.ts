import type { InstanceState } from '../events.ts';
import { amountField, type Fields, parseTime, textField } from '../import/fields.ts';
import { SpillMap } from '../import/spill-map.ts';

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
  /** What was asked for and where. */
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

/** What is kept of a task between the two times that its rows are met. */
interface Met {
  /** Null while only its resource row was met. */
  readonly index: number | null;
  readonly firstAt: number | null;
  readonly lastLine: number;
  readonly finalLine: number | null;
  readonly shape: Fields;
  readonly observed: number;
}

const UNMET: Met = { index: null, firstAt: null, lastLine: 0, finalLine: null, shape: {}, observed: 0 };

/**
 * Joins the up to three rows of a submission with its resource row. Rows are met twice: first all are surveyed, then
 * each task is made from the row that says most. Between, what is known of a task lies on disk, so that folders of a
 * million tasks can be read.
 */
export class TaskJoin {
  readonly #met = new SpillMap<Met>();
  #tasks = 0;

  surveyResource(row: Fields): void {
    const id = textField(row, 'entity_id', 'task_id') ?? '';
    const gigabytes = amountField(row, 'observed_memory_gb');
    const megabytes = amountField(row, 'memory_mb');
    const observed =
      amountField(row, 'peak_memory_bytes') ??
      (gigabytes !== null ? gigabytes * DECIMAL_GB : megabytes !== null ? megabytes * 1024 ** 2 : 0);
    this.#met.set(id, { ...(this.#met.get(id) ?? UNMET), shape: shapeOf(row), observed });
  }

  surveyTask(line: number, row: Fields): void {
    const id = idOf(line, row);
    const met = this.#met.get(id) ?? UNMET;
    const first = met.index === null;
    this.#met.set(id, {
      ...met,
      index: met.index ?? this.#tasks++,
      firstAt: first ? parseTime(textField(row, 'timestamp')) : met.firstAt,
      lastLine: line,
      finalLine: FINAL.has(stateText(row)) ? line : met.finalLine,
    });
  }

  /** The task, at the row that says most of it; null at its other rows. */
  at(line: number, row: Fields): ReferenceTask | null {
    const taskId = idOf(line, row);
    const met = this.#met.get(taskId) ?? UNMET;
    if (line !== (met.finalLine ?? met.lastLine)) return null;
    return {
      taskId,
      index: met.index ?? 0,
      name: taskName(textField(row, 'task_name') ?? textField(row, 'function_name') ?? 'unknown'),
      state: STATES.get(stateText(row)) ?? 'queued',
      submittedAt: met.firstAt || null,
      finishedAt:
        met.finalLine === null ? null : parseTime(textField(row, 'ended_at', 'finished_at', 'timestamp')),
      last: row,
      shape: met.shape,
      observedBytes: met.observed || null,
    };
  }

  [Symbol.dispose](): void {
    this.#met[Symbol.dispose]();
  }
}

function shapeOf(row: Fields): Fields {
  return Object.fromEntries(SHAPE.flatMap((name) => (row[name] == null ? [] : [[name, row[name]]])));
}

const idOf = (line: number, row: Fields) => textField(row, 'task_id') ?? `row-${line}`;

const stateText = (row: Fields) => textField(row, 'state', 'status') ?? '';

export function taskName(name: string): string {
  return name.replace(/\[\d+\]$/, '').slice(0, 256) || 'unknown';
}
