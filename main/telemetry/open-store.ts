import { Worker } from 'node:worker_threads';
import type { Clock } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import { siblingModule } from '../platform/sibling-module.ts';
import { judgeAdvice } from './advice-record.ts';
import type { AppendLimits, StoreHealth } from './append-queue.ts';
import type { TelemetryEvent } from './events.ts';
import type { Asked, Queries } from './reader-worker.ts';
import type { TelemetryStore } from './store.ts';
import { StoreWriter } from './store-writer.ts';
import type { InstanceQuery } from './views.ts';
import { WorkerCalls } from './worker-rpc.ts';

export interface StoreOptions {
  readonly database: string;
  readonly access: 'write' | 'read';
  readonly clock: Clock;
  /** Process that holds the workspace now, as far as can be known; see `workspace-lock.ts`. */
  readonly livePid: () => number | null;
  /** Told when the disk takes no writes, and when it does again. */
  readonly onHealth: (health: StoreHealth) => void;
  readonly limits?: AppendLimits;
}

type Rest<M extends keyof Queries> = Queries[M] extends (context: never, ...args: infer A) => unknown
  ? A
  : never;

/**
 * The store over two threads: one writes, one reads, so that a long question never holds up a commit and nothing
 * holds up the caller. Beyond the contract it can import and export.
 */
export class SqliteStore implements TelemetryStore {
  readonly #writer: StoreWriter | null;
  readonly #reader: WorkerCalls;
  readonly #options: StoreOptions;

  constructor(writer: WorkerCalls | null, reader: WorkerCalls, options: StoreOptions) {
    this.#writer = writer && new StoreWriter(writer, options.onHealth, options.limits);
    this.#reader = reader;
    this.#options = options;
  }

  async append(events: readonly TelemetryEvent[]): Promise<void> {
    await this.#writing().append(events);
  }

  async flush(): Promise<void> {
    await this.#writer?.flush();
  }

  /** When the last commit fails for want of space this rejects and the store stays open: nothing is given up. */
  async close(): Promise<void> {
    await this.flush();
    await this.#reader.call('close');
    await this.#reader.stop();
    await this.#writer?.close();
  }

  runs(options: { limit?: number; before?: number } = {}) {
    return this.#ask('runs', options);
  }
  run(runId: string | 'last') {
    return this.#ask('run', runId);
  }
  report(runId: string) {
    return this.#ask('report', runId);
  }
  instances(query: InstanceQuery) {
    return this.#ask('instances', query);
  }
  instance(runId: string, instanceId: string) {
    return this.#ask('instance', runId, instanceId);
  }
  lanes(runId: string, options: { limit?: number } = {}) {
    return this.#ask('lanes', runId, options);
  }
  load(runId: string, points: number) {
    return this.#ask('load', runId, points);
  }
  startupSeconds(target: string) {
    return this.#ask('startupSeconds', target);
  }

  bills(runId: string) {
    return this.#ask('bills', runId);
  }

  resumeState(runId: string) {
    return this.#ask('resumeState', runId);
  }
  openEngineJobs(runId: string) {
    return this.#ask('openEngineJobs', runId);
  }
  cached(keyDigest: string) {
    return this.#ask('cached', keyDigest);
  }
  history(options: { task?: string; limit?: number } = {}) {
    return this.#ask('history', options);
  }
  historySummary() {
    return this.#ask('historySummary');
  }
  async advisorRecord(trainedRows: number | null = null) {
    const [outcomes, history] = await Promise.all([this.#ask('adviceOutcomes'), this.historySummary()]);
    const rows = history.reduce((sum, task) => sum + task.rows, 0);
    return judgeAdvice(outcomes, { rows, trainedRows });
  }
  exportRun(runId: string) {
    return this.#ask('exportRun', runId);
  }
  exportAttempts(runId: string, after: number, limit: number) {
    return this.#ask('exportAttempts', runId, after, limit);
  }
  sourceFiles(runId: string) {
    return this.#ask('sourceFiles', runId);
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#writing().deleteRun(runId);
  }

  /** For imports, which know more than our own runs tell. @throws AppError E_TELEMETRY_READ_ONLY */
  writer(): Omit<StoreWriter, 'close'> {
    return this.#writing();
  }

  /** What a thread that writes by itself finds of the disk. */
  tellHealth(health: StoreHealth): void {
    this.#options.onHealth(health);
  }

  #writing(): StoreWriter {
    if (this.#writer) return this.#writer;
    throw new AppError({
      code: 'E_TELEMETRY_READ_ONLY',
      message: 'This workspace was opened for reading only.',
      hint: 'Close it where it is being written to, then open it again.',
    });
  }

  #ask<M extends keyof Queries>(method: M, ...args: Rest<M>): Promise<ReturnType<Queries[M]>> {
    const asked: Asked = { now: this.#options.clock.now(), livePid: this.#options.livePid() };
    return this.#reader.call<ReturnType<Queries[M]>>('ask', method, asked, args);
  }
}

/** @throws AppError E_TELEMETRY_NEWER, E_TELEMETRY_CORRUPT, E_TELEMETRY_OPEN, E_DISK_FULL */
export async function openStore(options: StoreOptions): Promise<SqliteStore> {
  // Both threads load at once; the reader opens the file when the writer has made it.
  const writer = options.access === 'write' ? thread('./store-worker') : null;
  const reader = thread('./reader-worker');
  try {
    await writer?.call('open', options.database);
    await reader.call('open', options.database);
    return new SqliteStore(writer, reader, options);
  } catch (error) {
    await Promise.all([writer?.stop(), reader.stop()]);
    throw error;
  }
}

/**
 * What was just made is cleared away at this size, in MiB: V8 by itself would let each thread pile up three times as
 * much. What stays has no bound, since a run may be of any size.
 */
const YOUNG_MIB = 16;

function thread(module: string): WorkerCalls {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MIB };
  return new WorkerCalls(new Worker(siblingModule(import.meta.url, module), { resourceLimits }));
}
