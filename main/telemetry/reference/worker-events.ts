import { type Fields, fieldsField, textField } from '../import/fields.ts';
import type { StoreEvent } from '../write/store-event.ts';

/** More than any machine or site of the reference package serves; a larger number is not a number of workers. */
const MAX_WORKERS = 10_000;

/**
 * The reference package records the cluster, not its workers. What served is the `scaled` row's number per tag, from
 * then until the cluster closed (`end`): so many workers are recorded, under names that say which tag they served.
 */
export async function* workerEvents(
  runId: string,
  rows: AsyncIterable<{ readonly row: Fields }>,
  at: (row: Fields) => number,
  end: number,
): AsyncGenerator<StoreEvent> {
  const serving = new Map<string, number>();
  for await (const { row } of rows) {
    const details = fieldsField(row, 'details') ?? {};
    const tag = textField(row, 'component', 'tag') ?? 'worker';
    switch (workerState(row)) {
      case 'scaled':
        yield* scaled(runId, at(row), wished(details, tag), serving);
        break;
      case 'worker_added':
      case 'added': {
        const workerId = textField(row, 'worker_id');
        if (workerId !== null) yield { type: 'worker_added', runId, at: at(row), workerId, tag };
        break;
      }
      case 'worker_removed':
      case 'removed': {
        const workerId = textField(row, 'worker_id');
        const reason = textField(details, 'reason') ?? 'removed';
        if (workerId !== null) yield { type: 'worker_removed', runId, at: at(row), workerId, tag, reason };
        break;
      }
      default:
        break;
    }
  }
  for (const [tag, count] of serving)
    for (let n = 1; n <= count; n++)
      yield { type: 'worker_removed', runId, at: end, workerId: `${tag}-${n}`, tag, reason: 'run ended' };
}

export function workerState(row: Fields): string | null {
  return textField(row, 'state', 'event');
}

function wished(details: Fields, tag: string): ReadonlyMap<string, number> {
  const byTag = fieldsField(details, 'workers_by_tag') ?? { [tag]: details.target_workers };
  return new Map(
    Object.entries(byTag).flatMap(([name, count]) =>
      typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= MAX_WORKERS
        ? [[name, count] as const]
        : [],
    ),
  );
}

function scaled(
  runId: string,
  at: number,
  wish: ReadonlyMap<string, number>,
  serving: Map<string, number>,
): readonly StoreEvent[] {
  const events: StoreEvent[] = [];
  const workersToAdd: Record<string, number> = {};
  const workersToRemove: Record<string, number> = {};
  for (const [tag, count] of wish) {
    const before = serving.get(tag) ?? 0;
    for (let n = before + 1; n <= count; n++)
      events.push({ type: 'worker_added', runId, at, workerId: `${tag}-${n}`, tag });
    for (let n = count + 1; n <= before; n++)
      events.push({ type: 'worker_removed', runId, at, workerId: `${tag}-${n}`, tag, reason: 'scaled down' });
    if (count > before) workersToAdd[tag] = count - before;
    if (count < before) workersToRemove[tag] = before - count;
    serving.set(tag, count);
  }
  events.push({
    type: 'scale_decision',
    runId,
    at,
    workersToAdd,
    workersToRemove,
    reasoning: 'scaled',
    confidence: null,
    predictedCompletionSeconds: null,
    by: 'plan',
  });
  return events;
}
