import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAccounting } from '../../../../main/providers/slurm/accounting.ts';
import { elementEnd } from '../../../../main/providers/slurm/element-end.ts';

/** Recorded from Slurm 22.05.8. */
const RECORDED = `6_0|FAILED|1:0|1||00:00.228|200M|1|node1|sd-a
6_0.batch|FAILED|1:0|1|19984384|00:00.228||1|node1|batch
8_0|FAILED|0:9|1||00:00.011|200M|1|node1|sd-a
8_0.batch|CANCELLED by 0|0:9|1|437469184|00:00.011||1|node1|batch
9_0|CANCELLED by 1001|0:0|1||00:00.046|200M|1|node1|sd-a
52_[3-4%2]|CANCELLED by 1001|0:0|0|||200M|1|None assigned|sd-a
`;

describe('accounting', () => {
  it('merges steps into jobs, with the largest peak', () => {
    const jobs = parseAccounting(RECORDED);
    expect(jobs.map(({ arrayId, index }) => `${arrayId}_${index}`)).toEqual([
      '6 sd-a_0',
      '8 sd-a_0',
      '9 sd-a_0',
      '52 sd-a_3',
      '52 sd-a_4',
    ]);
    expect(jobs[1]).toMatchObject({
      state: 'FAILED',
      signal: 9,
      peakMemoryBytes: 437469184,
      requestedBytes: 209715200,
    });
    expect(jobs[2]).toMatchObject({ state: 'CANCELLED', raw: 'CANCELLED by 1001', cpuSeconds: 0.046 });
    expect(jobs[3]).toMatchObject({ state: 'CANCELLED', node: null });
  });

  it('takes the last of several executions', () => {
    const jobs = parseAccounting(
      '7_1|NODE_FAIL|0:0|9|||1G|1|n1|sd-a\n7_1|PENDING|0:0|0|||1G|1|None assigned|sd-a',
    );
    expect(jobs).toMatchObject([{ state: 'PENDING' }]);
  });

  it('keeps arrays apart to which the same number was given, each with its own steps', () => {
    const jobs = parseAccounting(
      '7_1|RUNNING|0:0|9|||1G|1|n1|sd-a\n7_1.batch|RUNNING|0:0|9|4K|||1|n1|batch\n' +
        '7_1|COMPLETED|0:0|2|||1G|1|n2|sd-b\n7_1.batch|COMPLETED|0:0|2|8K|||1|n2|batch',
    );
    expect(jobs).toMatchObject([
      { arrayId: '7 sd-a', index: 1, state: 'RUNNING', peakMemoryBytes: 4096 },
      { arrayId: '7 sd-b', index: 1, state: 'COMPLETED', peakMemoryBytes: 8192 },
    ]);
  });

  it('reads older ways of writing memory and time', () => {
    const [job] = parseAccounting('7|COMPLETED|0:0|9|12116K|1-02:03:04|500Mc|4|n1|a|b');
    expect(job).toMatchObject({
      peakMemoryBytes: 12116 * 1024,
      cpuSeconds: 93_784,
      requestedBytes: 2000 * 2 ** 20,
    });
  });

  it('keeps the row of what never began apart from element 0', () => {
    const jobs = parseAccounting(
      '7_0|COMPLETED|0:0|9|||1G|1|n1|sd-a\n7|CANCELLED|0:0|0|||1G|1|None assigned|sd-a',
    );
    expect(jobs.map(({ index, state }) => [index, state])).toEqual([
      [0, 'COMPLETED'],
      [-1, 'CANCELLED'],
    ]);
  });

  it('never fails on hostile or cut answers', () => {
    const line = fc.stringMatching(/^[0-9_[\]:%,|A-Z. -]{0,60}$/);
    fc.assert(
      fc.property(fc.array(line), fc.nat(), (lines, at) => {
        const text = lines.join('\n') + RECORDED.slice(0, at % RECORDED.length);
        for (const { index } of parseAccounting(text)) expect(index).toBeGreaterThanOrEqual(-1);
      }),
    );
  });
});

describe('the end of an element', () => {
  const end = (row: string, log = '') =>
    elementEnd({ state: null, accounted: parseAccounting(row)[0] ?? null, log }).outcome;

  it.each([
    ['COMPLETED|0:0', 'succeeded'],
    ['FAILED|3:0', 'program_error'],
    ['OUT_OF_MEMORY|0:125', 'out_of_memory'],
    ['TIMEOUT|0:0', 'walltime'],
    ['DEADLINE|0:0', 'walltime'],
    ['CANCELLED by 1001|0:0', 'cancelled'],
    ['NODE_FAIL|0:0', 'node_failure'],
    ['BOOT_FAIL|0:0', 'node_failure'],
    ['PREEMPTED|0:0', 'node_failure'],
    ['FAILED|0:53', 'launch_failure'],
    ['SPECIAL_EXIT|0:0', 'lost'],
    ['WORD_TO_COME|0:0', 'lost'],
  ])('%s is %s', (state, outcome) => {
    expect(end(`1_0|${state}|5|||1G|1|n1|sd-a`)).toBe(outcome);
  });

  it('sees memory behind signal 9 without cgroups, by usage or by the log, and only there', () => {
    const killed = '1_0|FAILED|0:9|5|990M||1000M|1|n1|sd-a';
    expect(end(killed)).toBe('out_of_memory');
    expect(end('1_0|FAILED|0:9|5|100M||1000M|1|n1|sd-a')).toBe('program_error');
    expect(end('1_0|FAILED|0:9|5|||1000M|1|n1|sd-a', 'error: Exceeded job memory limit')).toBe(
      'out_of_memory',
    );
  });

  it('keeps the raw words for people', () => {
    expect(elementEnd({ state: null, accounted: parseAccounting(RECORDED)[1] ?? null, log: '' }).detail).toBe(
      'FAILED 0:9',
    );
    expect(elementEnd({ state: 'REVOKED', accounted: null, log: '' })).toMatchObject({
      outcome: 'lost',
      detail: 'REVOKED',
    });
  });
});
