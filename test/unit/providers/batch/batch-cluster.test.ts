import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../main/platform/errors.ts';
import type { TaskInstance } from '../../../../main/providers/provider.ts';
import { type Fate, type Fault, SimulatedEngine, SimulatedSite } from './simulated-site.ts';
import { instance, Memory, SmallSession } from './small-session.ts';
import { VirtualTime } from './virtual-time.ts';

const quick = (): Fate => ({ seconds: 1, outcome: 'succeeded' });
const ids = (count: number) => Array.from({ length: count }, (_, i) => `work.${i}`);

function world(fate: (task: TaskInstance) => Fate = quick) {
  const time = new VirtualTime();
  const site = new SimulatedSite(() => time.now(), fate);
  return { time, site, memory: new Memory(), engine: new SimulatedEngine(site) };
}

/** No attempt of an instance began while an earlier one lived or after one had succeeded. */
function repeated(site: SimulatedSite): string[] {
  return site.executions
    .filter((later) =>
      site.executions.some(
        (earlier) =>
          earlier !== later &&
          earlier.id === later.id &&
          earlier.beganAt <= later.beganAt &&
          (earlier.endedAt === null || earlier.endedAt > later.beganAt || earlier.outcome === 'succeeded'),
      ),
    )
    .map(({ key }) => key);
}

