/**
 * A queue that is filled from one side and awaited from the other. Nothing is dropped: what is pushed before
 * anybody listens is kept, and `end` lets the reader finish what is there.
 */
export class EventQueue<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #waiting: ((result: IteratorResult<T>) => void)[] = [];
  #ended = false;

  push(item: T): void {
    if (this.#ended) return;
    const reader = this.#waiting.shift();
    if (reader) reader({ value: item, done: false });
    else this.#items.push(item);
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader({ value: undefined, done: true });
  }

  /** All that is waiting now, at once: readers that batch use this instead of one await per item. */
  drain(): T[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    while (true) {
      for (const item of this.drain()) yield item;
      if (this.#ended && this.#items.length === 0) return;
      if (this.#items.length > 0) continue;
      const next = await new Promise<IteratorResult<T>>((resolve) => this.#waiting.push(resolve));
      if (next.done) return;
      yield next.value;
    }
  }
}
