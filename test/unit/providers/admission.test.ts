import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_OVERTAKEN, nextToStart, type Waiting } from '../../../main/providers/local/admission.ts';
import { Scheduler } from '../../../main/providers/local/scheduler.ts';
import { allocateWorkers } from '../../../main/providers/local/worker-allocation.ts';
import type { ClusterEvent, TaskInstance } from '../../../main/providers/provider.ts';

const waiting = (cpus: number, memoryBytes = 0, overtaken = 0): Waiting => ({ cpus, memoryBytes, overtaken });

describe('the next to start', () => {
  test('is the first that fits', () => {
    const queue = [waiting(4), waiting(2), waiting(1)];
    const pick = nextToStart(queue, { cpus: 2, memoryBytes: 0 });
    expect(pick?.next).toBe(queue[1]);
    expect(pick?.overtook).toEqual([queue[0]]);
  });

  test('is nobody while one waits that has been overtaken too often', () => {
    const queue = [waiting(4, 0, MAX_OVERTAKEN), waiting(1)];
    expect(nextToStart(queue, { cpus: 2, memoryBytes: 0 })).toBeNull();
  });
});

function instance(id: string, over: Partial<TaskInstance> = {}): TaskInstance {
  return {
    id,
    task: 't',
    tag: 'a',
    attempt: 1,
    params: {},
    work: { kind: 'argv', argv: ['true'] },
    request: { cpus: 1, memoryBytes: null, walltimeSeconds: null },
    env: {},
    container: null,
    folder: '/',
    createFolders: [],
    predictedSeconds: null,
    ...over,
  };
}

/** A scheduler whose tasks run until they are told to end. */
function rig(machine = { cpus: 8, memoryBytes: 100 }, maxWorkers = 8, threadsPerWorker = 1) {
  const events: ClusterEvent[] = [];
  const running = new Map<string, { instance: TaskInstance; workerId: string }>();
  const started: string[] = [];
  const refused: string[] = [];
  const scheduler = new Scheduler({
    machine,
    maxWorkers,
    threadsPerWorker,
    now: () => 0,
    emit: (event) => events.push(event),
    bundleSize: () => 1,
    start: ([i], workerId) => {
      started.push(i!.id);
      running.set(i!.id, { instance: i!, workerId });
    },
    refuse: (i) => refused.push(i.id),
  });
  const end = (id: string) => {
    running.delete(id);
    scheduler.ended(id);
  };
  const workers = () =>
    events.reduce((n, e) => n + (e.type === 'worker_added' ? 1 : e.type === 'worker_removed' ? -1 : 0), 0);
  return { scheduler, events, running, started, refused, end, workers };
}

const request = (cpus: number, memoryBytes = 0) => ({ cpus, memoryBytes, walltimeSeconds: null });

