import type { TaskInstance } from '../provider.ts';
import type { ArrayBook } from './array-book.ts';
import type { Backlog, TagLoad } from './backlog.ts';
import type { JobRecord } from './job-store.ts';
import { shareWorkers, type ThrottledArray, throttles } from './throttle.ts';

/** Who may run how many elements at once, from what is wished for and what there is to do. */
export class WorkerShares {
  readonly #total: number | null;
  readonly #book: ArrayBook;
  readonly #backlog: Backlog;
  #wished: Readonly<Record<string, number>> = {};

  /** @param total elements at once over all tags; null: not limited */
  constructor(total: number | null, book: ArrayBook, backlog: Backlog) {
    this.#total = total;
    this.#book = book;
    this.#backlog = backlog;
  }

  wish(workersByTag: Readonly<Record<string, number>>): void {
    this.#wished = { ...this.#wished, ...workersByTag };
  }

  readonly wished = (tag: string): number => this.#wished[tag] ?? 0;

  /** What each tag may have of the wished workers now, and what the engine has of it. */
  load(): (tag: string) => TagLoad {
    const tags = Object.keys(this.#wished);
    const elements = Object.fromEntries(tags.map((tag) => [tag, this.#book.demandOf(tag)]));
    const demand = Object.fromEntries(
      tags.map((tag) => [tag, (elements[tag] ?? 0) + this.#backlog.demandOf(tag)]),
    );
    const shares = shareWorkers(this.#wished, demand, this.#total);
    return (tag) => ({ workers: shares[tag] ?? 0, elements: elements[tag] ?? 0 });
  }

  /** What a tag will have when nothing but these is to do. */
  alone(instances: readonly TaskInstance[]): (tag: string) => number {
    const demand: Record<string, number> = {};
    for (const { tag } of instances) demand[tag] = (demand[tag] ?? 0) + 1;
    const shares = shareWorkers(this.#wished, demand, this.#total);
    return (tag) => shares[tag] ?? 0;
  }

  /** The throttle with which an array is submitted. */
  first(job: JobRecord): number {
    if (job.after.length > 0) return this.#firstAfter(job);
    const arrays = [...this.#book.throttled(job.tag), fresh(job)];
    return throttles(arrays, this.load()(job.tag).workers).get(job.name) ?? 0;
  }

  /** A throttle that is not as it should be: the engine's id of the array, and elements at once. */
  change(): [string, number] | null {
    const load = this.load();
    for (const tag of Object.keys(this.#wished))
      for (const change of throttles(this.#book.throttled(tag), load(tag).workers)) return change;
    return null;
  }

  /**
   * Its turn may come while no app looks, so it gets what there will be then: the workers of its tag, shared with those
   * that come after the same.
   */
  #firstAfter(job: JobRecord): number {
    const there = this.#book.waitingFor(job.after);
    const coming = this.#backlog.intentsAfter(job.after).map(fresh);
    const demand: Record<string, number> = {};
    for (const { tag, pending } of [...there, ...coming]) demand[tag] = (demand[tag] ?? 0) + pending;
    const workers = shareWorkers(this.#wished, demand, this.#total)[job.tag] ?? 0;
    return throttles([...there.filter(({ tag }) => tag === job.tag), fresh(job)], workers).get(job.name) ?? 0;
  }
}

function fresh({ name, tag, elements }: JobRecord): ThrottledArray {
  return { name, tag, running: 0, pending: elements.length, parallelism: -1 };
}
