import type { TaskInstance } from '../provider.ts';
import type { Waiting } from './admission.ts';

export interface Queued extends Waiting {
  readonly instance: TaskInstance;
  /** Order of arrival over all tags. */
  readonly order: number;
  overtaken: number;
}

/**
 * What waits for a worker of one tag: unknown durations first in order of arrival, then the longest predicted first,
 * which keeps the end of a campaign short.
 */
export class ReadyQueue {
  #items: Queued[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  add(items: readonly Queued[]): void {
    const last = this.#items.at(-1);
    const first = items[0];
    const inOrder = items.every((item, i) => i === 0 || compare(items[i - 1] as Queued, item) <= 0);
    const appended = inOrder && (!last || !first || compare(last, first) <= 0);
    for (const item of items) this.#items.push(item);
    if (!appended) this.#items = this.#items.slice(this.#head).sort(compare);
    if (!appended) this.#head = 0;
  }

  at(index: number): Queued | undefined {
    return this.#items[this.#head + index];
  }

  remove(item: Queued): void {
    if (this.#items[this.#head] === item) this.#head++;
    else this.#items.splice(this.#items.indexOf(item, this.#head), 1);
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  take(wanted: (instance: TaskInstance) => boolean): TaskInstance[] {
    const waiting = this.#items.slice(this.#head);
    this.#items = waiting.filter((item) => !wanted(item.instance));
    this.#head = 0;
    return waiting.filter((item) => wanted(item.instance)).map((item) => item.instance);
  }
}

function compare(a: Queued, b: Queued): number {
  const [left, right] = [a, b].map((q) => q.instance.predictedSeconds ?? Number.POSITIVE_INFINITY);
  if (left === right) return a.order - b.order;
  return (right ?? 0) - (left ?? 0);
}
