import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Edit, editManifest } from '../../../main/manifest/edit.ts';
import { setData } from '../../../main/manifest/edit-data.ts';
import { readTree } from '../../../main/manifest/read-tree.ts';
import { toData } from '../../../main/manifest/tree.ts';

const TEXT = `# the study
version: 1

project: { name: study } # who we are
components:
  model:
    cpus: 1   # cores
    memory: 128M # a guess
    image: 'ghcr.io/x'
  report: {cpus: 1,   memory: "1G"}
  empty:

tasks:
  simulate:
    component: model
    needs: []
    inputs:
      # where from
      - a/*.nc
      - b/*.nc
    command: |
      run --it
      done
x: yes # kept
`;

const data = (text: string): unknown => {
  const { tree } = readTree(text);
  return tree === null ? null : toData(tree);
};
/** Lines that differ, as `- old` and `+ new`. */
function changed(edit: Edit): string[] {
  const [before, after] = [TEXT.split('\n'), editManifest(TEXT, [edit]).split('\n')];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

describe('only the value changes', () => {
  test.each<[name: string, edit: Edit, lines: string[]]>([
    [
      'a plain value with a comment',
      { path: ['components', 'model', 'memory'], value: '2G' },
      ['-     memory: 128M # a guess', '+     memory: 2G # a guess'],
    ],
    [
      'a number, its blanks kept',
      { path: ['components', 'model', 'cpus'], value: 16 },
      ['-     cpus: 1   # cores', '+     cpus: 16   # cores'],
    ],
    [
      'single quotes',
      { path: ['components', 'model', 'image'], value: "it's" },
      ["-     image: 'ghcr.io/x'", "+     image: 'it''s'"],
    ],
    [
      'double quotes in a flow mapping',
      { path: ['components', 'report', 'memory'], value: '2G' },
      ['-   report: {cpus: 1,   memory: "1G"}', '+   report: {cpus: 1,   memory: "2G"}'],
    ],
    [
      'a new key of a block mapping',
      { path: ['components', 'model', 'env'], value: { A: '1' } },
      ['+     env: { A: "1" }'],
    ],
    [
      'a new key of a flow mapping',
      { path: ['components', 'report', 'tags'], value: ['a', 'b'] },
      ['-   report: {cpus: 1,   memory: "1G"}', '+   report: {cpus: 1,   memory: "1G", tags: [a, b]}'],
    ],
    [
      'a key below an empty value',
      { path: ['components', 'empty', 'cpus'], value: 2 },
      ['-   empty:', '+   empty: { cpus: 2 }'],
    ],
    [
      'missing parents',
      { path: ['scaling', 'max_workers', 'model'], value: 4 },
      ['+ scaling: { max_workers: { model: 4 } }'],
    ],
    ['an item at the end', { path: ['tasks', 'simulate', 'inputs', 2], value: 'c' }, ['+       - c']],
    [
      'an item of an empty list',
      { path: ['tasks', 'simulate', 'needs', 0], value: 'prepare' },
      ['-     needs: []', '+     needs: [prepare]'],
    ],
    [
      'a block by one line',
      { path: ['components', 'model'], value: { cpus: 3 } },
      [
        '-   model:',
        '-     cpus: 1   # cores',
        '-     memory: 128M # a guess',
        "-     image: 'ghcr.io/x'",
        '+   model: { cpus: 3 }',
      ],
    ],
    [
      'text that must be quoted',
      { path: ['x'], value: 'no: really' },
      ['- x: yes # kept', '+ x: "no: really" # kept'],
    ],
    [
      'text that looks like something else',
      { path: ['x'], value: '010' },
      ['- x: yes # kept', '+ x: "010" # kept'],
    ],
    [
      'the removal of a key',
      { path: ['components', 'model', 'memory'], value: undefined },
      ['-     memory: 128M # a guess'],
    ],
    [
      'the removal of a flow key',
      { path: ['components', 'report', 'cpus'], value: undefined },
      ['-   report: {cpus: 1,   memory: "1G"}', '+   report: {memory: "1G"}'],
    ],
    [
      'the removal of an item',
      { path: ['tasks', 'simulate', 'inputs', 0], value: undefined },
      ['-       - a/*.nc'],
    ],
    ['nothing, when it is so already', { path: ['components', 'model', 'cpus'], value: 1 }, []],
  ])('%s', (_, edit, lines) => {
    expect(changed(edit)).toEqual(lines);
    expect(data(editManifest(TEXT, [edit]))).toEqual(setData(data(TEXT), edit.path, edit.value)?.data);
  });

  test('a block of text is replaced as a whole', () => {
    const after = editManifest(TEXT, [{ path: ['tasks', 'simulate', 'command'], value: 'run' }]);
    expect(after).toContain('    command: run\nx: yes # kept\n');
  });

  test('line endings of Windows stay', () => {
    const after = editManifest(TEXT.replace(/\n/g, '\r\n'), [
      { path: ['components', 'model', 'tags'], value: [] },
    ]);
    expect(after.replace(/\r\n/g, '')).not.toContain('\n');
    expect(after).toContain('tags: []\r\n');
  });

  test('several edits in one go', () => {
    const after = editManifest(TEXT, [
      { path: ['components', 'model', 'memory'], value: '1G' },
      { path: ['components', 'model', 'cpus'], value: 2 },
    ]);
    expect(data(after)).toMatchObject({ components: { model: { cpus: 2, memory: '1G' } } });
  });
});

test('values shared by an anchor are not changed behind the back of others', () => {
  const text = 'a: &a { x: 1 }\nb: *a\n';
  expect(() => editManifest(text, [{ path: ['a', 'x'], value: 2 }])).toThrow(
    expect.objectContaining({ code: 'E_MANIFEST_EDIT' }),
  );
  expect(data(editManifest(text, [{ path: ['b'], value: 3 }]))).toEqual({ a: { x: 1 }, b: 3 });
});

test('text with problems, and paths through scalars, are refused', () => {
  expect(() => editManifest('a: [', [{ path: ['a'], value: 1 }])).toThrow(
    expect.objectContaining({ code: 'E_MANIFEST_EDIT' }),
  );
  expect(() => editManifest(TEXT, [{ path: ['x', 'y'], value: 1 }])).toThrow(
    expect.objectContaining({ code: 'E_MANIFEST_EDIT' }),
  );
});

test('whatever is set, everything else keeps its value and every comment stays', () => {
  const path = fc.constantFrom<Edit['path']>(
    ['version'],
    ['project', 'name'],
    ['project', 'default_storage'],
    ['components', 'model', 'cpus'],
    ['components', 'model', 'new key'],
    ['components', 'report', 'memory'],
    ['components', 'empty', 'memory'],
    ['components', 'other', 'env', 'A'],
    ['tasks', 'simulate', 'inputs', 1],
    ['tasks', 'simulate', 'needs', 0],
    ['tasks', 'simulate', 'command'],
    ['x'],
    ['y', 'z'],
  );
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      'yes',
      '1e3',
      '2030-01-01',
      '~',
      '',
      ' a',
      'a: b',
      '- a',
      '{x}',
      '# no',
      "it's",
      '1:30',
      'line\nline',
    ),
    fc.double({ noNaN: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer()), { maxKeys: 3, noNullPrototype: true }),
  );
  fc.assert(
    fc.property(fc.array(fc.record({ path, value }), { minLength: 1, maxLength: 4 }), (edits) => {
      let wanted = data(TEXT);
      for (const edit of edits) {
        const next = setData(wanted, edit.path, edit.value);
        fc.pre(next !== undefined);
        wanted = next?.data;
      }
      const after = editManifest(TEXT, edits);
      expect(data(after)).toEqual(wanted);
      for (const comment of ['# the study', '# who we are', '# cores', '# a guess', '# where from', '# kept'])
        expect(after).toContain(comment);
    }),
    { numRuns: 400 },
  );
});
