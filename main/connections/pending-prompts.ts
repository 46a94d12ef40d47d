import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { Answer, PendingPrompt, Prompts, Question } from './prompts.ts';

/** How long a question waits: servers hang up after about two minutes themselves. */
const PATIENCE_MS = 5 * 60_000;

interface Waiting {
  readonly prompt: PendingPrompt;
  readonly resolve: (answer: Answer) => void;
}

/** Questions for whatever page is open, answered by id. */
export class PendingPrompts implements Prompts {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ask(connection: string, question: Question, signal: AbortSignal): Promise<Answer> {
    const promptId = newId();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const giveUp = () => resolve({ kind: 'cancelled' });
    const timer = setTimeout(giveUp, PATIENCE_MS);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    const prompt = { promptId, connection, askedAt: this.#clock.now(), question };
    this.#waiting.set(promptId, { prompt, resolve });
    this.#tell();
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      this.#waiting.delete(promptId);
      this.#tell();
    });
  }

  /** False: it is not waited for any more. */
  answer(promptId: string, answer: Answer): boolean {
    const waiting = this.#waiting.get(promptId);
    waiting?.resolve(answer);
    return waiting !== undefined;
  }

  /** All that wait, now and after each change, until the signal. */
  async *watch(signal: AbortSignal): AsyncGenerator<readonly PendingPrompt[]> {
    let hasChanged = true;
    let wake: () => void = () => undefined;
    const listener = () => {
      hasChanged = true;
      wake();
    };
    this.#listeners.add(listener);
    signal.addEventListener('abort', listener);
    try {
      while (!signal.aborted) {
        if (hasChanged) {
          hasChanged = false;
          yield [...this.#waiting.values()].map(({ prompt }) => prompt);
        } else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      this.#listeners.delete(listener);
      signal.removeEventListener('abort', listener);
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
