import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkInstances, elementWalltime, splitArrays } from '../../../../main/providers/batch/chunking.ts';
import { endsOfMembers, type OpenMember } from '../../../../main/providers/batch/element-end.ts';
import { groupInstances, roundRequest } from '../../../../main/providers/batch/grouping.ts';
import { POLL_PACE, pollInterval } from '../../../../main/providers/batch/poll-interval.ts';
import { shareWorkers, throttles } from '../../../../main/providers/batch/throttle.ts';
import type { AttemptOutcome } from '../../../../main/providers/provider.ts';
import { instance } from './small-session.ts';

const MIB = 2 ** 20;

describe('chunks', () => {
  const durations = fc.array(fc.option(fc.double({ min: 0.01, max: 5000, noNaN: true })), { maxLength: 300 });

  it('hold every instance once, and no worker is left without one', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 50 }), (seconds, workers) => {
        const all = seconds.map((predictedSeconds, i) => instance(`a.${i}`, { predictedSeconds }));
        const elements = chunkInstances(all, { targetSeconds: 300, workers });
        expect(
          elements
            .flat()
            .map(({ id }) => id)
            .sort(),
        ).toEqual(all.map(({ id }) => id).sort());
        expect(elements.every((members) => members.length > 0)).toBe(true);
        expect(elements.length).toBeGreaterThanOrEqual(Math.min(workers, all.length));
      }),
    );
  });

  it('end together: no element takes longer than an even share and one instance more', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 200 }), (seconds) => {
        const all = seconds.map((predictedSeconds, i) => instance(`a.${i}`, { predictedSeconds }));
        const elements = chunkInstances(all, { targetSeconds: 300, workers: 4 });
        const loads = elements.map((members) =>
          members.reduce((sum, m) => sum + (m.predictedSeconds ?? 0), 0),
        );
        const even = seconds.reduce((sum, s) => sum + s, 0) / elements.length;
        expect(Math.max(...loads)).toBeLessThanOrEqual(even + Math.max(...seconds) + 1e-6);
      }),
    );
  });

  it('of unknown duration are modest, and one element for twenty is enough', () => {
    const all = Array.from({ length: 2000 }, (_, i) => instance(`a.${i}`));
    expect(chunkInstances(all, { targetSeconds: 300, workers: 48 })).toHaveLength(100);
  });

  it('get the time of all of their instances, as far as the site grants it', () => {
    const elements = [[instance('a.0'), instance('a.1'), instance('a.2')], [instance('a.3')]];
    const request = { cpus: 1, memoryBytes: null, walltimeSeconds: 3600 };
    expect(elementWalltime(elements, request, null)).toBe(10_800);
    expect(elementWalltime(elements, request, 7200)).toBe(7200);
    expect(elementWalltime(elements, { ...request, walltimeSeconds: null }, null)).toBe(null);
  });

  it('are split into arrays that the engine takes', () => {
    expect(splitArrays([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe('rounding of requests', () => {
  it('gives at least what was asked for, little more, and never more than a node has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.integer({ min: 0, max: 2 ** 20 }),
        (bytes, room) => {
          const most = bytes + room;
          const { memoryBytes } = roundRequest({ cpus: 1, memoryBytes: bytes, walltimeSeconds: 61 }, most);
          expect(memoryBytes).toBeGreaterThanOrEqual(bytes);
          expect(memoryBytes).toBeLessThanOrEqual(Math.min(most, Math.max(bytes * 1.04, bytes + 4 * MIB)));
        },
      ),
    );
  });

  it('keeps tags and images apart', () => {
    const image = { image: 'a.sif', mounts: {} };
    const groups = groupInstances(
      [
        instance('a.0'),
        instance('a.1', { container: image }),
        instance('a.2'),
        instance('b.0', { tag: 'other' }),
      ],
      null,
    );
    expect(groups.map(({ instances }) => instances.map(({ id }) => id))).toEqual([
      ['a.0', 'a.2'],
      ['a.1'],
      ['b.0'],
    ]);
  });
});

describe('throttles', () => {
  const array = fc.record({
    running: fc.integer({ min: 0, max: 20 }),
    pending: fc.integer({ min: 0, max: 50 }),
    parallelism: fc.integer({ min: -1, max: 60 }),
  });

  it('together let no more run than workers are wished for, and come to rest at once', () => {
    fc.assert(
      fc.property(fc.array(array, { maxLength: 8 }), fc.integer({ min: 0, max: 60 }), (states, workers) => {
        const arrays = states.map((state, i) => ({ ...state, name: String(i), tag: 'a' }));
        const set = (changes: Map<string, number>) =>
          arrays.map((one) => ({ ...one, parallelism: changes.get(one.name) ?? one.parallelism }));
        const settled = set(throttles(arrays, workers));
        expect(throttles(settled, workers).size).toBe(0);
        const running = arrays.reduce((sum, one) => sum + one.running, 0);
        const most = settled.reduce(
          (sum, { running: now, pending, parallelism }) =>
            sum + (pending === 0 ? now : Math.max(now, Math.min(parallelism, now + pending))),
          0,
        );
        expect(most).toBeLessThanOrEqual(Math.max(workers, running));
        // Nobody waits while a worker is free.
        const demand = arrays.reduce((sum, one) => sum + one.running + one.pending, 0);
        expect(most).toBeGreaterThanOrEqual(Math.min(workers, demand));
      }),
    );
  });

  it('share a limit over all tags without waste', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.tuple(fc.nat(30), fc.nat(30))),
        fc.nat(60),
        (tags, total) => {
          const wished = Object.fromEntries(Object.entries(tags).map(([tag, [wish]]) => [tag, wish]));
          const demand = Object.fromEntries(Object.entries(tags).map(([tag, [, work]]) => [tag, work]));
          const shares = shareWorkers(wished, demand, total);
          const sum = Object.values(shares).reduce((a, b) => a + b, 0);
          const useful = Object.values(tags).reduce((all, [wish, work]) => all + Math.min(wish, work), 0);
          expect(sum).toBe(Math.min(total, useful));
        },
      ),
    );
  });
});

