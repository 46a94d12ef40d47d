import { describe, expect, test } from 'vitest';
import { groupByTask, taskName } from '../../../../main/advisor/data/rows.ts';
import { GIB, MIB } from '../../../../main/platform/units.ts';
import { energyRows, historyRow } from '../fixtures.ts';

const rowsOfTask = (rows: Parameters<typeof groupByTask>[0]) => groupByTask(rows).get('simulate')?.rows ?? [];

describe('what teaches', () => {
  test('only what succeeded; cancelled, lost and broken attempts say nothing about need', () => {
    const rows = (
      ['cancelled', 'lost', 'program_error', 'node_failure', 'launch_failure', 'walltime'] as const
    ).map((outcome, i) => historyRow({ outcome, instanceId: `simulate.${i}` }));
    expect(rowsOfTask(rows)).toEqual([]);
    expect(groupByTask(rows).get('simulate')?.notes.join()).toContain('6 failed, cancelled or lost');
  });

  test('an attempt killed for memory bounds the peak from below', () => {
    const [row] = rowsOfTask([
      historyRow({ outcome: 'out_of_memory', requestedMemoryBytes: GIB, peakMemoryBytes: 0.9 * GIB }),
    ]);
    expect(row).toMatchObject({ censored: true, wallSeconds: null });
    expect(row?.peakMemoryBytes).toBeGreaterThan(GIB);
  });

  test('the bound is dropped where a later attempt measured the peak', () => {
    const rows = rowsOfTask([
      historyRow({ outcome: 'out_of_memory', requestedMemoryBytes: GIB, attempt: 1 }),
      historyRow({ peakMemoryBytes: 1.2 * GIB, attempt: 2 }),
    ]);
    expect(rows.map((row) => row.peakMemoryBytes)).toEqual([1.2 * GIB]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -5, 0, 10 * 1024 ** 5])(
    'a peak of %d is no measurement',
    (peak) => {
      expect(rowsOfTask([historyRow({ peakMemoryBytes: peak })])[0]?.peakMemoryBytes).toBeNull();
    },
  );

  test('a clock that ran backwards gives no time', () => {
    expect(rowsOfTask([historyRow({ wallSeconds: -3 })])[0]?.wallSeconds).toBeNull();
  });
});

test('the elements of a map are one task', () => {
  expect(taskName('sq[11]')).toBe('sq');
  expect(taskName('sq[a]')).toBe('sq[a]');
  const rows = Array.from({ length: 12 }, (_, i) => historyRow({ task: `sq[${i}]`, instanceId: `sq.${i}` }));
  expect([...groupByTask(rows).keys()]).toEqual(['sq']);
  expect(groupByTask(rows).get('sq')?.rows).toHaveLength(12);
});

test('the order of the input does not matter', () => {
  const rows = energyRows(30).map((row) => ({ ...row, peakMemoryBytes: (row.peakMemoryBytes ?? 0) + MIB }));
  expect(groupByTask([...rows].reverse())).toEqual(groupByTask(rows));
});
