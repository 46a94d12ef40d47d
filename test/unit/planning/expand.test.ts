import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandParams } from '../../../main/planning/expand.ts';
import { paramValues, rangeValues } from '../../../main/planning/param-values.ts';

const product = { name: 't', expand: 'product' } as const;
const zip = { name: 't', expand: 'zip' } as const;

describe('parameter values', () => {
  const files: Record<string, string> = {
    'scenarios.csv': 'name,code\n"low, wet",007\nhigh,12\n',
    'nodes.txt': '400\n\n800 \n1.5e3\n',
  };
  const read = async (path: string) => files[path] ?? '';

  it('come from lists, ranges, columns and lines, one after the other', async () => {
    const values = await paramValues(
      [
        { kind: 'values', values: [1, 'x', true, null] },
        { kind: 'range', start: 2000, stop: 8000, step: 3000 },
        { kind: 'file', path: 'nodes.txt', column: null },
      ],
      read,
    );
    expect(values).toEqual([1, 'x', true, null, 2000, 5000, 8000, 400, 800, 1500]);
  });

  it('keep numbers as numbers and codes with leading zeros as text', async () => {
    const column = (name: string) =>
      paramValues([{ kind: 'file', path: 'scenarios.csv', column: name }], read);
    expect(await column('code')).toEqual(['007', 12]);
    expect(await column('name')).toEqual(['low, wet', 'high']);
    await expect(column('Name')).rejects.toMatchObject({ code: 'E_PARAM_COLUMN' });
  });

  it('of a file with a broken quote, a short row, no rows or too many are refused: a guess would run the wrong thing', async () => {
    const column = (text: string) =>
      paramValues([{ kind: 'file', path: 'v.csv', column: 'b' }], async () => text);
    await expect(column('a,b\n1,2\n3,"4\n5,6\n')).rejects.toMatchObject({
      code: 'E_CSV_QUOTE',
      message: expect.stringContaining('v.csv: The quote that opens in line 3'),
    });
    await expect(column('a,b\n1,2\n3\n')).rejects.toMatchObject({
      code: 'E_PARAM_COLUMN',
      message: expect.stringContaining('Row 2 of v.csv'),
    });
    expect(await column('a,b\n1,\n')).toEqual(['']);
    await expect(column('a,b\n')).rejects.toMatchObject({ code: 'E_PARAM_EMPTY' });
    await expect(column(`a,b\n${'1,2\n'.repeat(1_000_001)}`)).rejects.toMatchObject({ code: 'E_PARAM_FILE' });
  });

  it('include the end of a range and carry no binary dust', () => {
    expect(rangeValues(0.1, 0.5, 0.1)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(rangeValues(10, 1, -4)).toEqual([10, 6, 2]);
    expect(() => rangeValues(0, 1e9, 0.1)).toThrow(expect.objectContaining({ code: 'E_PARAM_RANGE' }));
    expect(() => rangeValues(0, 1, 0)).toThrow(expect.objectContaining({ code: 'E_PARAM_RANGE' }));
  });
});

describe('a product', () => {
  it('has every combination once, the last declared parameter running fastest', () => {
    expect(expandParams(product, { a: [1, 2], b: ['x', 'y'] })).toEqual([
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    const lists = fc.dictionary(
      fc.stringMatching(/^[a-d]$/),
      fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(lists, (values) => {
        const sets = expandParams(product, values).map((set) => JSON.stringify(set));
        const size = Object.values(values).reduce((count, list) => count * list.length, 1);
        expect(sets).toHaveLength(size);
        expect(new Set(sets).size).toBe(size);
      }),
    );
  });

  it('is one instance without parameters, and none where a list is empty', () => {
    expect(expandParams(product, {})).toEqual([{}]);
    expect(expandParams(product, { a: [1, 2], b: [] })).toEqual([]);
  });

  it('is refused before it fills the memory', () => {
    const many = Array.from({ length: 2000 }, (_, i) => i);
    expect(() => expandParams(product, { a: many, b: many })).toThrow(
      expect.objectContaining({ code: 'E_TOO_MANY_INSTANCES' }),
    );
  });
});

describe('a zip', () => {
  it('puts values of the same place together', () => {
    expect(expandParams(zip, { a: [1, 2], b: ['x', 'y'] })).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });

  it('names the lengths where they differ', () => {
    expect(() => expandParams(zip, { a: [1, 2], b: ['x'] })).toThrow(/a has 2, b has 1/);
  });
});
