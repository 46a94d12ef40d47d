import { type MessagePort, parentPort } from 'node:worker_threads';
import { type ErrorData, toErrorData } from '../platform/errors.ts';
import type { GroupAnswer } from './append-queue.ts';
import { type SqlDatabase, sqlFailure } from './database/driver.ts';
import { diskFull, openForWriting, writingFailure } from './database/open-database.ts';
import { answerCalls, type Handlers } from './worker-rpc.ts';
import { EventWriter } from './write/event-writer.ts';
import { markInterrupted } from './write/interrupted.ts';
import { writerStatements } from './write/statements.ts';
import type { StoreEvent } from './write/store-event.ts';

/** The only thread that writes to the database. */
class StoreWorker {
  readonly #db: SqlDatabase;
  readonly #writer: EventWriter;
  readonly #sql: ReturnType<typeof writerStatements>;

  constructor(path: string) {
    this.#db = openForWriting(path);
    try {
      this.#writer = new EventWriter(this.#db);
      this.#sql = writerStatements(this.#db);
      markInterrupted(this.#db);
    } catch (error) {
      this.#db.close();
      throw writingFailure(path, error);
    }
  }

  append(parts: readonly string[]): readonly GroupAnswer[] {
    const groups = JSON.parse(parts.join('')) as readonly (readonly StoreEvent[])[];
    const whole = this.#tryWrite(groups.flat());
    if (!('error' in whole)) return groups.map(() => whole);
    // One of the groups is wrong: the others, which may belong to other runs, must not suffer for it.
    let later: ErrorData | null = null;
    return groups.map((group): GroupAnswer => {
      const answer = later ? { later } : this.#tryWrite(group);
      if ('later' in answer) later = answer.later;
      return answer;
    });
  }

  #tryWrite(events: readonly StoreEvent[]): GroupAnswer {
    if (events.length === 0) return { done: true };
    try {
      this.#writer.write(events);
      return { done: true };
    } catch (error) {
      switch (sqlFailure(error)) {
        case 'full':
          return { later: diskFull(error).data };
        case 'io':
        case 'busy':
        case 'readonly':
          return { later: notWritable(error) };
        default:
          return { error: writeFailure(error) };
      }
    }
  }

  beginImport(runId: string, fingerprint: string): 'new' | 'unchanged' | 'own' {
    const row = this.#sql.findRun.get(runId);
    if (!row) return 'new';
    if (row.fingerprint === fingerprint) return 'unchanged';
    if (row.fingerprint === null) return 'own';
    this.deleteRun(runId);
    return 'new';
  }

  putFile(runId: string, name: string, deflated: Uint8Array): void {
    this.#sql.putFile.run(Number(this.#sql.findRun.get(runId)?.run_key), name, deflated);
  }

  endImport(runId: string, fingerprint: string): void {
    this.#sql.endImport.run(fingerprint, runId);
  }

  deleteRun(runId: string): void {
    this.#sql.deleteRun.run(runId);
    this.#writer.forget();
  }

  close(): void {
    this.#db.exec('PRAGMA optimize');
    this.#db.close();
  }
}

function notWritable(error: unknown): ErrorData {
  return {
    code: 'E_TELEMETRY_WRITE',
    message: `What happens in this run cannot be recorded for now: ${error instanceof Error ? error.message : String(error)}.`,
    hint: 'Check the disk that holds the workspace: recording goes on by itself, and nothing is lost while the app stays open.',
  };
}

function writeFailure(error: unknown): ErrorData {
  const data = toErrorData(error);
  if (data.code !== 'E_INTERNAL') return data;
  return {
    code: 'E_TELEMETRY_WRITE',
    message: `An event could not be recorded: ${error instanceof Error ? error.message : String(error)}.`,
    hint: 'Copy the report and open an issue with it; your recorded runs are safe.',
    ...(data.details === undefined ? {} : { details: data.details }),
  };
}

if (parentPort) {
  let store: StoreWorker | null = null;
  const opened = (): StoreWorker => {
    if (!store) throw new Error('The store is not open');
    return store;
  };
  const writing: Handlers = {
    append: (parts: readonly string[]) => opened().append(parts),
    beginImport: (runId: string, fingerprint: string) => opened().beginImport(runId, fingerprint),
    putFile: (runId: string, name: string, deflated: Uint8Array) => opened().putFile(runId, name, deflated),
    endImport: (runId: string, fingerprint: string) => opened().endImport(runId, fingerprint),
  };
  answerCalls(parentPort, {
    ...writing,
    open: (path: string) => {
      store = new StoreWorker(path);
    },
    serve: (port: MessagePort) => answerCalls(port, writing),
    deleteRun: (runId: string) => opened().deleteRun(runId),
    close: () => {
      opened().close();
      store = null;
    },
  });
}