describe('the scheduler', () => {
  test('never lets requests exceed the machine, and runs everything once', () => {
    const job = fc.record({
      cpus: fc.integer({ min: 1, max: 8 }),
      memory: fc.integer({ min: 0, max: 100 }),
      tag: fc.constantFrom('a', 'b', 'c'),
      predicted: fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }),
    });
    fc.assert(
      fc.property(
        fc.array(job, { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        (jobs, max, seed) => {
          const { scheduler, running, started, end, workers } = rig(undefined, max);
          const check = () => {
            const all = [...running.values()].map((r) => r.instance.request);
            expect(all.reduce((n, r) => n + r.cpus, 0)).toBeLessThanOrEqual(8);
            expect(all.reduce((n, r) => n + (r.memoryBytes ?? 0), 0)).toBeLessThanOrEqual(100);
            expect(running.size).toBeLessThanOrEqual(max);
            expect(workers()).toBeLessThanOrEqual(max);
            expect(new Set([...running.values()].map((r) => r.workerId)).size).toBe(running.size);
          };
          scheduler.scale({ a: 3, b: 2, c: 4 });
          const instances = jobs.map((j, i) =>
            instance(`i${i}`, {
              tag: j.tag,
              request: request(j.cpus, j.memory),
              predictedSeconds: j.predicted,
            }),
          );
          scheduler.submit(instances.slice(0, 30));
          scheduler.submit(instances.slice(30));
          for (let step = seed; running.size > 0; step++) {
            check();
            const ids = [...running.keys()];
            end(ids[step % ids.length] as string);
          }
          expect([...started].sort()).toEqual(instances.map((i) => i.id).sort());
        },
      ),
    );
  });

  test('lets a large one in although small ones keep coming', () => {
    const { scheduler, running, started, end } = rig();
    scheduler.scale({ a: 8 });
    scheduler.submit([instance('s0'), instance('s1')]);
    scheduler.submit([instance('large', { request: request(8) })]);
    for (let i = 2; i < 300 && !started.includes('large'); i++) {
      scheduler.submit([instance(`s${i}`)]);
      if (i % 2 === 0) end([...running.keys()][0] as string);
    }
    while (running.size > 0 && !running.has('large')) end([...running.keys()][0] as string);
    expect(started.indexOf('large')).toBeGreaterThan(0);
    expect(started.indexOf('large')).toBeLessThanOrEqual(2 + MAX_OVERTAKEN);
  });

  test('starts the longest predicted first, the unknown before all, the rest as they came', () => {
    const { scheduler, running, started, end } = rig(undefined, 1);
    const predicted = { p1: 1, p9: 9, u1: null, p5: 5, u2: null };
    scheduler.submit(Object.entries(predicted).map(([id, s]) => instance(id, { predictedSeconds: s })));
    scheduler.scale({ a: 1 });
    while (running.size > 0) end([...running.keys()][0] as string);
    expect(started).toEqual(['u1', 'u2', 'p9', 'p5', 'p1']);
  });

  test('gives max_workers 4 exactly four workers, whichever tags have work', () => {
    const { scheduler, running, end, workers } = rig(undefined, 4);
    scheduler.scale({ a: 4, b: 4 });
    expect(workers()).toBe(4);
    scheduler.submit([instance('a1'), instance('a2')]);
    scheduler.submit([1, 2, 3].map((n) => instance(`b${n}`, { tag: 'b' })));
    expect([...running.keys()].sort()).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(workers()).toBe(4);
    end('a1');
    expect(running.has('b3')).toBe(true);
    expect(workers()).toBe(4);
  });

  test('scaling down takes idle workers now and busy ones when they have finished', () => {
    const { scheduler, running, end, workers } = rig();
    scheduler.scale({ a: 3 });
    scheduler.submit([instance('x'), instance('y')]);
    scheduler.scale({ a: 0 });
    expect(workers()).toBe(2);
    expect(running.size).toBe(2);
    end('x');
    end('y');
    expect(workers()).toBe(0);
  });

  test('gives several calls of functions to one worker, but no process beside them', () => {
    const { scheduler, running } = rig(undefined, 1, 3);
    const call = { kind: 'function', module: './f.js', name: 'f', arguments: [] } as const;
    scheduler.scale({ a: 1 });
    scheduler.submit(['f1', 'f2', 'f3', 'f4'].map((id) => instance(id, { work: call })));
    scheduler.submit([instance('process')]);
    expect([...running.keys()]).toEqual(['f1', 'f2', 'f3']);
  });

  test('refuses what the machine can never give', () => {
    const { scheduler, refused, running } = rig();
    scheduler.scale({ a: 2 });
    scheduler.submit([
      instance('ok'),
      instance('cpus', { request: request(9) }),
      instance('mem', { request: request(1, 101) }),
    ]);
    expect(refused).toEqual(['cpus', 'mem']);
    expect([...running.keys()]).toEqual(['ok']);
  });
});

describe('workers over several tags', () => {
  test('never exceed the maximum or a wish, and use the maximum when wishes reach it', () => {
    const demand = fc.record({ wished: fc.nat(20), busy: fc.nat(5), queued: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(demand, { maxLength: 6 }), fc.integer({ min: 1, max: 30 }), (list, maximum) => {
        // What is busy now was granted under the same maximum.
        let left = maximum;
        const demands = list.map((d, i) => {
          const busy = Math.min(d.busy, d.wished, left);
          left -= busy;
          return { ...d, busy, tag: `t${i}` };
        });
        const given = allocateWorkers(demands, maximum);
        const wishes = demands.reduce((n, d) => n + d.wished, 0);
        expect([...given.values()].reduce((n, g) => n + g, 0)).toBe(Math.min(wishes, maximum));
        for (const d of demands) {
          expect(given.get(d.tag)).toBeLessThanOrEqual(d.wished);
          expect(given.get(d.tag)).toBeGreaterThanOrEqual(d.busy);
        }
      }),
    );
  });
});
