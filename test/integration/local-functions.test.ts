import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRig, type Rig, SMALL } from './local-rig.ts';

const MB = 1024 * 1024;
const MODULE = `
export function square({ x }) { console.log('x is', x); return x * x; }
export const noop = () => undefined;
export function boom() { throw new RangeError('too far'); }
export function exit() { process.exit(3); }
export function allocate({ mb }) { return Buffer.alloc(mb * 1024 * 1024, 1).length; }
export const forever = () => { for (;;); };
export const later = (value) => new Promise((resolve) => setTimeout(() => resolve(value), 300));
`;

describe.each([false, true])('functions with processes: %s', (processes) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig({ options: { processes } });
    writeFileSync(`${rig.folder}/tasks.mjs`, MODULE);
  });
  afterAll(() => rig.dispose());

  const call = (name: string, ...values: unknown[]) => ({
    work: { kind: 'function', module: './tasks.mjs', name, arguments: values } as const,
  });

  test('return their value and print to their log', async () => {
    const id = `square.${processes}`;
    const [result] = await rig.run([{ ...call('square', { x: 4 }), id }]);
    expect(result).toMatchObject({ outcome: 'succeeded', value: 16 });
    expect(readFileSync(`${rig.paths.logs}/${id}.1.out`, 'utf8')).toBe('x is 4\n');
  });

  test('may be the text of a function of the caller', async () => {
    const source = 'async (a, b) => a + b';
    const [result] = await rig.run([{ work: { kind: 'source', source, arguments: [40, 2] } }]);
    expect(result).toMatchObject({ outcome: 'succeeded', value: 42 });
  });

  test('that throw, are absent or end their worker fail alone', async () => {
    const results = await rig.run([call('boom'), call('absent'), call('exit'), call('square', { x: 3 })]);
    expect(results.map((r) => r.outcome)).toEqual([
      'program_error',
      'launch_failure',
      'program_error',
      'succeeded',
    ]);
    expect(results[0]!.message).toBe('RangeError: too far');
    expect(results[2]!.message).toBe('The function ended its whole worker (exit code 3)');
    expect((await rig.run([call('square', { x: 5 })]))[0]).toMatchObject({ value: 25 });
  });

  test('that never end are stopped at their time limit, and others go on', async () => {
    const [stuck, fine] = await rig.run([
      { ...call('forever'), request: { ...SMALL, walltimeSeconds: 0.5 } },
      call('later', 'done'),
    ]);
    expect(stuck!.outcome).toBe('walltime');
    expect(fine).toMatchObject({ outcome: 'succeeded', value: 'done' });
  });

  test('survive ten thousand calls', async () => {
    const results = await rig.run(Array.from({ length: 10_000 }, () => call('noop')));
    expect(results.every((r) => r.outcome === 'succeeded')).toBe(true);
  });
});

const linux = process.platform === 'linux';
if (!linux) console.warn('The memory of single calls is measured on Linux only: that test is skipped here');

test.skipIf(!linux)('calls in child processes are measured each for itself', async () => {
  const rig = await openRig({ options: { processes: true }, workers: { a: 1 } });
  writeFileSync(`${rig.folder}/tasks.mjs`, MODULE);
  const call = async (name: string, ...values: unknown[]) => {
    const work = { kind: 'function', module: './tasks.mjs', name, arguments: values } as const;
    const [result] = await rig.run([{ work }]);
    return result!.usage.peakMemoryBytes!;
  };
  for (const mb of [200, 20, 100]) {
    const empty = await call('noop');
    const grown = (await call('allocate', { mb })) - empty;
    expect(Math.abs(grown - mb * MB)).toBeLessThan(20 * MB);
  }
  await rig.dispose();
});

describe('Python functions', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig();
    writeFileSync(
      `${rig.folder}/energy.py`,
      `
def simulate(nodes, name):
    print('hello', name)
    return {'nodes': nodes * 2, 'gap': float('nan'), 'size': len(name)}
def hungry():
    raise MemoryError('no room')
def wrong():
    raise ValueError('not a scenario')
`,
    );
  });
  afterAll(() => rig.dispose());
  const call = (name: string, values: unknown = {}, module = 'energy') => ({
    work: { kind: 'python', module, name, arguments: values } as const,
  });

  test('are called with keyword arguments and return JSON', async () => {
    const [result] = await rig.run([call('simulate', { nodes: 3, name: "'; import os" })]);
    expect(result).toMatchObject({ outcome: 'succeeded', value: { nodes: 6, gap: null, size: 12 } });
  });

  test('take arguments larger than an environment variable', async () => {
    const [result] = await rig.run([call('simulate', { nodes: 3, name: 'é'.repeat(200_000) })]);
    expect(result).toMatchObject({ outcome: 'succeeded', value: { size: 200_000 } });
  });

  test('that fail say their exception', async () => {
    const [wrong, hungry, absent] = await rig.run([
      call('wrong'),
      call('hungry'),
      call('simulate', {}, 'no_such_module'),
    ]);
    expect(wrong).toMatchObject({ outcome: 'program_error', message: 'ValueError: not a scenario' });
    expect(hungry!.outcome).toBe('out_of_memory');
    expect(absent!.outcome).toBe('launch_failure');
  });
});
