import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { numpyPermutation } from '../../../../main/advisor/backtest/numpy-permutation.ts';
import { readTrace } from '../../../../main/advisor/backtest/read-trace.ts';
import {
  priced,
  replay,
  stepsBySeed,
  stepsByTime,
  type TraceTask,
} from '../../../../main/advisor/backtest/replay.ts';
import { cli } from '../../cli/fake-io.ts';

const GB = 1e9;

const task = (index: number, more: Partial<TraceTask> = {}): TraceTask => ({
  index,
  task: 'align',
  tag: '',
  inputBytes: null,
  requestedBytes: 8 * GB,
  peakBytes: (2 + (index % 5) / 10) * GB,
  hours: 1,
  submittedAt: index * 1000,
  finishedAt: index * 1000 + 500,
  ...more,
});
const tasks = Array.from({ length: 40 }, (_, i) => task(i));

test('the order of a seed is that of numpy', () => {
  // numpy.random.RandomState(1996).permutation(10), and the first of RandomState(4294967295).permutation(1000)
  expect([...numpyPermutation(10, 1996)]).toEqual([0, 7, 8, 4, 6, 9, 3, 5, 2, 1]);
  expect([...numpyPermutation(1000, 2 ** 32 - 1).slice(0, 5)]).toEqual([94, 405, 819, 632, 217]);
});

describe('a replay', () => {
  test('by time knows what had ended when a task was submitted, and nothing later', () => {
    const slow = [task(0, { finishedAt: 2500 }), task(1), task(2), task(3)];
    const known = stepsByTime(slow).map(({ kind, task: { index } }) => `${kind} ${index}`);
    expect(known).toEqual([
      'size 0',
      'size 1',
      'learn 1',
      'size 2',
      'learn 0',
      'learn 2',
      'size 3',
      'learn 3',
    ]);
  });

  test('by seed begins with 30 % of each task, and leaves out what ran too seldom', () => {
    const steps = stepsBySeed([...tasks, task(40, { task: 'rare' })], 7);
    expect(steps.filter(({ kind }) => kind === 'size')).toHaveLength(28);
    expect(steps.slice(0, 12).every(({ kind }) => kind === 'learn')).toBe(true);
    expect(new Set(steps.map((step) => step.task.index)).size).toBe(40);
  });

  test('decides nothing differently when later tasks change', () => {
    const changed = tasks.map((one) => (one.index >= 20 ? { ...one, peakBytes: 50 * GB } : one));
    const firsts = (some: readonly TraceTask[]) =>
      [...replay(stepsByTime(some))].slice(0, 20).map(({ ladder }) => ladder);
    expect(firsts(changed)).toEqual(firsts(tasks));
    expect(firsts(tasks)[0]).toEqual([8 * GB]);
  });

  test('charges failed attempts in full and the last for what it did not use', () => {
    expect(priced(task(0, { peakBytes: 3 * GB, hours: 2 }), [GB, 2 * GB, 5 * GB])).toMatchObject({
      failures: 2,
      wastedGbh: 10,
    });
    expect(priced(task(0, { peakBytes: 3 * GB }), [GB])).toMatchObject({ failures: 2, wastedGbh: 4 });
  });
});

describe('scalable backtest', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backtest-'));
    const header =
      'task_id\thash\tname\tprocess\ttag\tstatus\texit\tattempt\tsubmit\tstart\tcomplete\trealtime\tcpus\tmemory\t%cpu\tpeak_rss\trchar';
    const lines = Array.from({ length: 40 }, (_, i) => {
      const at = 1_674_490_103_000 + i * 100_000;
      return `${i}\tab/${i}\tALIGN (s${i})\tALIGN\ts${i}\tCOMPLETED\t0\t1\t${at}\t${at}\t${at + 60_000}\t60000\t2\t${8 * GB}\t100\t${i === 3 ? '-' : 2 * GB + i * 1e6}\t${GB + i}`;
    });
    await writeFile(join(folder, 'trace.txt'), `${[header, ...lines].join('\n')}\n`);
    const csv = Array.from(
      { length: 12 },
      (_, i) => `solve,${10 + i},${1000 + 10 * i},4G,${i},2026-01-01T00:${10 + i}:00Z`,
    );
    await writeFile(
      join(folder, 'table.csv'),
      ['task,duration_s,rss,requested_memory,param.nodes,started_at', ...csv].join('\n'),
    );
    await writeFile(join(folder, 'none.csv'), 'task,duration_s\nsolve,3\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  interface Result {
    decisions: { index: number; row: number; task: string; memory_mb: number; allocated_mb: number[] }[];
    wastage_gbh: number;
    failures: number;
    requested: { wastage_gbh: number };
    seconds: number;
  }

  test('sizes each task of a trace from its past and says what that would have wasted', async () => {
    const { code, json, stderr } = await cli({ cwd: folder }, 'backtest', 'trace.txt', '--format', 'json');
    expect(code).toBe(0);
    const result = json<Result>();
    expect(result.decisions).toHaveLength(39);
    expect(result.decisions[0]).toEqual({
      index: 0,
      row: 0,
      task: 'ALIGN',
      memory_mb: 8000,
      allocated_mb: [8000],
    });
    expect(result.wastage_gbh).toBeLessThan(result.requested.wastage_gbh / 3);
    expect(stderr).toContain('1 finished tasks without measured memory');
  });

  test('replays published protocols by seed, reads mapped tables, and writes its decisions to a file', async () => {
    const seeded = await cli({ cwd: folder }, 'backtest', 'trace.txt', '--seed', '7', '--output', 'd.json');
    expect(seeded.stdout).toContain('28 tasks sized from their past only');
    const mapped = await cli(
      { cwd: folder },
      'backtest',
      'table.csv',
      '--map',
      'rss=peak_memory_mb',
      '--format',
      'json',
    );
    expect(mapped.json<Result>().decisions).toHaveLength(12);
    expect(
      (await readTrace(join(folder, 'table.csv'), { map: { rss: 'peak_memory_mb' } })).tasks[3],
    ).toMatchObject({ inputBytes: 3, peakBytes: 1030 * 2 ** 20 });
  });

  test('says why there is nothing to replay', async () => {
    const { code, stderr } = await cli({ cwd: folder }, 'backtest', 'none.csv');
    expect([code, stderr]).toEqual([1, expect.stringContaining('nothing to replay')]);
  });
});
