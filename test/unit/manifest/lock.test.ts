import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseManifest } from '../../../main/manifest/load.ts';
import { pythonFloat, resolvePlain } from '../../../main/manifest/yaml-scalars.ts';
import { BASE, parse, specOf } from './support.ts';

// Hashes made by Python: json.dumps(safe_load(text), sort_keys=True, separators=(',', ':'), ensure_ascii=False).
test.each([
  ['recorded-plain', 'b9dd1c39ab383729860e3a360ecd7681f78df9d3750ebad06bb9bbd48083a8e3'],
  ['recorded-numbers', '0f6181bc1d0a4734e427b21602734c2a207e54d8f84464dddff033b3a8f5ff59'],
])('the lock of %s equals the reference package’s', async (file, lock) => {
  const text = await readFile(new URL(`../../fixtures/manifests/${file}.yaml`, import.meta.url), 'utf8');
  expect(specOf(parseManifest(text, { projectFolder: '/' })).lock).toBe(lock);
});

test('the lock does not depend on the order of keys, comments or blanks', () => {
  const [version, ...rest] = BASE.split(/\n(?=\w)/);
  fc.assert(
    fc.property(fc.shuffledSubarray(rest, { minLength: rest.length }), fc.boolean(), (sections, last) => {
      const text = (last ? [...sections, version] : [version, ...sections])
        .map((part) => `# note\n\n${part}\n`)
        .join('');
      expect(specOf(parse(text)).lock).toBe(specOf(parse(BASE)).lock);
    }),
  );
});

test('the lock changes with any value', () => {
  expect(specOf(parse(BASE.replace('cpus: 1', 'cpus: 2'))).lock).not.toBe(specOf(parse(BASE)).lock);
});

test('the resolved YAML reads back to the same lock', () => {
  const text = `${BASE}note: { a: 010, b: 1.0, c: "yes", d: "010", e: "4:00:00", f: [], g: {}, h: "a: b # c", i: "two\\nlines", j: null, k: "1e3", l: "y", m: 2030-01-01, n: 1.0e+22, o: "" }\n`;
  const first = parse(text);
  const again = parse(first.resolvedYaml ?? '');
  expect(specOf(again).lock).toBe(specOf(first).lock);
  expect(specOf(again).resolved.note).toEqual(specOf(first).resolved.note);
});

test('floats are written as Python writes them', () => {
  const cases: [number, string][] = [
    [1, '1.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [123456.789, '123456.789'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.25e22, '1.25e+22'],
    [-2.5, '-2.5'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of cases) expect(pythonFloat(value)).toBe(text);
});

test('a float reads back from its Python form', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(pythonFloat(value))).toBe(value);
    }),
  );
});

test.each([
  ['yes', true, 'boolean'],
  ['off', false, 'boolean'],
  ['true', true, null],
  ['y', 'y', null],
  ['~', null, null],
  ['', null, null],
  ['010', 8, 'octal'],
  ['08', '08', null],
  ['0x1F', 31, null],
  ['0b11', 3, null],
  ['1_000', 1000, null],
  ['0o7', '0o7', null],
  ['4:00:00', 14400, 'sexagesimal'],
  ['04:00:00', '04:00:00', null],
  ['8:70:00', '8:70:00', null],
  ['1:30.5', 90.5, 'sexagesimal'],
  ['1e3', '1e3', null],
  ['1.0e3', '1.0e3', null],
  ['1.0e+3', 1000, null],
  ['.5', 0.5, null],
  ['-.inf', Number.NEGATIVE_INFINITY, null],
  ['2030-01-01', '2030-01-01', null],
  ['_', '_', null],
  ['0_', 0, null],
])('a plain %s is read as PyYAML reads it', (raw, value, trap) => {
  expect(resolvePlain(raw)).toMatchObject({ value, trap });
});
