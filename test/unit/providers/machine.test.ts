import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { machineCapacity, reserveBytes } from '../../../main/providers/local/machine-capacity.ts';
import { kilobyteField, parseStat } from '../../../main/providers/local/process-tree.ts';
import { treeIn } from '../../../main/providers/local/system-sampler.ts';
import { taskEnvironment, userEnvironment } from '../../../main/providers/local/task-environment.ts';

const GB = 1024 ** 3;
/** A plan prints it, and `24012676915` is nothing to read. */
const wholeMib = (bytes: number) => Math.floor(bytes / 1024 ** 2) * 1024 ** 2;
const facts = (files: Record<string, string>) => ({
  cpus: 16,
  totalMemoryBytes: 64 * GB,
  readLimit: (path: string) => files[path] ?? null,
});

describe('what a machine can give', () => {
  test('is its memory less a reserve', () => {
    expect(machineCapacity(facts({}))).toEqual({ cpus: 16, memoryBytes: 62 * GB });
  });
  test('is at most what its container may use, in both versions of control groups', () => {
    const v2 = facts({
      '/sys/fs/cgroup/memory.max': `${8 * GB}\n`,
      '/sys/fs/cgroup/cpu.max': '250000 100000\n',
    });
    expect(machineCapacity(v2)).toEqual({ cpus: 2, memoryBytes: wholeMib(8 * GB - reserveBytes(8 * GB)) });
    const v1 = facts({
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': String(4 * GB),
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    });
    expect(machineCapacity(v1)).toEqual({ cpus: 1, memoryBytes: wholeMib(4 * GB - reserveBytes(4 * GB)) });
  });
  test('is not limited by limits that say so', () => {
    const none = facts({
      '/sys/fs/cgroup/memory.max': 'max\n',
      '/sys/fs/cgroup/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
    });
    expect(machineCapacity(none)).toEqual({ cpus: 16, memoryBytes: 62 * GB });
  });
});

describe('the process table', () => {
  test('is read right whatever a program calls itself', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 15 }), fc.nat(4_000_000), (name, parent) => {
        const text = `42 (${name}) S ${parent} 7 8 0 -1 4194560 1 2 3 4 100 50 25 25 20 0 1 0 999 1000 10 0 0`;
        expect(parseStat(text)).toEqual({
          state: 'S',
          parent,
          group: 7,
          session: 8,
          cpuSeconds: 2,
          startTicks: 999,
        });
      }),
    );
    expect(parseStat('')).toBeNull();
  });
  test('has no memory for what has ended', () => {
    expect(kilobyteField('VmPeak:  10 kB\nVmHWM:\t    12 kB\n', 'VmHWM')).toBe(12 * 1024);
    expect(kilobyteField('State: Z\n', 'VmHWM')).toBeNull();
  });
  test('gives a tree without its neighbours', () => {
    const row = (pid: number, parentPid: number) => ({ pid, parentPid, residentBytes: 1 });
    const rows = [row(1, 0), row(5, 1), row(6, 5), row(7, 6), row(8, 1)];
    expect(treeIn(rows, 5).map((r) => r.pid)).toEqual([5, 6, 7]);
  });
});

describe('the environment of a task', () => {
  test('is the user’s without what the app brought', () => {
    const own = {
      HOME: '/h',
      ELECTRON_RUN_AS_NODE: '1',
      SCALABLE_TOKEN: 'x',
      NODE_CHANNEL_FD: '3',
      GONE: undefined,
    };
    expect(userEnvironment(own)).toEqual({ HOME: '/h' });
  });
  test('says how many threads to use unless the task or the user has said so', () => {
    const task = { runId: 'r', instanceId: 'x.1', attempt: 2, threads: 4 };
    const env = taskEnvironment({ MKL_NUM_THREADS: '1' }, { OMP_NUM_THREADS: '8' }, task);
    expect(env).toMatchObject({
      OMP_NUM_THREADS: '8',
      MKL_NUM_THREADS: '1',
      OPENBLAS_NUM_THREADS: '4',
      SCALABLE_THREADS: '4',
      SCALABLE_INSTANCE_ID: 'x.1',
      SCALABLE_ATTEMPT: '2',
    });
  });
});
