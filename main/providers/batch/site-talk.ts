import { toErrorData } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ClusterEvent } from '../provider.ts';
import type { Place } from './arrangement.ts';
import type { ArrayBook, ElementKey } from './array-book.ts';
import type { BatchEngine } from './batch-engine.ts';
import type { Patience } from './element.ts';
import type { JobMember, JobStore } from './job-store.ts';
import type { PollClock } from './poll-clock.ts';

interface Parts {
  readonly engine: BatchEngine;
  readonly jobs: JobStore;
  readonly book: ArrayBook;
  readonly polls: PollClock;
  readonly patience: Patience;
  readonly logger: Logger;
  readonly now: () => number;
  readonly tell: (events: readonly ClusterEvent[]) => void;
}

/**
 * What is said to a site about arrays that it has, one command each, and what its answers mean. It throws what the engine
 * throws: then nothing is known, and the same is to be said again.
 */
export class SiteTalk {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Noted before and after, so that another app knows what it may find. */
  async setPlace({ name, ...place }: { readonly name: string } & Place): Promise<void> {
    const { engine, jobs, book } = this.#parts;
    const order = book.newOrder(name, place.behind);
    const told = book.telling(name, place);
    if (told) await jobs.placed(told.name, told.places);
    await engine.setParallelism(name, place.parallelism, order);
    book.setPlace(name, place);
    if (told) await jobs.placed(told.name, [place]);
  }

  async cancel(whole: ElementKey[], single: (ElementKey & JobMember)[]): Promise<void> {
    const { engine, book, polls, now } = this.#parts;
    if (whole.length > 0 || !engine.cancelInstance) {
      const elements = engine.cancelInstance ? whole : [...whole, ...single];
      await engine.cancel(elements);
      for (const element of elements) book.cancelSent(element);
    } else {
      for (const one of single) {
        await engine.cancelInstance(one, one);
        book.cancelSent(one, one.instanceId);
      }
    }
    polls.told(now());
  }

  /** Asks how everything stands that has not ended. */
  async poll(): Promise<void> {
    const { engine, book, polls, now, tell } = this.#parts;
    try {
      const answer = await engine.poll(book.openIds);
      polls.answered();
      tell(book.polled(answer, now()));
      const at = now();
      tell((answer.strayBills ?? []).map((bill) => ({ type: 'worker_billed', at, ...bill })));
    } finally {
      polls.asked(now());
    }
  }

  /** Asks the accounting about elements that the queue has been silent about. */
  async account(elements: readonly ElementKey[]): Promise<void> {
    const { engine, book, patience, logger, now, tell } = this.#parts;
    const doomed = book.aboutToBeLost(elements, now(), patience);
    if (doomed.length > 0) await engine.cancel(doomed);
    book.gaveUp(doomed);
    try {
      const answers = await engine.usage(elements);
      tell(book.accounted(elements, answers, now(), patience));
    } catch (error) {
      if (toErrorData(error).code.startsWith('E_SITE_')) throw error;
      // Accounting may be down or switched off while the queue answers.
      logger.log('warn', 'The site’s accounting did not answer', { error: String(error) });
      tell(book.unaccounted(elements, now(), patience));
    }
  }
}
