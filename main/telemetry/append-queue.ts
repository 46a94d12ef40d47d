import { AppError, type ErrorData } from '../platform/errors.ts';
import type { StoreEvent } from './write/store-event.ts';

/** What became of one group of a batch. `later`: the disk takes no writes now, nothing of it is on disk. */
export type GroupAnswer =
  | { readonly done: true }
  | { readonly error: ErrorData }
  | { readonly later: ErrorData };

/** A batch is sent as JSON text in parts, because that costs the caller's thread half of a structured clone. */
export type SendBatch = (parts: readonly string[]) => Promise<readonly GroupAnswer[]>;

export interface AppendLimits {
  /** The longest an event waits for others before its commit begins. */
  readonly maxDelayMs: number;
  /** With so many rows waiting the commit begins at once. */
  readonly maxRows: number;
  /** Back-off while the disk takes no writes. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}

export const APPEND_LIMITS: AppendLimits = {
  maxDelayMs: 5,
  maxRows: 500,
  firstRetryMs: 250,
  lastRetryMs: 10_000,
};

/** Rows encoded in one go: a few milliseconds of the caller's thread. */
const ROWS_PER_PART = 2000;

export type StoreHealth =
  | { readonly kind: 'writing' }
  /** Events are kept in memory and tried again; `append` waits meanwhile. */
  | { readonly kind: 'waiting'; readonly error: ErrorData };

interface Group {
  readonly events: readonly StoreEvent[];
  readonly rows: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Collects what is appended into commits: in order, one at a time, each with all that waits by then. While the
 * disk is full the batch is kept and tried again, and `append` stays pending, because its promise means "on disk".
 * Who must know is told through `onHealth` at once, and by a rejected `flush`.
 */
export class AppendQueue {
  readonly #send: SendBatch;
  readonly #limits: AppendLimits;
  readonly #onHealth: (health: StoreHealth) => void;
  #waiting: Group[] = [];
  #rows = 0;
  #timer: NodeJS.Timeout | null = null;
  #draining = false;
  #ill = false;
  #retryNow: (() => void) | null = null;
  #flushers = new Set<(error: AppError) => void>();

  constructor(
    send: SendBatch,
    onHealth: (health: StoreHealth) => void,
    limits: AppendLimits = APPEND_LIMITS,
  ) {
    this.#send = send;
    this.#onHealth = onHealth;
    this.#limits = limits;
  }

  append(events: readonly StoreEvent[]): Promise<void> {
    return new Promise((done, failed) => {
      const rows = events.reduce((sum, event) => sum + rowsOf(event), 0);
      this.#waiting.push({ events, rows, done, failed });
      this.#rows += rows;
      if (this.#draining) return;
      if (this.#rows >= this.#limits.maxRows) this.#startDraining();
      else this.#timer ??= setTimeout(() => this.#startDraining(), this.#limits.maxDelayMs);
    });
  }

  /** Resolves when all that was appended before is on disk. @throws AppError E_DISK_FULL: it is still being tried */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (error: AppError) => {
        this.#flushers.delete(giveUp);
        reject(error);
      };
      this.#flushers.add(giveUp);
      const done = () => {
        this.#flushers.delete(giveUp);
        resolve();
      };
      this.#waiting.push({ events: [], rows: 0, done, failed: done });
      if (this.#retryNow) this.#retryNow();
      else if (!this.#draining) this.#startDraining();
    });
  }

  #startDraining(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      this.#rows = 0;
      await this.#commit(batch);
    }
    this.#draining = false;
  }

  async #commit(batch: readonly Group[]): Promise<void> {
    let left = batch;
    let delayMs = this.#limits.firstRetryMs;
    while (left.length > 0) {
      let answers: readonly GroupAnswer[];
      try {
        answers = await this.#send(await encode(left));
      } catch (error) {
        for (const group of left) group.failed(error);
        return;
      }
      const kept: Group[] = [];
      let trouble: ErrorData | null = null;
      left.forEach((group, index) => {
        const answer = answers[index] ?? { done: true };
        if ('later' in answer) {
          trouble = answer.later;
          kept.push(group);
        } else if ('error' in answer) group.failed(new AppError(answer.error));
        else group.done();
      });
      left = kept;
      this.#report(trouble);
      if (trouble) {
        await this.#pause(delayMs);
        delayMs = Math.min(delayMs * 2, this.#limits.lastRetryMs);
      }
    }
  }

  #report(trouble: ErrorData | null): void {
    if (trouble) {
      this.#ill = true;
      this.#onHealth({ kind: 'waiting', error: trouble });
      for (const giveUp of [...this.#flushers]) giveUp(new AppError(trouble));
    } else if (this.#ill) {
      this.#ill = false;
      this.#onHealth({ kind: 'writing' });
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#retryNow = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      this.#retryNow = null;
    });
  }
}

function rowsOf(event: StoreEvent): number {
  return event.type === 'instances_added' ? event.instances.length : 1;
}

/**
 * JSON of `StoreEvent[][]`, one array a group, cut into parts that concatenate to it. Large groups are encoded with
 * breaths between, so that adding 100,000 instances does not hold up the caller's thread.
 */
async function encode(groups: readonly Group[]): Promise<readonly string[]> {
  const parts: string[] = [];
  let text = '[';
  let rows = 0;
  const breathe = async () => {
    parts.push(text);
    text = '';
    rows = 0;
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  for (const [g, group] of groups.entries()) {
    text += g === 0 ? '[' : ',[';
    let first = true;
    for (const event of group.events) {
      for (const piece of pieces(event)) {
        text += `${first ? '' : ','}${JSON.stringify(piece)}`;
        first = false;
        rows += rowsOf(piece);
        if (rows >= ROWS_PER_PART) await breathe();
      }
    }
    text += ']';
  }
  parts.push(`${text}]`);
  return parts;
}

function* pieces(event: StoreEvent): Generator<StoreEvent> {
  if (event.type === 'instances_added' && event.instances.length > ROWS_PER_PART) {
    for (let i = 0; i < event.instances.length; i += ROWS_PER_PART) {
      yield { ...event, instances: event.instances.slice(i, i + ROWS_PER_PART) };
    }
  } else if (event.type === 'attempt_finished' && event.result.value !== undefined) {
    // What a function returned is the caller's and may be large: telemetry keeps what was measured.
    yield { ...event, result: { ...event.result, value: undefined } };
  } else yield event;
}
