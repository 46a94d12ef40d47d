// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a manifest names a variable
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadManifest } from '../../../main/manifest/load.ts';
import { MAX_MANIFEST_CHARACTERS } from '../../../main/manifest/read-tree.ts';
import { BASE, errors, parse, warnings } from './support.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['empty', '', 'empty'],
  ['only a comment', '# nothing\n', 'empty'],
  ['a list', '- a\n- b\n', 'not a mapping'],
  ['a word', 'hello', 'not a mapping'],
  ['an open bracket', 'version: [1', 'not YAML'],
  ['two documents', `${BASE}---\n${BASE}`, 'not YAML'],
  ['a NUL character', 'version: 1\nproject: {name: a\0b}', 'NUL'],
  ['an alias of nothing', 'a: *b', '&b'],
  ['an anchor inside itself', 'a: &a [*a]', 'itself'],
  ['a Python object', 'a: !!python/object:os.system {}', ''],
])('%s is one clear problem', (_, text, says) => {
  const { report, spec } = parse(text);
  expect(spec).toBeNull();
  expect(report.errors.length).toBeGreaterThan(0);
  expect(report.errors[0]).toMatchObject({ code: 'E_MANIFEST' });
  expect(report.errors[0]?.message).toContain(says);
});

test('a tab in the indentation is named with its line and a hint', () => {
  const { errors: found } = parse('version: 1\nproject:\n\tname: x\n').report;
  expect(found[0]).toMatchObject({ code: 'E_MANIFEST', line: 3 });
  expect(found.map((problem) => problem.hint).join()).toContain('spaces');
});

test('aliases that explode are refused at once', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`,
  );
  const start = performance.now();
  const { errors: found } = parse(`l0: &l0 [x, x, x]\n${levels.join('\n')}\n`).report;
  expect(performance.now() - start).toBeLessThan(2000);
  expect(found[0]?.message).toContain('values');
  expect(found[0]?.line).toBeGreaterThan(1);
});

test.each([
  ['brackets', '['.repeat(50_000)],
  ['mappings', '{a: '.repeat(50_000)],
  ['dashes', '- '.repeat(50_000)],
  ['indentation', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['anchors', '&a '.repeat(30_000)],
  ['aliases', `a: &a 1\nb: [${'*a,'.repeat(30_000)}]`],
])('deep or endless %s are refused quickly', (_, text) => {
  const start = performance.now();
  expect(parse(text).spec).toBeNull();
  expect(performance.now() - start).toBeLessThan(5000);
});

test('a long list of values is read in time that grows with its length', () => {
  const values = (count: number) =>
    `${BASE}  wide:\n    component: model\n    params:\n      a:\n${'        - value\n'.repeat(count)}`;
  const start = performance.now();
  expect(parse(values(50_000)).report.ok).toBe(true);
  expect(performance.now() - start).toBeLessThan(10_000);
});

test('a file beyond the limit is refused before it is parsed', async () => {
  const start = performance.now();
  expect(parse('a'.repeat(MAX_MANIFEST_CHARACTERS + 1)).report.errors[0]?.message).toContain(
    '2,000,001 characters',
  );
  expect(performance.now() - start).toBeLessThan(200);

  const path = join(folder, 'huge.yaml');
  await writeFile(path, Buffer.alloc(50_000_000, 'a'));
  const { report } = await loadManifest({ path });
  expect(report.errors).toMatchObject([
    { code: 'E_MANIFEST', message: expect.stringContaining('50,000,000 bytes') },
  ]);
});

test('a missing file, a folder and a file that is not text are problems, not exceptions', async () => {
  expect(errors(await loadManifest({ path: join(folder, 'none.yaml') }))).toEqual(['E_MANIFEST manifest']);
  expect((await loadManifest({ path: folder })).report.errors[0]?.message).toContain('folder');
  const binary = join(folder, 'binary.yaml');
  await writeFile(binary, Buffer.from([0xff, 0xfe, 0x00, 0xd8]));
  expect((await loadManifest({ path: binary })).report.errors[0]?.message).toContain('UTF-8');
});

test('a key said twice is pointed out; the later one counts', () => {
  const loaded = parse(BASE.replace('cpus: 1', 'cpus: 1, cpus: 3'));
  expect(warnings(loaded)).toEqual(['W_DUPLICATE_KEY cpus']);
  expect(loaded.spec?.components.model?.cpus).toBe(3);
});

test('whatever the text, the answer is a report', () => {
  const fragment = fc.constantFrom(
    'version: 1\n',
    'project:',
    ' name: x\n',
    'targets:\n',
    '  local: {provider: local}\n',
    'components:\n',
    '  a: ',
    '{cpus: 1}\n',
    'tasks:\n',
    '  t: {component: a, command: ',
    '"x {y}"',
    "'",
    '"',
    '}\n',
    '- ',
    '[',
    ']',
    '&a ',
    '*a',
    '<<: ',
    '? ',
    '!!int ',
    '|\n',
    '\t',
    '#',
    '${X}',
    '\0',
    '---\n',
    'null\n',
    '~',
    '[[a]]: b\n',
    'needs: [t]\n',
    'params: {p: {range: [1, 0]}}\n',
    'walltime: 1:99\n',
    '%YAML 1.1\n',
    'overlays: {a: 1}\n',
    '\uFEFF',
    '\r\n',
    '__proto__: 1\n',
    'constructor: {}\n',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.array(fragment, { maxLength: 6 }).map((parts) => BASE + parts.join('')),
  );
  fc.assert(
    fc.property(text, (input) => {
      const { report, spec } = parse(input);
      expect(spec === null).toBe(!report.ok);
      for (const found of [...report.errors, ...report.warnings]) {
        expect(found.code).toMatch(/^[EW]_[A-Z_0-9]+$/);
        if (found.line !== null) expect(found.line).toBeGreaterThan(0);
      }
    }),
    { numRuns: 1500 },
  );
});

test('a shape that is wrong anywhere is reported, never thrown', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const key = fc.constantFrom(
    'version',
    'project',
    'targets',
    'components',
    'tasks',
    'scaling',
    'objectives',
    'overlays',
  );
  fc.assert(
    fc.property(
      fc.dictionary(key, value),
      fc.dictionary(
        fc.constantFrom(
          'command',
          'params',
          'needs',
          'component',
          'walltime',
          'outputs',
          'env',
          'inputs',
          'python',
          'features',
          'scouts',
        ),
        value,
      ),
      (sections, task) => {
        const text = JSON.stringify({
          version: 1,
          project: { name: 'x' },
          targets: { l: { provider: 'local' } },
          ...sections,
          tasks: { t: task, ...(typeof sections.tasks === 'object' ? sections.tasks : {}) },
        });
        expect(parse(text).report.errors.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
});
