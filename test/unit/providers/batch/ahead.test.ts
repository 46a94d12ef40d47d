import { describe, expect, it } from 'vitest';
import type { TaskInstance } from '../../../../main/providers/provider.ts';
import { type Fate, SimulatedEngine, SimulatedSite } from './simulated-site.ts';
import { instance, Memory, SmallSession } from './small-session.ts';
import { VirtualTime } from './virtual-time.ts';

const PHASE_A = ['a.0', 'a.1', 'a.2', 'a.3'];
const analyses = () => ['b.0', 'b.1'].map((id) => instance(id, { tag: 'analysis' }));

/** Phase A handed over, phase B behind it. */
async function twoPhases(fate: (task: TaskInstance) => Fate, maxWorkers: number | null = null) {
  const time = new VirtualTime();
  const site = new SimulatedSite(() => time.now(), fate);
  const memory = new Memory();
  const engine = new SimulatedEngine(site);
  const session = await SmallSession.open(PHASE_A, { memory, engine, time }, { maxWorkers }, 4);
  await session.cluster.scale({ analysis: 4 });
  session.cluster.submitAhead!(analyses(), new Set(PHASE_A));
  const began = (id: string) => site.executions.find((one) => one.id === id)?.beganAt;
  const ofTag = (tag: string) => [...site.arrays.values()].filter(({ submission }) => submission.tag === tag);
  const told = (id: string) =>
    session.events.flatMap((event) =>
      'instanceId' in event && event.instanceId === id && event.type !== 'task_started' ? event.type : [],
    );
  return { time, site, memory, engine, session, began, ofTag, told };
}

describe('work that may only begin after other work', () => {
  it('is at the site at once and begins there when all of it has succeeded, while no app looks', async () => {
    const w = await twoPhases(() => ({ seconds: 100, outcome: 'succeeded' }));
    await w.time.until(() => w.ofTag('analysis').length === 1);
    expect(w.ofTag('analysis')[0]?.submission.after).toEqual(w.ofTag('model').map(({ id }) => id));
    await w.session.cluster.release();
    const days = { over: false };
    void w.time.sleep(86_400_000, new AbortController().signal).then(() => {
      days.over = true;
    });
    await w.time.until(() => days.over);
    w.site.advance();
    const ends = PHASE_A.map((id) => w.site.executions.find((one) => one.id === id)?.endedAt ?? Number.NaN);
    expect(w.began('b.0')).toBeGreaterThanOrEqual(Math.max(...ends));
    expect(w.site.executions.every(({ outcome }) => outcome === 'succeeded')).toBe(true);
  });

  it('takes no workers from what it waits for', async () => {
    const w = await twoPhases(() => ({ seconds: 1000, outcome: 'succeeded' }), 4);
    await w.time.until(() => w.ofTag('analysis').length === 1);
    const held = w.time.now();
    await w.time.until(() => w.time.now() > held + 60_000);
    expect(w.ofTag('model')[0]?.parallelism).toBe(4);
    expect(w.ofTag('analysis')[0]?.parallelism).toBe(2);
  });

  it('comes back soon, and once, when something of it did not succeed', async () => {
    const w = await twoPhases(({ id }) => ({
      seconds: 10,
      outcome: id === 'a.2' ? 'program_error' : 'succeeded',
    }));
    const began = w.time.now();
    await w.time.until(() => w.told('b.0').length > 0 && w.told('b.1').length > 0);
    expect(w.time.now() - began).toBeLessThan(120_000);
    expect([w.told('b.0'), w.told('b.1')]).toEqual([['task_returned'], ['task_returned']]);
    expect(w.began('b.0')).toBeUndefined();
  });

  it('comes back without having been at the site when what it needs has failed already', async () => {
    const w = await twoPhases(() => ({ seconds: 1, outcome: 'program_error' }));
    await w.time.until(() => w.session.done && w.told('b.1').length > 0);
    w.session.cluster.submitAhead!([instance('b.2', { tag: 'analysis' })], new Set(PHASE_A));
    await w.time.until(() => w.told('b.2').length > 0);
    expect(w.told('b.2')).toEqual(['task_returned']);
  });

  it('goes on beside what failed while no app looks, where each needs only one of what comes before', async () => {
    const time = new VirtualTime();
    const fails = ({ id }: TaskInstance) => id === 'a.2';
    const site = new SimulatedSite(
      () => time.now(),
      (one) => ({ seconds: 100, outcome: fails(one) ? 'program_error' : 'succeeded' }),
    );
    const memory = new Memory();
    const engine = new SimulatedEngine(site);
    const session = await SmallSession.open(PHASE_A, { memory, engine, time }, {}, 4);
    await session.cluster.scale({ analysis: 4 });
    for (const id of PHASE_A) {
      const behind = instance(id.replace('a', 'b'), { tag: 'analysis' });
      memory.instances.set(behind.id, { attempts: 0, final: null, ends: 0 });
      session.cluster.submitAhead!([behind], new Set([id]));
    }
    await time.until(() => site.arrays.size === 2);
    await session.cluster.release();
    time.pass(86_400_000);
    site.advance();
    const began = site.executions.map(({ id }) => id);
    expect(began.filter((id) => id.startsWith('b'))).toEqual(['b.0', 'b.1', 'b.3']);

    const again = await SmallSession.open([], { memory, engine: new SimulatedEngine(site), time });
    const told = () =>
      again.events.flatMap((event) =>
        event.type === 'task_finished' || event.type === 'task_returned'
          ? `${event.instanceId} ${event.type}`
          : [],
      );
    await time.until(() => told().length === 8);
    expect(told().sort()).toEqual([
      ...PHASE_A.map((id) => `${id} task_finished`),
      'b.0 task_finished',
      'b.1 task_finished',
      'b.2 task_returned',
      'b.3 task_finished',
    ]);
  });

  it('can be cancelled while it waits', async () => {
    const w = await twoPhases(() => ({ seconds: 500, outcome: 'succeeded' }));
    await w.time.until(() => w.ofTag('analysis').length === 1);
    const cancelled = w.session.cluster.cancel(['b.0', 'b.1']);
    await w.time.until(() => w.told('b.0').length > 0 && w.told('b.1').length > 0);
    await cancelled;
    expect([w.told('b.0'), w.told('b.1')]).toEqual([['task_finished'], ['task_finished']]);
    expect(w.began('b.0')).toBeUndefined();
  });
});
