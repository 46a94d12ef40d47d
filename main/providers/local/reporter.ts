import { systemErrorCode } from '../../platform/errors.ts';
import type { AttemptResult, ClusterEvent, TaskInstance } from '../provider.ts';
import type { JournalEntry, JournalWriter } from './journal.ts';
import type { FromSupervisor } from './supervisor-protocol.ts';

/** Events wait this long for company: one write and one message for many of them. */
const BATCH_MS = 4;
/** How soon a journal that could not be written is tried again. */
const RETRY_MS = 1000;

/** Everything the supervisor tells goes through here: to the journal first, then to the app. */
export class Reporter {
  readonly #journal: JournalWriter;
  readonly #send: (message: FromSupervisor) => void;
  #events: ClusterEvent[] = [];
  #timer: NodeJS.Timeout | null = null;
  #journalFails = false;

  constructor(journal: JournalWriter, send: (message: FromSupervisor) => void) {
    this.#journal = journal;
    this.#send = send;
  }

  emit(event: ClusterEvent): void {
    this.#events.push(event);
    this.#schedule(BATCH_MS);
  }

  journal(entry: JournalEntry): void {
    this.#journal.add(entry);
    this.#schedule(BATCH_MS);
  }

  started(instance: TaskInstance, workerId: string, pid: number | null, at: number): void {
    const { id: instanceId, attempt } = instance;
    this.#journal.add({ type: 'started', at, instanceId, attempt, pid, supervisor: process.pid });
    this.emit({ type: 'task_started', at, instanceId, attempt, workerId, pid });
  }

  finished(instance: TaskInstance, startedAt: number | null, result: AttemptResult): void {
    const { id: instanceId, attempt } = instance;
    const facts = { at: Date.now(), startedAt, instanceId, attempt, result };
    this.#journal.add({ type: 'finished', ...facts });
    this.emit({ type: 'task_finished', ...facts });
  }

  notice(message: string): void {
    this.#send({ type: 'notice', message });
  }

  /** What waits goes out now. A full disk delays the journal, never the report: the app may still have room for it. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    try {
      this.#journal.flush();
      this.#journalFails = false;
    } catch (error) {
      if (!this.#journalFails) this.notice(journalProblem(error));
      this.#journalFails = true;
      this.#schedule(RETRY_MS);
    }
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#send({ type: 'events', events });
  }

  #schedule(delay: number): void {
    this.#timer ??= setTimeout(() => this.flush(), delay);
  }
}

function journalProblem(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return 'The disk is full: results are kept in memory and written to the journal as soon as there is room.';
  return `The journal of the run cannot be written (${code ?? String(error)}); it is tried again every second.`;
}