describe('a cluster over a batch system', () => {
  it('runs 2,000 short instances in few elements and few commands, one at a time', async () => {
    const w = world();
    const session = await SmallSession.open(ids(2000), w, {}, 48);
    await w.time.until(() => session.done);
    expect(
      [...w.memory.instances.values()].every(({ final, ends }) => final === 'succeeded' && ends === 1),
    ).toBe(true);
    const elements = [...w.site.arrays.values()].reduce((sum, array) => sum + array.elements.length, 0);
    expect(elements).toBeLessThanOrEqual(100);
    expect(w.site.commands.length).toBeLessThan(60);
    expect(w.engine.mostInFlight).toBe(1);
    expect(w.site.claimedTwice).toEqual([]);
    await session.cluster.close({ drain: true });
    expect(session.cluster.workerCount('model')).toBe(0);
  });

  it('never runs more elements than workers are wished for, over all arrays of a tag', async () => {
    const w = world(() => ({ seconds: 60, outcome: 'succeeded' }));
    w.engine.maxElements = 5;
    const session = await SmallSession.open(ids(40), w, {}, 6);
    let most = 0;
    await w.time.until(() => {
      const running = [...w.site.arrays.values()]
        .flatMap(({ elements }) => elements)
        .filter(({ state }) => state === 'running');
      most = Math.max(most, running.length);
      return session.done;
    });
    expect(most).toBeLessThanOrEqual(6);
    expect(most).toBeGreaterThanOrEqual(5);
  });

  it('holds what has not begun at zero workers, and goes on afterwards', async () => {
    const w = world(() => ({ seconds: 100, outcome: 'succeeded' }));
    const session = await SmallSession.open(ids(80), w, {}, 2);
    await w.time.until(() => session.cluster.workerCount('model') === 2);
    await session.cluster.scale({ model: 0 });
    const held = w.time.now();
    await w.time.until(() => w.time.now() > held + 3_600_000 || session.cluster.workerCount('model') === 0);
    const begun = w.site.executions.length;
    // What had begun ended with all of its element.
    expect(begun).toBe(40);
    await session.cluster.scale({ model: 4 });
    await w.time.until(() => session.done);
    expect(repeated(w.site)).toEqual([]);
  });

  it('tries again with the rest of an element whose machine went away', async () => {
    const w = world(() => ({ seconds: 10, outcome: 'succeeded' }));
    const session = await SmallSession.open(ids(40), w, {}, 2);
    await w.time.until(() => w.site.executions.length > 4);
    w.site.loseNodes();
    await w.time.until(() => session.done);
    expect([...w.memory.instances.values()].filter(({ attempts }) => attempts === 2)).toHaveLength(2);
    expect(repeated(w.site)).toEqual([]);
  });

  it('refuses nothing silently: what the site says no to ends with its words', async () => {
    const w = world();
    const no = new AppError({ code: 'E_SUBMIT_REFUSED', message: 'Invalid partition.' });
    w.engine.submitArray = () => Promise.reject(no);
    const session = await SmallSession.open(ids(3), w);
    await w.time.until(() => session.done);
    expect([...w.memory.instances.values()].map(({ final }) => final)).toEqual(
      Array(3).fill('launch_failure'),
    );
    const ends = session.events.filter((event) => event.type === 'task_finished');
    expect(ends[0]?.result.message).toContain('Invalid partition.');
  });

  it('does not take silence for an end, and says lost only after asking for long', async () => {
    const w = world(() => ({ seconds: 5000, outcome: 'succeeded' }));
    const session = await SmallSession.open(ids(1), w);
    await w.time.until(() => session.cluster.workerCount('model') === 1);
    for (const array of w.site.arrays.values()) array.purged = true;
    const goneAt = w.time.now();
    await w.time.until(() => session.events.some((event) => event.type === 'task_finished'));
    expect(w.time.now() - goneAt).toBeGreaterThanOrEqual(600_000);
    // It was ended before it was given up, so its second attempt does not run beside it.
    await w.time.until(() => session.done);
    expect(repeated(w.site)).toEqual([]);
  });

  it('believes a queue that has forgotten what the accounting still takes for alive, though not at once', async () => {
    const w = world(() => ({ seconds: 5000, outcome: 'succeeded' }));
    const session = await SmallSession.open(ids(1), w);
    await w.time.until(() => session.cluster.workerCount('model') === 1);
    for (const array of w.site.arrays.values()) array.purged = true;
    const { usage } = w.engine;
    w.engine.usage = async (elements) =>
      elements.map((element) => ({ ...element, state: 'running', reason: null, node: 'node1', end: null }));
    const goneAt = w.time.now();
    await w.time.until(() => session.events.some((event) => event.type === 'task_finished'));
    const seconds = (w.time.now() - goneAt) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(120);
    expect(seconds).toBeLessThan(300);
    w.engine.usage = usage;
    await w.time.until(() => session.done);
    expect(repeated(w.site)).toEqual([]);
  });

  it('hands over once more what was forgotten while it waited, as the same attempt', async () => {
    const w = world();
    w.site.nodes = 0;
    const session = await SmallSession.open(ids(40), w);
    await w.time.until(() => session.cluster.state().waiting.model !== undefined);
    w.site.forget();
    const { usage } = w.engine;
    w.engine.usage = async (elements) =>
      elements.map((one) => ({ ...one, state: 'pending', reason: null, node: null, end: null }));
    await w.time.until(() => session.events.filter(({ type }) => type === 'task_returned').length === 40);
    w.engine.usage = usage;
    w.site.nodes = 8;
    await w.time.until(() => session.done);
    expect([...w.memory.instances.values()].every(({ attempts }) => attempts === 1)).toBe(true);
    expect(repeated(w.site)).toEqual([]);
  });

  it('calls lost, not cancelled, what it ended only to be sure', async () => {
    const w = world(() => ({ seconds: 5000, outcome: 'succeeded' }));
    const session = await SmallSession.open(ids(1), w);
    await w.time.until(() => session.cluster.workerCount('model') === 1);
    w.site.forget();
    const { usage, cancel } = w.engine;
    let isEnded = false;
    w.engine.cancel = async (elements) => {
      isEnded = true;
      await cancel.call(w.engine, elements);
    };
    // The connection breaks before anybody can be asked what became of it, and is back.
    w.engine.usage = async (elements) => {
      if (!isEnded) return usage.call(w.engine, elements);
      for (const array of w.site.arrays.values()) array.purged = false;
      w.engine.usage = usage;
      throw new AppError({ code: 'E_SITE_UNREACHABLE', message: 'The site did not answer.' });
    };
    await w.time.until(() => session.done);
    const ends = session.events.flatMap((one) => (one.type === 'task_finished' ? one.result.outcome : []));
    expect(ends).toEqual(['lost', 'succeeded']);
    expect(repeated(w.site)).toEqual([]);
  });

  it('finds the work again after a week without the app, with the queue’s memory gone', async () => {
    const w = world();
    const first = await SmallSession.open(ids(100), w);
    await w.time.until(() => w.site.arrays.size > 0);
    await first.cluster.release();
    w.time.pass(7 * 24 * 3_600_000);
    const session = await SmallSession.open(ids(100), { ...w, engine: new SimulatedEngine(w.site) });
    await w.time.until(() => session.done);
    expect(w.site.executions).toHaveLength(100);
    expect([...w.memory.instances.values()].every(({ final }) => final === 'succeeded')).toBe(true);
  });

  it('leaves the work at the site when it is released, and ends it when it is closed', async () => {
    const w = world(() => ({ seconds: 1000, outcome: 'succeeded' }));
    const first = await SmallSession.open(ids(4), w);
    await w.time.until(() => first.cluster.workerCount('model') === 4);
    await first.cluster.release();
    expect(w.site.commands).not.toContain('cancel');
    const second = await SmallSession.open(ids(4), { ...w, engine: new SimulatedEngine(w.site) });
    await w.time.until(() => second.cluster.workerCount('model') === 4);
    let closed = false;
    void second.cluster.close({ drain: false }).then(() => {
      closed = true;
    });
    await w.time.until(() => closed);
    expect(w.site.executions.every(({ outcome }) => outcome === 'cancelled')).toBe(true);
    expect([...w.memory.instances.values()].every(({ final }) => final === 'cancelled')).toBe(true);
  });

  it('cancels some and lets the others go on', async () => {
    const w = world(() => ({ seconds: 300, outcome: 'succeeded' }));
    const session = await SmallSession.open(ids(8), w, {}, 4);
    await w.time.until(() => session.cluster.workerCount('model') === 4);
    let done = false;
    void session.cluster.cancel(['work.0', 'work.5']).then(() => {
      done = true;
    });
    await w.time.until(() => session.done && done);
    const finals = ids(8).map((id) => w.memory.instances.get(id)?.final);
    expect(finals.filter((final) => final === 'cancelled')).toHaveLength(2);
    expect(finals.filter((final) => final === 'succeeded')).toHaveLength(6);
    expect(repeated(w.site)).toEqual([]);
  });

  it('loses and repeats nothing through lost answers, dead machines, kills at any moment, forgetful controllers, and purged records', async () => {
    const scenario = fc.record({
      count: fc.integer({ min: 1, max: 60 }),
      workers: fc.integer({ min: 1, max: 12 }),
      maxElements: fc.integer({ min: 1, max: 10 }),
      faults: fc.infiniteStream(
        fc.oneof(
          { weight: 6, arbitrary: fc.constant<Fault>('none') },
          { weight: 1, arbitrary: fc.constantFrom<Fault>('unreachable', 'lost_reply', 'slow_accept') },
        ),
      ),
      seconds: fc.infiniteStream(fc.integer({ min: 0, max: 200 })),
      /** Awaited steps until the app is killed, one number per app; the last one lives. */
      kills: fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 8 }),
      away: fc.infiniteStream(fc.constantFrom(0, 15_000, 400_000, 7 * 24 * 3_600_000)),
      nodesLost: fc.infiniteStream(fc.boolean()),
      forgets: fc.infiniteStream(fc.boolean()),
      accounting: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async (s) => {
        const fates = new Map<string, Fate>();
        const fate = ({ id, attempt }: TaskInstance): Fate => {
          const key = `${id} ${attempt}`;
          const known = fates.get(key) ?? { seconds: s.seconds.next().value, outcome: 'succeeded' as const };
          fates.set(key, known);
          return known;
        };
        const { time, site, memory } = world(fate);
        site.accounting = s.accounting;
        for (const steps of [...s.kills, Number.POSITIVE_INFINITY]) {
          let left = steps;
          let alive = true;
          const gate = () => {
            if (--left <= 0) alive = false;
            return alive ? Promise.resolve() : new Promise<void>(() => undefined);
          };
          memory.gate = gate;
          const engine = new SimulatedEngine(site, () => s.faults.next().value, gate);
          engine.maxElements = s.maxElements;
          const session = await SmallSession.open(
            ids(s.count),
            { memory, engine, time, alive: () => alive },
            {},
            s.workers,
          );
          await time.until(() => session.done || !alive);
          expect(engine.mostInFlight).toBeLessThanOrEqual(1);
          if (session.done) break;
          time.pass(s.away.next().value);
          if (s.nodesLost.next().value) site.loseNodes();
          if (s.forgets.next().value) site.forgetNewest();
        }
        const ends = [...memory.instances.values()];
        expect(ends).toHaveLength(s.count);
        expect(ends.every(({ final, ends: told }) => final === 'succeeded' && told === 1)).toBe(true);
        expect(repeated(site)).toEqual([]);
        // Where neither queue nor accounting remembers an array, only the claims of its instances do.
        if (s.accounting) {
          expect(site.claimedTwice).toEqual([]);
          expect(site.most.all ?? 0).toBeLessThanOrEqual(s.workers);
        }
      }),
      { numRuns: 100 },
    );
  }, 120_000);
});

describe('near requests', () => {
  it('share an array', async () => {
    const w = world();
    const session = await SmallSession.open([], w);
    const GIB = 1024 ** 3;
    session.cluster.submit([
      instance('a.0', { request: { cpus: 1, memoryBytes: GIB - 3000, walltimeSeconds: 50 } }),
      instance('a.1', { request: { cpus: 1, memoryBytes: GIB, walltimeSeconds: 60 } }),
      instance('a.2', { request: { cpus: 2, memoryBytes: GIB, walltimeSeconds: 60 } }),
    ]);
    await w.time.until(() => w.site.executions.length === 3);
    expect([...w.site.arrays.values()].map(({ submission }) => submission.request)).toEqual([
      { cpus: 1, memoryBytes: GIB, walltimeSeconds: 60 },
      { cpus: 2, memoryBytes: GIB, walltimeSeconds: 60 },
    ]);
  });
});
