import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsArray } from '../../../../main/providers/aws/aws-array.ts';
import type { ResultsWatch } from '../../../../main/providers/aws/results-watch.ts';
import type { ElementEnd } from '../../../../main/providers/batch/batch-engine.ts';

const end = (outcome: ElementEnd['outcome'], usd = 0.01): ElementEnd => ({
  outcome,
  detail: outcome,
  exitCode: null,
  signal: null,
  peakMemoryBytes: null,
  cpuSeconds: null,
  elapsedSeconds: 1,
  billed: { seconds: 60, usd },
});

/** What has been published, as the test says. */
class Published {
  readonly begun = new Set<number>();
  readonly complete = new Set<number>();
  hasBegun(index: number): boolean {
    return this.begun.has(index) || this.complete.has(index);
  }
  isComplete(index: number): boolean {
    return this.complete.has(index);
  }
  takeTerminated(): [] {
    return [];
  }
}

function array(elements: number) {
  const results = new Published();
  const file = {
    name: 'sd-1',
    tag: 'model',
    request: { cpus: 1, memoryBytes: null, walltimeSeconds: null },
    taskDefinition: 'd:1',
    memoryBytes: 2 ** 29,
    usdPerHour: 0.6,
    elements: Array.from({ length: elements }, () => ({ orders: '', chunk: '' })),
  };
  const made = new AwsArray(file, results as unknown as ResultsWatch, {
    assigned: new Map(),
    lastStart: null,
  });
  made.parallelism = elements;
  return { made, results };
}

describe('an array in the hands of ECS', () => {
  it('gives an element to another task when its own ended before it took it up, and bills that one', () => {
    const { made } = array(1);
    made.assigned('t1', 0);
    expect(made.room).toBe(0);
    expect(made.stopped('t1', end('node_failure')).freed).toBe(0);
    expect(made.takeBills()).toEqual([{ workerId: 'sd-1_t1', tag: 'model', seconds: 60, usd: 0.01 }]);
    expect(made.statuses()[0]?.state).toBe('pending');
    expect(made.room).toBe(1);
  });

  it('does not go on for ever with tasks that end before they begin', () => {
    const { made } = array(1);
    let tries = 0;
    for (; made.room > 0 && tries < 100; tries++) {
      made.assigned(`t${tries}`, 0);
      made.stopped(`t${tries}`, end('node_failure'));
    }
    expect(tries).toBe(4);
    expect(made.statuses()[0]).toMatchObject({
      state: 'ended',
      end: { outcome: 'node_failure', billed: { usd: 0.01 } },
    });
  });

  it('does not try again what would not start on any machine', () => {
    const { made } = array(1);
    made.assigned('t1', 0);
    expect(made.stopped('t1', end('launch_failure')).freed).toBeNull();
    expect(made.statuses()[0]).toMatchObject({ state: 'ended', end: { outcome: 'launch_failure' } });
  });

  it('believes a whole record more than the word of ECS', () => {
    const { made, results } = array(1);
    made.assigned('t1', 0);
    results.complete.add(0);
    made.stopped('t1', end('node_failure'));
    expect(made.statuses()[0]?.end?.outcome).toBe('succeeded');
  });

  it('never has more tasks than are wished for, and every task is paid once, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('wish' as const), n: fc.integer({ min: 0, max: 6 }) }),
      fc.record({ do: fc.constant('start' as const), n: fc.integer({ min: 1, max: 4 }) }),
      fc.record({
        do: fc.constant('stop' as const),
        n: fc.nat(),
        begun: fc.boolean(),
        outcome: fc.constantFrom('succeeded' as const, 'node_failure' as const, 'launch_failure' as const),
      }),
      fc.record({ do: fc.constant('cancel' as const), n: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { made, results } = array(5);
        const live = new Set<string>();
        let started = 0;
        let paid = 0;
        for (const each of steps) {
          if (each.do === 'wish') made.parallelism = each.n;
          else if (each.do === 'start') {
            const room = made.room;
            for (const index of made.free.slice(0, Math.min(each.n, room))) {
              const id = `t${started++}`;
              made.assigned(id, index);
              live.add(id);
            }
            if (room > 0) expect(live.size).toBeLessThanOrEqual(Math.max(made.parallelism, live.size - room));
          } else if (each.do === 'cancel') made.cancel(each.n % 5);
          else {
            const id = [...live][each.n % Math.max(live.size, 1)];
            if (id === undefined) continue;
            const index = made.statuses().findIndex(({ node, state }) => node === id && state !== 'ended');
            if (each.begun) results.begun.add(index);
            live.delete(id);
            made.stopped(id, end(each.outcome));
            paid += made.takeBills().length;
          }
          expect(made.liveTasks.toSorted()).toEqual([...live].toSorted());
        }
        const billed = made.statuses().filter(({ end: told }) => told?.billed).length;
        expect(paid + billed).toBe(started - live.size);
      }),
    );
  });
});
