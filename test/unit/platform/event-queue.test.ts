import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../main/platform/event-queue.ts';

async function collect<T>(queue: EventQueue<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

describe('an event queue', () => {
  it('keeps what is pushed before anybody reads, in order', async () => {
    const queue = new EventQueue<number>();
    for (const n of [1, 2, 3]) queue.push(n);
    queue.end();
    expect(await collect(queue)).toEqual([1, 2, 3]);
  });

  it('hands on what comes while the reader waits, and loses nothing that comes in between', async () => {
    const queue = new EventQueue<number>();
    const reading = collect(queue);
    for (let n = 0; n < 1000; n++) {
      queue.push(n);
      if (n % 7 === 0) await Promise.resolve();
      if (n % 101 === 0) await new Promise(setImmediate);
    }
    queue.end();
    expect(await reading).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  });

  it('ends a reader that waits', async () => {
    const queue = new EventQueue<number>();
    const reading = collect(queue);
    await new Promise(setImmediate);
    queue.end();
    expect(await reading).toEqual([]);
  });
});
