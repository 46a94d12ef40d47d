import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../main/platform/csv.ts';

const quote = (field: string) => `"${field.replaceAll('"', '""')}"`;

describe('CSV', () => {
  it('reads back every table of quoted fields, whatever is in them', () => {
    const table = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, lineBreak, lastBreak) => {
        const text =
          rows.map((row) => row.map(quote).join(',')).join(lineBreak) + (lastBreak ? lineBreak : '');
        expect(parseCsv(text)).toEqual(rows);
      }),
    );
  });

  it('keeps empty fields, also at the end of a line', () => {
    expect(parseCsv('a,,c\n1,2,\n,\n')).toEqual([
      ['a', '', 'c'],
      ['1', '2', ''],
      ['', ''],
    ]);
    expect(parseCsv('a,')).toEqual([['a', '']]);
  });

  it('leaves out empty lines and the mark at the start of a file', () => {
    expect(parseCsv('\uFEFFname\r\n\r\nlow\r\n')).toEqual([['name'], ['low']]);
  });
});
