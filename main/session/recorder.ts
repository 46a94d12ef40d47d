import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { TelemetryStore } from '../telemetry/store.ts';

/** Long enough to gather what one burst brings, short enough that nobody waits for it. */
const GATHER_MS = 10;
const RETRY_MS = 1000;
/** Past this many uncommitted events the disk does not keep up, and the run holds back new work. */
const FULL = 20_000;

/**
 * The one way from a run into telemetry: gathers events, commits them in order one batch after the other, and
 * calls back when they are on disk. A full disk holds the run up and is tried again; nothing is dropped.
 */
export class Recorder {
  readonly #store: TelemetryStore;
  readonly #logger: Logger;
  #events: TelemetryEvent[] = [];
  #committed: (() => void)[] = [];
  #uncommitted = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing = false;
  /** Set while the store refuses to write. */
  #blocked = false;
  readonly #failing = Promise.withResolvers<never>();

  constructor(store: TelemetryStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
    // Whoever runs on this recorder listens; until then a failure must not end the process.
    this.failure.catch((error: unknown) => logger.log('error', 'Recording failed', { error: String(error) }));
  }

  /** Rejects when recording has failed for good; a full disk is waited for instead. */
  get failure(): Promise<never> {
    return this.#failing.promise;
  }

  /** True while the run should not start anything new, because its record could not be kept. */
  get full(): boolean {
    return this.#blocked || this.#uncommitted > FULL;
  }

  record(event: TelemetryEvent): void {
    this.#events.push(event);
    this.#uncommitted++;
    this.#soon();
  }

  /** Calls back once everything recorded before is on disk. */
  afterCommit(callback: () => void): void {
    this.#committed.push(callback);
    this.#soon();
  }

  /** Resolves when all that was recorded until now is on disk. */
  flush(): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.afterCommit(resolve);
      this.#startWriting();
    });
    return Promise.race([written, this.failure]);
  }

  #soon(): void {
    if (this.#timer || this.#writing) return;
    this.#timer = setTimeout(() => this.#startWriting(), GATHER_MS);
  }

  #startWriting(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#writing) this.#writeAll().catch(this.#failing.reject);
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#events.length > 0 || this.#committed.length > 0) {
      const events = this.#events;
      const committed = this.#committed;
      this.#events = [];
      this.#committed = [];
      if (events.length > 0) await this.#write(events);
      this.#uncommitted -= events.length;
      for (const callback of committed) callback();
    }
    this.#writing = false;
  }

  async #write(events: readonly TelemetryEvent[]): Promise<void> {
    try {
      const written = this.#store.append(events);
      // The store gathers too; a batch is already gathered here, so it need not wait there once more.
      await Promise.all([written, this.#store.flush()]);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'E_DISK_FULL') throw error;
      await this.#waitForDisk(error);
    }
  }

  /** The store keeps what it could not commit; writing it again is its `flush`. */
  async #waitForDisk(first: AppError): Promise<void> {
    this.#blocked = true;
    this.#logger.log('error', first.message, { code: first.code });
    while (this.#blocked) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      try {
        await this.#store.flush();
        this.#blocked = false;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'E_DISK_FULL') throw error;
      }
    }
  }
}
