import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from '../../../main/platform/heap.ts';

it('gives what was put in, smallest first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const heap = new Heap<number>((a, b) => a - b);
      for (const item of items) heap.push(item);
      const popped = [];
      for (let item = heap.pop(); item !== undefined; item = heap.pop()) popped.push(item);
      expect(popped).toEqual([...items].sort((a, b) => a - b));
    }),
  );
});
