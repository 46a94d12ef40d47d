import { describe, expect, test } from 'vitest';
import type { ClusterEvent, ClusterHandle, TaskInstance } from '../../main/providers/provider.ts';

/** What a provider must offer so that the rules of provider.ts can be tried on it. Work is short shell scripts. */
export interface ContractSubject {
  /** A new cluster without workers. */
  open(): Promise<ClusterHandle>;
  /** An instance of tag `a` or `b` that sleeps so long and then ends with this exit code. */
  instance(id: string, over?: { seconds?: number; exitCode?: number; tag?: string }): TaskInstance;
  /** Whether anything of this instance is still there: a process, a job, a container. */
  leftBehind(id: string): Promise<boolean>;
}

/** Each rule as a function that throws when a cluster breaks it, so that a faulty fake can be shown to fail. */
export const CONTRACT: Readonly<Record<string, (subject: ContractSubject) => Promise<void>>> = {
  async 'every submitted instance gets exactly one end, also twins, failures and those never started'(
    subject,
  ) {
    const { cluster, events, ended, reading } = await opened(subject);
    await cluster.scale({ a: 2, b: 0 });
    const ids = Array.from({ length: 20 }, (_, i) => `x.${i}`);
    cluster.submit(ids.map((id, i) => subject.instance(id, { exitCode: i % 3 === 0 ? 1 : 0 })));
    cluster.submit([subject.instance('paused', { tag: 'b' })]);
    await ended(ids);
    await cluster.close({ drain: true });
    await reading;
    for (const id of [...ids, 'paused']) expect(endsOf(events, id)).toHaveLength(1);
    expect(endsOf(events, 'paused')[0]?.result.outcome).toBe('cancelled');
    expect(endsOf(events, 'x.0')[0]?.result.outcome).toBe('program_error');
    expect(endsOf(events, 'x.1')[0]?.result.outcome).toBe('succeeded');
  },

  async 'events of an instance are in order, and inside the life of their worker'(subject) {
    const { cluster, events, ended, reading } = await opened(subject);
    await cluster.scale({ a: 2 });
    const ids = ['o.1', 'o.2', 'o.3'];
    cluster.submit(ids.map((id) => subject.instance(id, { seconds: 0.1 })));
    await ended(ids);
    await cluster.close({ drain: true });
    await reading;
    for (const id of ids) {
      const own = events.filter((e) => 'instanceId' in e && e.instanceId === id);
      expect(own.map((e) => e.type).filter((type) => type !== 'task_sample')).toEqual([
        'task_started',
        'task_finished',
      ]);
      expect(own.every((e, i) => i === 0 || (own[i - 1]?.at ?? 0) <= e.at)).toBe(true);
      const started = own.find((e) => e.type === 'task_started');
      const added = events.findIndex((e) => e.type === 'worker_added' && e.workerId === started?.workerId);
      expect(added).toBeGreaterThanOrEqual(0);
      expect(events.indexOf(own[0] as ClusterEvent)).toBeGreaterThan(added);
    }
    const count = (type: string) => events.filter((e) => e.type === type).length;
    expect(count('worker_removed')).toBe(count('worker_added'));
  },

  async 'scale changes the number of workers and never kills a running attempt'(subject) {
    const { cluster, events, ended, started } = await opened(subject);
    await cluster.scale({ a: 2 });
    cluster.submit([subject.instance('s.1', { seconds: 0.6 }), subject.instance('s.2', { seconds: 0.6 })]);
    await started(['s.1', 's.2']);
    expect(cluster.workerCount('a')).toBe(2);
    await cluster.scale({ a: 0 });
    cluster.submit([subject.instance('s.3')]);
    await ended(['s.1', 's.2']);
    expect(endsOf(events, 's.1')[0]?.result.outcome).toBe('succeeded');
    expect(endsOf(events, 's.2')[0]?.result.outcome).toBe('succeeded');
    expect(endsOf(events, 's.3')).toHaveLength(0);
    await cluster.scale({ a: 1 });
    await ended(['s.3']);
    expect(cluster.workerCount('a')).toBe(1);
    await cluster.close({ drain: true });
    expect(cluster.workerCount('a')).toBe(0);
  },

  async 'cancel ends the running and the waiting, and resolves when they have ended'(subject) {
    const { cluster, events, started } = await opened(subject);
    await cluster.scale({ a: 1 });
    cluster.submit(['c.1', 'c.2', 'c.3'].map((id) => subject.instance(id, { seconds: 30 })));
    await started(['c.1']);
    await cluster.cancel(['c.1', 'c.2']);
    await soon();
    for (const id of ['c.1', 'c.2']) expect(endsOf(events, id)[0]?.result.outcome).toBe('cancelled');
    expect(endsOf(events, 'c.3')).toHaveLength(0);
    expect(await subject.leftBehind('c.1')).toBe(false);
    await cluster.close({ drain: false });
  },

  async 'close without draining leaves nothing behind and ends the events'(subject) {
    const { cluster, events, started, reading } = await opened(subject);
    await cluster.scale({ a: 2 });
    cluster.submit(['q.1', 'q.2', 'q.3'].map((id) => subject.instance(id, { seconds: 30 })));
    await started(['q.1', 'q.2']);
    await cluster.close({ drain: false });
    await reading;
    for (const id of ['q.1', 'q.2', 'q.3']) {
      expect(endsOf(events, id)[0]?.result.outcome).toBe('cancelled');
      expect(await subject.leftBehind(id)).toBe(false);
    }
  },
};

/** Registers all rules for one provider. */
export function describeContract(name: string, subject: ContractSubject): void {
  describe(`${name} keeps the rules of a cluster`, () => {
    for (const [rule, check] of Object.entries(CONTRACT)) test(rule, () => check(subject));
  });
}

async function opened(subject: ContractSubject) {
  const cluster = await subject.open();
  const events: ClusterEvent[] = [];
  const reading = (async () => {
    for await (const event of cluster.events) events.push(event);
  })();
  const seen = (type: ClusterEvent['type'], ids: readonly string[]) =>
    waitUntil(() =>
      ids.every((id) => events.some((e) => e.type === type && 'instanceId' in e && e.instanceId === id)),
    );
  return {
    cluster,
    events,
    reading,
    started: (ids: readonly string[]) => seen('task_started', ids),
    ended: (ids: readonly string[]) => seen('task_finished', ids),
  };
}

function endsOf(events: readonly ClusterEvent[], id: string) {
  return events.filter((e) => e.type === 'task_finished').filter((e) => e.instanceId === id);
}

async function waitUntil(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('What was expected did not happen within 15 s');
    await soon();
  }
}

/** Events are read by a loop of its own, a moment after they were pushed. */
function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
