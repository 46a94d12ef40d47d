import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countJobs,
  parseAccounts,
  parseConfig,
  parseFairShare,
  parseNextStart,
  parsePartitionStates,
  parsePartitions,
  parseQueues,
  parseTimeLimit,
  parseVersion,
} from '../../../main/connections/site/slurm-text.ts';

describe('what a site answers', () => {
  it.each([
    ['infinite', null],
    ['15', 900],
    ['30:00', 1800],
    ['4:00:00', 14_400],
    ['7-00:00:00', 604_800],
    ['1-12', 129_600],
    ['1-12:30', 131_400],
    ['soon', undefined],
  ])('reads the time limit %s', (text, seconds) => {
    expect(parseTimeLimit(text)).toBe(seconds);
  });

  it('reads versions and settings', () => {
    expect(parseVersion('slurm 22.05.8\n')).toBe('22.05.8');
    expect(parseVersion('slurm-wlm 21.08.5')).toBe('21.08.5');
    expect(parseVersion('welcome')).toBeNull();
    expect(
      parseConfig('AccountingStorageEnforce = none\nClusterName             = testbed\n').get('ClusterName'),
    ).toBe('testbed');
  });

  it('gathers the kinds of node of each partition', () => {
    const [short] = parsePartitions('short*|up|1:00:00|4|1000|3\nshort*|up|1:00:00|8+|2000+|1\nbanner\n');
    expect(short).toMatchObject({ name: 'short', isDefault: true, maxSeconds: 3600 });
    expect(short?.nodes.map(({ count, cpus }) => [count, cpus])).toEqual([
      [1, 8],
      [3, 4],
    ]);
  });

  it('reads accounts, states, jobs and fair share', () => {
    expect(parseAccounts('a||x,y\nb|p|\n|bad|\n', 'b')).toEqual([
      { account: 'a', isDefault: false, partition: null, qos: ['x', 'y'] },
      { account: 'b', isDefault: true, partition: 'p', qos: [] },
    ]);
    expect(parsePartitionStates('p|up|infinite|1/2/3/6|10/20/30/60')[0]).toMatchObject({
      nodes: { idle: 2, total: 6 },
      cpus: { idle: 20, total: 60 },
    });
    expect(countJobs('RUNNING\nPENDING\nRUNNING\n')).toEqual({ running: 2, pending: 1 });
    expect(parseFairShare('\n0.25\n0.5\n')).toBe(0.5);
    expect(parseFairShare('sshare: error')).toBeNull();
    expect(parseFairShare('0.000000\n')).toBeNull();
    expect(parseQueues('short|214|17\nbig|3|\nbanner\n')).toEqual([
      { partition: 'big', waiting: 3, place: null },
      { partition: 'short', waiting: 214, place: 17 },
    ]);
    expect(parseQueues('a|5|\na,b|2|1\n')).toEqual([
      { partition: 'a', waiting: 7, place: 1 },
      { partition: 'b', waiting: 2, place: 1 },
    ]);
    expect(parseNextStart('1795255200\n1795250000\nN/A\n')).toBe(1_795_250_000_000);
    expect(parseNextStart('N/A\n2026-11-21T09:00:00\n')).toBeNull();
  });

  it('never fails, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const partition of parsePartitions(text)) expect(partition.name).toMatch(/^[\w.-]+$/);
        parsePartitionStates(text);
        parseAccounts(text, null);
        parseConfig(text);
        parseFairShare(text);
        parseQueues(text);
        parseNextStart(text);
      }),
    );
  });
});
