import type { InstanceState } from '../events.ts';
import { type Fields, parseTime, textField } from '../import/fields.ts';

/** The up to three rows of one submission and its resource row, joined. */
export interface ReferenceTask {
  readonly taskId: string;
  /** Without the index that `map` appends: `sq[3]` is one more `sq`. */
  readonly name: string;
  readonly state: InstanceState;
  readonly submittedAt: number | null;
  readonly finishedAt: number | null;
  /** The row that says most: the final one, else the latest. */
  readonly last: Fields;
  readonly resource: Fields;
}

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

export function joinTasks(
  taskRows: readonly Fields[],
  resourceRows: readonly Fields[],
): readonly ReferenceTask[] {
  const byId = new Map<string, Fields[]>();
  taskRows.forEach((row, index) => {
    const taskId = textField(row, 'task_id') ?? `row-${index + 1}`;
    const rows = byId.get(taskId);
    if (rows) rows.push(row);
    else byId.set(taskId, [row]);
  });
  const resources = new Map(resourceRows.map((row) => [textField(row, 'entity_id', 'task_id') ?? '', row]));
  return [...byId].map(([taskId, rows]) => {
    const final = rows.findLast((row) => FINAL.has(stateText(row)));
    const last = final ?? rows.at(-1) ?? {};
    return {
      taskId,
      name: taskName(textField(last, 'task_name') ?? textField(last, 'function_name') ?? 'unknown'),
      state: STATES.get(stateText(last)) ?? 'queued',
      submittedAt: parseTime(textField(rows[0] ?? {}, 'timestamp')),
      finishedAt: final ? parseTime(textField(final, 'ended_at', 'finished_at', 'timestamp')) : null,
      last,
      resource: resources.get(taskId) ?? {},
    };
  });
}

const stateText = (row: Fields) => textField(row, 'state', 'status') ?? '';

export function taskName(name: string): string {
  return name.replace(/\[\d+\]$/, '').slice(0, 256) || 'unknown';
}
