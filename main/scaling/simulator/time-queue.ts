import { Heap } from '../../platform/heap.ts';

/** What happens when: earliest first, and in the order it was put in where times are equal. */
export class TimeQueue<T> {
  readonly #heap = new Heap<{ readonly at: number; readonly order: number; readonly item: T }>(
    (a, b) => a.at - b.at || a.order - b.order,
  );
  #order = 0;

  get size(): number {
    return this.#heap.size;
  }

  push(at: number, item: T): void {
    this.#heap.push({ at, order: this.#order++, item });
  }

  pop(): { readonly at: number; readonly item: T } | undefined {
    return this.#heap.pop();
  }
}
