import type { Clock } from '../../platform/clock.ts';
import { toErrorData } from '../../platform/errors.ts';
import { EventQueue } from '../../platform/event-queue.ts';
import type { CheckEvent, CheckItem, CheckName } from '../check.ts';
import type { ProfileFile } from '../profile-file.ts';

export interface GuideOptions {
  /** Of the connection. */
  readonly name: string;
  readonly profiles: ProfileFile;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a step found, and the sentence that says so. */
export type Found<T> = readonly [value: T, detail: string, items?: readonly CheckItem[]];

/** Ends the guide: what comes after makes no sense without it. */
export class Stop extends Error {}

/** A failed step that still has something to show one by one. */
export class FailedItems extends Error {
  readonly items: readonly CheckItem[];
  readonly reason: unknown;

  constructor(reason: unknown, items: readonly CheckItem[]) {
    super('Some of the things that were looked at are missing.', { cause: reason });
    this.reason = reason;
    this.items = items;
  }
}

/** Walks through `steps`, tells what happens, and remembers how it ended. `wanted`: the checks that they consist of. */
export async function* guided(
  options: GuideOptions,
  wanted: readonly CheckName[],
  steps: (guide: Guide) => Promise<void>,
): AsyncGenerator<CheckEvent> {
  const guide = new Guide(options.signal);
  const walked = walk(guide, options, wanted, steps).finally(() => guide.events.end());
  try {
    yield* guide.events;
  } finally {
    await walked;
  }
}

async function walk(
  guide: Guide,
  { name, profiles, clock, signal }: GuideOptions,
  wanted: readonly CheckName[],
  steps: (guide: Guide) => Promise<void>,
): Promise<void> {
  try {
    await steps(guide);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  const ok = wanted.every((check) => guide.usable.get(check) === true);
  if (!signal.aborted) {
    const failed = wanted.find((check) => guide.usable.get(check) === false) ?? null;
    await profiles.saveLastTest(name, { at: clock.now(), ok, failed });
  }
  guide.events.push({ kind: 'done', ok, notTried: wanted.filter((check) => !guide.usable.has(check)) });
}

/** Takes one step after the other and tells how each ended. */
export class Guide {
  readonly events = new EventQueue<CheckEvent>();
  /** Of every step that ended: whether runs can do with how it ended. */
  readonly usable = new Map<CheckName, boolean>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** A step without which the rest makes no sense. @throws Stop */
  async needed<T>(name: CheckName, step: () => Promise<Found<T>>): Promise<T> {
    const found = await this.#take(name, step, true);
    if (!found) throw new Stop();
    return found[0];
  }

  /** A step that runs need; what comes after is tried all the same. Null: it failed. */
  async tried<T>(name: CheckName, step: () => Promise<Found<T>>): Promise<T | null> {
    return (await this.#take(name, step, true))?.[0] ?? null;
  }

  /** A step that runs can do without. Null: it failed. */
  async optional<T>(name: CheckName, step: () => Promise<Found<T>>): Promise<T | null> {
    return (await this.#take(name, step, false))?.[0] ?? null;
  }

  started(name: CheckName): void {
    this.events.push({ kind: 'started', name });
  }

  progress(name: CheckName, detail: string): void {
    this.events.push({ kind: 'progress', name, detail });
  }

  passed(name: CheckName, detail: string, required = true, items?: readonly CheckItem[]): void {
    this.usable.set(name, true);
    this.events.push({
      kind: 'result',
      result: { name, ok: true, required, detail, hint: null, code: null, ...(items && { items }) },
    });
  }

  failed(name: CheckName, error: unknown, required: boolean): void {
    const items = error instanceof FailedItems ? error.items : undefined;
    const { message, hint, code } = toErrorData(error instanceof FailedItems ? error.reason : error);
    this.usable.set(name, !required);
    this.events.push({
      kind: 'result',
      result: {
        name,
        ok: false,
        required,
        detail: message,
        hint: hint ?? null,
        code,
        ...(items && { items }),
      },
    });
  }

  async #take<T>(
    name: CheckName,
    step: () => Promise<Found<T>>,
    required: boolean,
  ): Promise<Found<T> | null> {
    if (this.#signal.aborted) throw new Stop();
    this.started(name);
    try {
      const found = await step();
      this.passed(name, found[1], required, found[2]);
      return found;
    } catch (error) {
      this.failed(name, error, required);
      return null;
    }
  }
}
