import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArrayFacts, ArrayRow, type Slice } from '../../../../main/providers/gcp/array-row.ts';
import type { TaskState } from '../../../../main/providers/gcp/task-state.ts';

const facts = (elements: number): ArrayFacts => ({
  name: 'sd-1-a',
  tag: 'model',
  elements,
  request: { cpus: 1, memoryBytes: null, walltimeSeconds: null },
  elementWalltimeSeconds: null,
  container: null,
});

const PENDING: TaskState = { running: false, end: null, seconds: 0 };
const RUNNING: TaskState = { running: true, end: null, seconds: 0 };
const LEFT: TaskState = { running: false, end: 'not-begun', seconds: 0 };
const DONE: TaskState = {
  running: false,
  seconds: 10,
  end: {
    outcome: 'succeeded',
    detail: 'SUCCEEDED',
    exitCode: 0,
    signal: null,
    peakMemoryBytes: null,
    cpuSeconds: null,
    elapsedSeconds: 10,
  },
};

/** Batch as far as an array sees it: begins tasks of its jobs in order, as many as each may run at once. */
class Service {
  readonly row: ArrayRow;
  readonly tasks = new Map<Slice, TaskState[]>();
  readonly done = new Map<number, number>();

  constructor(row: ArrayRow) {
    this.row = row;
  }

  get running(): number {
    return [...this.tasks.values()].flat().filter(({ running }) => running).length;
  }

  wish(workers: number): void {
    if (workers < this.row.wished) this.look();
    this.row.wished = workers;
    this.handOver();
  }

  handOver(): void {
    for (const { slice, held } of this.row.holds()) slice.held = held;
    for (let next = this.row.next(); next; next = this.row.next()) {
      const slice = this.row.add(next);
      this.tasks.set(
        slice,
        slice.elements.map(() => PENDING),
      );
    }
  }

  /** One task of a job begins, or leaves it because it is held. */
  begin(slice: Slice): void {
    const tasks = this.tasks.get(slice) ?? [];
    const at = tasks.indexOf(PENDING);
    if (at < 0 || tasks.filter(({ running }) => running).length >= slice.parallelism) return;
    tasks[at] = slice.held ? LEFT : RUNNING;
    if (!slice.held) expect(this.running).toBeLessThanOrEqual(this.row.wished);
  }

  end(slice: Slice): void {
    const tasks = this.tasks.get(slice) ?? [];
    const at = tasks.indexOf(RUNNING);
    if (at < 0) return;
    tasks[at] = DONE;
    const index = slice.elements[at] ?? -1;
    this.done.set(index, (this.done.get(index) ?? 0) + 1);
  }

  hear(): void {
    this.look();
    this.handOver();
  }

  look(): void {
    for (const [slice, tasks] of this.tasks)
      this.row.heard(
        slice,
        [...tasks],
        tasks.every(({ end }) => end !== null),
      );
  }
}

const act = fc.oneof(
  fc.record({ kind: fc.constant('wish' as const), workers: fc.nat(12) }),
  fc.record({ kind: fc.constantFrom('begin' as const, 'end' as const), slice: fc.nat(8) }),
  fc.record({ kind: fc.constant('hear' as const) }),
);

describe('an array as a row of jobs', () => {
  it('never begins more than is wished for, and runs every element once, whatever is wished when', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.array(act, { maxLength: 120 }), (elements, acts) => {
        const service = new Service(new ArrayRow(facts(elements)));
        for (const one of acts) {
          const slices = [...service.tasks.keys()];
          if (one.kind === 'wish') service.wish(one.workers);
          else if (one.kind === 'hear') service.hear();
          else {
            const slice = slices[one.slice % Math.max(1, slices.length)];
            if (slice) service[one.kind](slice);
          }
          const named = service.row.open.flatMap((slice) => slice.elements);
          expect(named.every((index) => index >= 0 && index < elements)).toBe(true);
        }
        service.wish(3);
        for (let round = 0; round < 500 && !service.row.isOver; round++) {
          for (const slice of service.tasks.keys()) {
            service.begin(slice);
            service.end(slice);
          }
          service.hear();
        }
        expect(service.row.isOver).toBe(true);
        expect([...service.done.values()]).toEqual(Array.from({ length: elements }, () => 1));
      }),
    );
  });

  it('hands over some elements behind each other, so that a machine that was brought up is used', () => {
    const row = new ArrayRow(facts(100));
    row.wished = 10;
    expect(row.next()).toMatchObject({ number: 0, parallelism: 10 });
    expect(row.next()?.elements).toHaveLength(40);
  });

  it('answers a raised wish with another slice', () => {
    const row = new ArrayRow(facts(100));
    row.wished = 10;
    row.add(row.next() ?? never());
    expect(row.next()).toBeNull();
    row.wished = 15;
    expect(row.next()).toMatchObject({ number: 1, parallelism: 5 });
  });

  it('holds everything at a wish of zero, and asks for nothing more', () => {
    const row = new ArrayRow(facts(100));
    row.wished = 10;
    const slice = row.add(row.next() ?? never());
    row.wished = 0;
    expect(row.holds()).toEqual([{ slice, held: true }]);
    expect(row.next()).toBeNull();
  });

  it('ends what has not begun at once, and a whole job where nothing else is in it', () => {
    const row = new ArrayRow(facts(8));
    row.wished = 1;
    const slice = row.add(row.next() ?? never());
    expect(slice.elements).toEqual([0, 1, 2, 3]);
    expect(row.unwant(new Set([6, 7]))).toEqual({ whole: [], single: [] });
    expect(row.unwant(new Set([1]))).toEqual({ whole: [], single: [1] });
    expect(row.unwant(new Set([0, 2, 3]))).toEqual({ whole: [slice], single: [] });
    const ended = row.statuses((end) => end).filter(({ state }) => state === 'ended');
    expect(ended.map(({ index, end }) => [index, end?.outcome])).toEqual([
      [6, 'cancelled'],
      [7, 'cancelled'],
    ]);
  });

  it('adds up what an element has cost in all its jobs', () => {
    const row = new ArrayRow(facts(1));
    row.wished = 1;
    const first = row.add(row.next() ?? never());
    row.heard(first, [{ ...LEFT, seconds: 3 }], true);
    const second = row.add(row.next() ?? never());
    expect(second.number).toBe(1);
    row.heard(second, [DONE], true);
    const [status] = row.statuses((end, seconds) => ({ ...end, billed: { seconds, usd: 0 } }));
    expect(status?.end?.billed?.seconds).toBe(13);
  });

  it('gives up an element that machines keep giving back', () => {
    const row = new ArrayRow(facts(1));
    row.wished = 1;
    for (let times = 0; times < 30 && !row.isOver; times++) {
      const slice = row.add(row.next() ?? never());
      slice.said = 'the quota CPUS is used up';
      row.heard(slice, [LEFT], true);
    }
    const [status] = row.statuses((end) => end);
    expect(status?.end).toMatchObject({ outcome: 'launch_failure', detail: 'the quota CPUS is used up' });
  });
});

function never(): never {
  throw new Error('There is no next slice');
}
