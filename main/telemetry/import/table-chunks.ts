import { FINAL_STATES } from '../events.ts';
import type { Origin, StoreEvent } from '../write/store-event.ts';
import type { SkipList } from './import-result.ts';
import { CHUNK_EVENTS } from './imported-run.ts';
import { plausible } from './plausible.ts';
import { attemptEvents, runStarted, type TableAttempt } from './table-run.ts';
import { Measured } from './what-is-missing.ts';

/** What a file says of a run beside its tasks. */
export interface TableHeader {
  readonly runId: string;
  readonly origin: Origin;
  readonly project: string;
  readonly target: string;
  readonly provider: string;
  /** When it began; null: when its first task did. */
  readonly at: number | null;
}

export interface TableItem {
  readonly header: TableHeader;
  /** Null where lines mean nothing. */
  readonly line: number | null;
  readonly row: TableAttempt;
}

interface RunState {
  index: number;
  /** Stands in for a row without times. */
  lastAt: number;
  failed: boolean;
}

/**
 * Attempts, of one run or of several in any order, as events in pieces of bounded size. What is held is the state of
 * each run, never its rows.
 */
export async function* tableChunks(
  path: string,
  items: AsyncIterable<TableItem>,
  skipped: SkipList,
): AsyncGenerator<readonly StoreEvent[]> {
  const runs = new Map<string, RunState>();
  const measured = new Measured();
  let events: StoreEvent[] = [];
  for await (const { header, line, row: told } of items) {
    const { row, said } = plausible(told);
    for (const reason of said) skipped.add(path, line, reason);
    const { runId } = header;
    let run = runs.get(runId);
    const at = row.submittedAt ?? row.startedAt ?? row.finishedAt ?? run?.lastAt ?? header.at ?? 0;
    if (!run) {
      const begun = header.at ?? at;
      run = { index: 0, lastAt: begun, failed: false };
      runs.set(runId, run);
      const { origin, project, target, provider } = header;
      events.push(runStarted({ runId, origin, at: begun, project, target, provider }));
    }
    const made = attemptEvents(runId, run.index++, row, at);
    for (const event of made) if ('at' in event) run.lastAt = Math.max(run.lastAt, event.at);
    run.failed ||= row.state === 'failed';
    if (FINAL_STATES.has(row.state) && row.state !== 'cached') measured.add(row);
    events.push(...made);
    if (events.length >= CHUNK_EVENTS) {
      yield events;
      events = [];
    }
  }
  for (const [runId, { lastAt, failed }] of runs)
    events.push({ type: 'run_finished', runId, at: lastAt, status: failed ? 'failed' : 'succeeded' });
  if (events.length > 0) yield events;
  if (runs.size === 0) skipped.note(path, 'there is no finished task in it');
  else measured.say(path, skipped);
}
