import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queueSentence } from '../../../renderer/lib/site-words.ts';
import { declaredOutputs, siteOfRun } from '../../../renderer/pages/runs/run-site.ts';
import { waitingReasons } from '../../../renderer/pages/runs/site-panel.tsx';

const plan = {
  spec: {
    target: { options: { connection: 'hpc', partition: 'short' } },
    tasks: { simulate: { outputs: { table: 'file', maps: 'dir' } }, report: { outputs: {} } },
  },
};

describe('a recorded run', () => {
  it('tells its site and what its tasks put out', () => {
    expect(siteOfRun({ provider: 'slurm', plan })).toEqual({ connection: 'hpc', partition: 'short' });
    expect(siteOfRun({ provider: 'local', plan })).toBeNull();
    expect(declaredOutputs(plan)).toEqual({ simulate: ['table', 'maps'] });
  });

  it('is read with care, whatever wrote it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(siteOfRun({ provider: 'slurm', plan: value })).not.toBeNull();
        declaredOutputs(value);
        declaredOutputs({ spec: { tasks: value } });
      }),
    );
    expect(siteOfRun({ provider: 'slurm' })).toEqual({ connection: null, partition: null });
  });
});

it('adds up why work waits over all tags, most frequent first', () => {
  expect(
    waitingReasons([
      { waiting: [{ reason: 'Priority', elements: 3 }] },
      {},
      {
        waiting: [
          { reason: 'Resources', elements: 9 },
          { reason: 'Priority', elements: 4 },
        ],
      },
    ]),
  ).toEqual([
    { reason: 'Resources', elements: 9 },
    { reason: 'Priority', elements: 7 },
  ]);
});

it('tells the place in a queue only where there is one', () => {
  const queue = (place: number | null, waiting: number) =>
    queueSentence({ partition: 'short', place, waiting });
  expect(queue(17, 214)).toBe('The first of your waiting jobs is number 17 of 214 in short.');
  expect(queue(1, 9)).toBe('Yours is the next of 9 waiting jobs in short.');
  expect(queue(1, 1)).toBe('Nobody else waits in short.');
  expect(queue(null, 9)).toBeNull();
  expect(queueSentence(undefined)).toBeNull();
});