describe('the pace of questions', () => {
  it('is never above one in five seconds, and slows down when nothing happens', () => {
    expect(pollInterval({ quietMs: 0, running: 5, failures: 0 })).toBe(5000);
    expect(pollInterval({ quietMs: 5 * 60_000, running: 5, failures: 0 })).toBe(15_000);
    expect(pollInterval({ quietMs: 3_600_000, running: 5, failures: 0 })).toBe(60_000);
    expect(pollInterval({ quietMs: 3 * 3_600_000, running: 0, failures: 0 })).toBe(POLL_PACE.idleMs);
    expect(pollInterval({ quietMs: 0, running: 5, failures: 20 })).toBe(POLL_PACE.idleMs);
  });
});

describe('what the end of an element means for its instances', () => {
  const member = (id: string, startedAt: number | null = null): OpenMember => ({
    instanceId: id,
    attempt: 1,
    startedAt,
    cancelling: false,
  });
  const ended = (outcome: AttemptOutcome, open: OpenMember[], told = 0, dependent = false) =>
    endsOfMembers(
      {
        open,
        told,
        dependent,
        end: {
          outcome,
          detail: outcome,
          exitCode: 9,
          signal: null,
          peakMemoryBytes: 7,
          cpuSeconds: 1,
          elapsedSeconds: 2,
        },
      },
      5000,
    ).map(({ result }) => result?.outcome ?? 'returned');

  it.each([
    ['out_of_memory', 'out_of_memory'],
    ['node_failure', 'node_failure'],
    ['walltime', 'walltime'],
  ] as const)('%s: the one that ran takes it, those behind it go back', (outcome, takes) => {
    expect(ended(outcome, [member('a', 1000), member('b')])).toEqual([takes, 'returned']);
  });

  it('time that others used up is not held against the one that it stopped', () => {
    expect(ended('walltime', [member('b', 1000), member('c')], 1)).toEqual(['node_failure', 'returned']);
  });

  it('what an element left that began nothing more near its time limit goes back', () => {
    const open = [member('b'), member('c')];
    const end = {
      outcome: 'program_error' as const,
      beganNoMore: true,
      detail: 'FAILED 1:0',
      exitCode: 1,
      signal: null,
      peakMemoryBytes: null,
      cpuSeconds: null,
      elapsedSeconds: 100,
    };
    const ends = endsOfMembers({ open, told: 1, dependent: false, end }, 5000);
    expect(ends.map(({ result }) => result)).toEqual([null, null]);
  });

  it('success without a result is lost, never success', () => {
    expect(ended('succeeded', [member('a', 1000)])).toEqual(['lost']);
  });

  it('what could never begin because something before it failed goes back', () => {
    expect(ended('cancelled', [member('a'), member('b')], 0, true)).toEqual(['returned', 'returned']);
    expect(ended('cancelled', [member('a'), member('b')])).toEqual(['cancelled', 'cancelled']);
  });
});
