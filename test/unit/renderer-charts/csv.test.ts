import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, toCsv } from '../../../renderer/charts/csv.ts';

/** A reader by the letter of RFC 4180, to read back what was written. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (const [, quoted, plain, end] of text.matchAll(pattern)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('data saved as CSV', () => {
  it('has a header, full precision and nothing for what is not known', () => {
    expect(
      toCsv({
        columns: ['task', 'bytes'],
        rows: [
          ['a', 9663676416],
          ['b', null],
        ],
      }),
    ).toBe('task,bytes\r\na,9663676416\r\nb,\r\n');
  });

  it('cannot be run as a formula by a spreadsheet', () => {
    expect(toCsv({ columns: ['n'], rows: [['=HYPERLINK("x")'], [-5]] })).toBe(
      'n\r\n"\'=HYPERLINK(""x"")"\r\n-5\r\n',
    );
  });

  it('reads back as it was written, whatever the names are', () => {
    const text = fc.string().filter((value) => !/^[=+\-@\t\r]/.test(value));
    const cell: fc.Arbitrary<Cell> = fc.oneof(text, fc.integer());
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 6 }), (rows) => {
        const read = parseCsv(toCsv({ columns: ['a', 'b'], rows }));
        expect(read).toEqual([['a', 'b'], ...rows.map((row) => row.map(String))]);
      }),
    );
  });
});
