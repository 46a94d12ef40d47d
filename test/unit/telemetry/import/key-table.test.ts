import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Column, KeyTable } from '../../../../main/telemetry/import/key-table.ts';

it('numbers keys by their first appearance, as a Map would', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 4 }), { maxLength: 3000 }), (keys) => {
      const table = new KeyTable();
      const map = new Map<string, number>();
      for (const key of keys) {
        if (!map.has(key)) map.set(key, map.size);
        expect(table.add(key)).toBe(map.get(key));
      }
      expect(table.size).toBe(map.size);
      for (const [key, number] of map) expect(table.find(key)).toBe(number);
      expect(table.find('never added')).toBe(-1);
    }),
    { numRuns: 30 },
  );
});

it('tells apart what differs by one digit only, in hundreds of thousands', () => {
  const table = new KeyTable();
  for (let i = 0; i < 300_000; i++) if (table.add(`NFCORE:ALIGN (sample_${i})`) !== i) expect(i).toBe(-1);
  expect(table.size).toBe(300_000);
});

it('keeps a number for each, zero where none was set', () => {
  const column = new Column();
  column.set(20_000, 7);
  expect([column.get(20_000), column.get(0), column.get(19_999), column.get(1e6), column.get(-1)]).toEqual([
    7, 0, 0, 0, 0,
  ]);
});
