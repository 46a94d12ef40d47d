import { describe, expect, it } from 'vitest';
import { SimulatedEngine, SimulatedSite } from './simulated-site.ts';
import { Memory, SmallSession } from './small-session.ts';
import { VirtualTime } from './virtual-time.ts';

const HOUR_MS = 3_600_000;
const ids = (count: number) => Array.from({ length: count }, (_, i) => `work.${i}`);

function world(seconds = 60) {
  const time = new VirtualTime();
  const site = new SimulatedSite(
    () => time.elsewhere(),
    () => ({ seconds, outcome: 'succeeded' }),
  );
  const engine = new SimulatedEngine(site);
  engine.tellsTime = true;
  return { time, site, engine, memory: new Memory() };
}

/** Awake until it is done, in milliseconds. */
async function lasts({ time }: ReturnType<typeof world>, session: SmallSession): Promise<number> {
  const began = time.steady();
  await time.until(() => session.done);
  return time.steady() - began;
}

function expectTimesInOrder({ events }: SmallSession): void {
  for (const event of events)
    if (event.type === 'task_finished') {
      expect(event.result.outcome).toBe('succeeded');
      expect(event.startedAt).not.toBeNull();
      expect(event.at).toBeGreaterThanOrEqual(event.startedAt ?? Number.NaN);
    }
}

describe('a clock that is set while work runs at a site', () => {
  it.each([-HOUR_MS, -24 * HOUR_MS, HOUR_MS])('by %i ms delays nothing and disorders nothing', async (ms) => {
    const undisturbed = world();
    const usual = await lasts(undisturbed, await SmallSession.open(ids(40), undisturbed, {}, 2));
    const w = world();
    const session = await SmallSession.open(ids(40), w, {}, 2);
    await w.time.until(() => session.events.some(({ type }) => type === 'task_finished'));
    w.time.setClock(ms);
    const began = w.time.steady();
    await lasts(w, session);
    expect(w.time.steady() - began).toBeLessThan(usual + 60_000);
    expectTimesInOrder(session);
    expect(w.site.claimedTwice).toEqual([]);
  });

  it('back leaves nothing waiting that an earlier app was about to hand over', async () => {
    const w = world();
    let alive = true;
    const gate = () => (alive ? Promise.resolve() : new Promise<void>(() => undefined));
    w.memory.gate = async () => {
      if (w.memory.jobs.size > 0) alive = false;
      await gate();
    };
    await SmallSession.open(ids(5), { ...w, alive: () => alive }, {}, 2);
    await w.time.until(() => !alive);
    w.memory.gate = async () => undefined;
    w.time.setClock(-HOUR_MS);
    const session = await SmallSession.open(ids(5), { ...w, engine: new SimulatedEngine(w.site) }, {}, 2);
    expect(await lasts(w, session)).toBeLessThan(HOUR_MS / 2);
    expect(w.site.executions).toHaveLength(5);
  });
});

describe('a laptop that sleeps', () => {
  it('asks the site when it wakes, and tells times as they were', async () => {
    const w = world();
    const session = await SmallSession.open(ids(40), w, {}, 2);
    await w.time.until(() => session.events.some(({ type }) => type === 'task_finished'));
    w.time.fallAsleep(8 * HOUR_MS);
    const woke = w.time.steady();
    await w.time.until(() => session.done);
    expect(w.time.steady() - woke).toBeLessThan(60_000);
    expectTimesInOrder(session);
    const ends = session.events.flatMap((event) => (event.type === 'task_finished' ? event.at : []));
    // While it slept, not when it woke.
    expect(Math.max(...ends)).toBeLessThan(w.time.now() - 7 * HOUR_MS);
  });

  it('takes nothing for lost because of the time that it slept', async () => {
    const w = world(1_000_000);
    w.site.accounting = false;
    const session = await SmallSession.open(ids(2), w, {}, 2);
    await w.time.until(() => w.site.arrays.size === 1 && w.site.commands.includes('poll'));
    w.site.forget();
    w.site.records.length = 0;
    const lost = () =>
      session.events.some((event) => event.type === 'task_finished' && event.result.outcome === 'lost');
    const silent = w.time.steady();
    await w.time.until(() => w.time.steady() > silent + 60_000);
    w.time.fallAsleep(8 * HOUR_MS);
    const woke = w.time.steady();
    await w.time.until(lost, 9 * HOUR_MS);
    expect(w.time.steady() - woke).toBeGreaterThan(400_000);
  });
});
