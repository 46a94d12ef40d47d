import type { ClusterEvent, WorkerPrice } from '../../providers/provider.ts';

/** A worker that is there and not paid for yet. */
interface Open {
  readonly tag: string;
  readonly since: number;
}

/** What a run has cost until now: bills of workers that have ended, and the time of those that are there. USD, milliseconds. */
export class RunBudget {
  readonly #price: (tag: string) => WorkerPrice | null;
  readonly #open = new Map<string, Open>();
  readonly #billed = new Map<string, number>();
  #billedUsd = 0;

  /** @param billed what an earlier process of the run was told of already */
  constructor(
    price: (tag: string) => WorkerPrice | null,
    billed: readonly { readonly workerId: string; readonly usd: number }[] = [],
  ) {
    this.#price = price;
    for (const { workerId, usd } of billed) this.#bill(workerId, usd);
  }

  usdPerHour(tag: string): number {
    return this.#price(tag)?.usdPerHour ?? 0;
  }

  hear(event: ClusterEvent): void {
    if (event.type === 'worker_added') {
      if (!this.#billed.has(event.workerId))
        this.#open.set(event.workerId, { tag: event.tag, since: event.at });
    } else if (event.type === 'worker_billed') {
      this.#open.delete(event.workerId);
      this.#bill(event.workerId, event.usd);
    }
  }

  /** What is to be paid if everything ended now. A worker that has gone counts until its bill comes. */
  spentUsd(now: number): number {
    let usd = this.#billedUsd;
    for (const { tag, since } of this.#open.values()) {
      const price = this.#price(tag);
      if (price === null) continue;
      usd += (Math.max((now - since) / 1000, price.leastSeconds) * price.usdPerHour) / 3600;
    }
    return usd;
  }

  #bill(workerId: string, usd: number): void {
    this.#billedUsd += usd - (this.#billed.get(workerId) ?? 0);
    this.#billed.set(workerId, usd);
  }
}
