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
