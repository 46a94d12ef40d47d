import { basename } from 'node:path';
import type { StoreWriter } from '../store-writer.ts';
import type { StoreEvent } from '../write/store-event.ts';
import type { SkipList } from './import-result.ts';
import type { IncomingRun } from './imported-run.ts';

/** What an import needs of the store. */
export type ImportStore = Pick<StoreWriter, 'append' | 'beginImport' | 'putFile' | 'endImport'>;

export interface IntakeOptions {
  /** Told with each piece how many tasks of all came in so far, and from where. */
  readonly onProgress?: (tasks: number, from: string) => void;
  /** Ends the import after the piece at hand. */
  readonly signal?: AbortSignal;
}

/** The way into the store: which runs are new, what goes where, what became of it. */
export class Intake {
  runs = 0;
  tasks = 0;
  unchanged = 0;
  readonly #store: ImportStore;
  readonly #skipped: SkipList;
  readonly #options: IntakeOptions;

  constructor(store: ImportStore, skipped: SkipList, options: IntakeOptions) {
    this.#store = store;
    this.#skipped = skipped;
    this.#options = options;
  }

  /** @throws what the store throws */
  async take(incoming: IncomingRun, from: string): Promise<void> {
    const begun = new Map<string, boolean>();
    // Known beforehand: then a file that is here already need not be read again.
    if (incoming.runId !== null && !(await this.#begin(incoming.runId, incoming, from, begun))) return;
    let lastAt = 0;
    // While one piece is written by the store's thread the next is read by this one.
    let writing: Promise<void> = Promise.resolve();
    for await (const chunk of incoming.chunks) {
      for (const event of chunk)
        if (event.type === 'run_started' && !begun.has(event.runId))
          await this.#begin(event.runId, incoming, from, begun);
      const events = chunk.filter((event) => begun.get(event.runId));
      for (const event of events) {
        if (event.type === 'instances_added') this.tasks += event.instances.length;
        if ('at' in event) lastAt = Math.max(lastAt, event.at);
      }
      await writing;
      writing = this.#store.append(events);
      // It is awaited one piece later.
      writing.catch(() => undefined);
      this.#options.onProgress?.(this.tasks, basename(from));
      if (this.#options.signal?.aborted) break;
    }
    await writing;
    const taken = [...begun].filter(([, isNew]) => isNew).map(([runId]) => runId);
    if (this.#options.signal?.aborted) await this.#store.append(taken.map(interrupted(lastAt)));
    else for (const runId of taken) await this.#end(runId, incoming);
    this.runs += taken.length;
  }

  async #end(runId: string, { fingerprint, files }: IncomingRun): Promise<void> {
    for await (const file of files) await this.#store.putFile(runId, file);
    await this.#store.endImport(runId, fingerprint);
  }

  async #begin(
    runId: string,
    { fingerprint }: IncomingRun,
    from: string,
    begun: Map<string, boolean>,
  ): Promise<boolean> {
    const answer = await this.#store.beginImport(runId, fingerprint);
    begun.set(runId, answer === 'new');
    if (answer === 'unchanged') this.unchanged += 1;
    if (answer === 'own')
      this.#skipped.add(from, null, `${runId} was recorded in this workspace and is kept as it is`);
    return answer === 'new';
  }
}

function interrupted(at: number): (runId: string) => StoreEvent {
  return (runId) => ({ type: 'run_finished', runId, at, status: 'interrupted' });
}
