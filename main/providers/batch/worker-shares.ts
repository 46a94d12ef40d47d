import type { TaskInstance } from '../provider.ts';
import { type ArrayLimits, nextChange, type Place, placeFor } from './arrangement.ts';
import type { ArrayBook } from './array-book.ts';
import type { Backlog, TagLoad } from './backlog.ts';
import type { JobRecord } from './job-store.ts';
import { shareWorkers, type ThrottledArray } from './throttle.ts';

/** Who may run how many elements at once, from what is wished for and what there is to do. */
export class WorkerShares {
  readonly #total: number | null;
  readonly #keepsOrder: boolean;
  readonly #book: ArrayBook;
  readonly #backlog: Backlog;
  #wished: Readonly<Record<string, number>> = {};

  /**
   * @param limits `total`: elements at once over all tags, null: not limited; `keepsOrder`: whether the engine lets
   *   arrays wait for each other
   */
  constructor(
    { total, keepsOrder }: Pick<ArrayLimits, 'total' | 'keepsOrder'>,
    book: ArrayBook,
    backlog: Backlog,
  ) {
    this.#total = total;
    this.#keepsOrder = keepsOrder;
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
    // What gets nothing now can wait for its turn at the engine, if that keeps an order; only without a wish it cannot.
    const least = (tag: string) => (this.#keepsOrder ? Math.min(1, this.wished(tag)) : 0);
    return (tag) => ({ workers: Math.max(shares[tag] ?? 0, least(tag)), elements: elements[tag] ?? 0 });
  }

  /** What a tag will have when nothing but these is to do. */
  alone(instances: readonly TaskInstance[]): (tag: string) => number {
    const demand: Record<string, number> = {};
    for (const { tag } of instances) demand[tag] = (demand[tag] ?? 0) + 1;
    const shares = shareWorkers(this.#wished, demand, this.#total);
    return (tag) => shares[tag] ?? 0;
  }

  /** Where an array is submitted, so that it comes to its end also when no app looks any more. */
  first(job: JobRecord, after: readonly string[]): Place {
    const one = { ...fresh(job), after, behind: [], unsure: null, allowed: 0 };
    const limits = this.#limits();
    const wanted = after.length > 0 ? this.#shareAfter(job) : limits.shareOf(job.tag);
    return placeFor(one, this.#book.placed(), Math.min(wanted, job.elements.length), limits);
  }

  /** An array that does not stand as it should at the engine. */
  change(): ({ name: string } & Place) | null {
    const change = nextChange(this.#book.placed(), this.#limits());
    // An array that may be there or not has its place too, which is not to be given away.
    const mayGive = !this.#backlog.isUnsure;
    return change && (mayGive || this.#book.isNoMore(change.name, change)) ? change : null;
  }

  #limits(): ArrayLimits {
    const load = this.load();
    return {
      total: this.#total,
      ofTag: this.wished,
      shareOf: (tag) => load(tag).workers,
      keepsOrder: this.#keepsOrder,
    };
  }

  /**
   * What there will be when its turn comes, perhaps while no app looks: the workers of its tag, shared with those that
   * come after the same.
   */
  #shareAfter(job: JobRecord): number {
    const there = this.#book.waitingFor(job.after);
    const coming = this.#backlog.intentsAfter(job.after).map(fresh);
    const demand: Record<string, number> = {};
    for (const { tag, pending } of [...there, ...coming]) demand[tag] = (demand[tag] ?? 0) + pending;
    const share = shareWorkers(this.#wished, demand, this.#total)[job.tag] ?? 0;
    const ofTag = [...there, ...coming].filter(({ tag }) => tag === job.tag);
    const all = ofTag.reduce((sum, { pending }) => sum + pending, 0);
    return Math.max(1, Math.floor((share * job.elements.length) / Math.max(1, all)));
  }
}

function fresh({ name, tag, elements }: JobRecord): ThrottledArray {
  return { name, tag, running: 0, pending: elements.length, parallelism: 0 };
}
