import { describe, expect, it, vi } from 'vitest';
import { AppendQueue, type GroupAnswer, type StoreHealth } from '../../../main/telemetry/append-queue.ts';
import { added, instance, started, state, whole } from './events-of-a-run.ts';

const LIMITS = { maxDelayMs: 5, maxRows: 500, firstRetryMs: 1, lastRetryMs: 4 };
const FULL: GroupAnswer = { later: { code: 'E_DISK_FULL', message: 'full' } };

/** A store that answers as told and remembers what it committed, in order. */
function fakeStore(answers: readonly GroupAnswer[] = []) {
  const committed: unknown[] = [];
  const batches: number[] = [];
  let next = 0;
  const send = async (parts: readonly string[]) => {
    const groups = JSON.parse(parts.join('')) as unknown[][];
    batches.push(groups.length);
    const answer = answers[next++] ?? { done: true };
    if ('done' in answer) committed.push(...groups.flat());
    return groups.map(() => answer);
  };
  return { send, committed, batches };
}

describe('appending', () => {
  it('commits together what comes together, in order', async () => {
    const store = fakeStore();
    const queue = new AppendQueue(store.send, () => undefined, LIMITS);
    await Promise.all([0, 1, 2, 3].map((n) => queue.append([state(`simulate.${n}`, 'queued', n)])));
    expect(store.batches).toEqual([4]);
    expect(store.committed).toEqual([0, 1, 2, 3].map((n) => state(`simulate.${n}`, 'queued', n)));
  });

  it('does not wait for the timer once 500 rows are there', async () => {
    const store = fakeStore();
    const queue = new AppendQueue(store.send, () => undefined, { ...LIMITS, maxDelayMs: 60_000 });
    await queue.append([added(...Array.from({ length: 500 }, (_, i) => instance(i)))]);
    expect(store.batches).toEqual([1]);
  });

  it('keeps events while the disk is full, tells it, and goes on in order when there is room', async () => {
    const store = fakeStore([FULL, FULL]);
    const health: StoreHealth['kind'][] = [];
    const queue = new AppendQueue(store.send, (now) => health.push(now.kind), LIMITS);
    const first = queue.append([started()]);
    const second = first.then(() => queue.append([state('a', 'queued', 1)]));
    await Promise.all([first, second]);
    expect(health).toEqual(['waiting', 'waiting', 'writing']);
    expect(store.committed).toEqual([started(), state('a', 'queued', 1)]);
  });

  it('says at flush that the disk is full, without giving anything up', async () => {
    const store = fakeStore([FULL, FULL]);
    const queue = new AppendQueue(store.send, () => undefined, {
      ...LIMITS,
      firstRetryMs: 400,
      lastRetryMs: 400,
    });
    const pending = queue.append([started()]);
    await vi.waitFor(() => expect(store.batches.length).toBeGreaterThan(0));
    await expect(queue.flush()).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    await pending;
    await queue.flush();
    expect(store.committed).toEqual([started()]);
  });

  it('blames only the append that was wrong', async () => {
    const send = async (parts: readonly string[]): Promise<GroupAnswer[]> =>
      (JSON.parse(parts.join('')) as { type: string }[][]).map(([event]) =>
        event?.type === 'run_started'
          ? { done: true }
          : { error: { code: 'E_TELEMETRY_WRITE', message: 'no' } },
      );
    const queue = new AppendQueue(send, () => undefined, LIMITS);
    const good = queue.append([started()]);
    await expect(queue.append([state('x', 'queued', 1)])).rejects.toMatchObject({
      code: 'E_TELEMETRY_WRITE',
    });
    await good;
  });

  it('cuts many instances into pieces so that nobody waits behind them, and loses none', async () => {
    const store = fakeStore();
    const queue = new AppendQueue(store.send, () => undefined, LIMITS);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await queue.append([started(), added(...Array.from({ length: 20_000 }, (_, i) => instance(i)))]);
    clearInterval(timer);
    const pieces = store.committed.slice(1) as { instances: unknown[] }[];
    expect(pieces.flatMap((piece) => piece.instances)).toEqual(
      Array.from({ length: 20_000 }, (_, i) => instance(i)),
    );
    expect(pieces.length).toBe(10);
    expect(ticks).toBeGreaterThan(3);
  });

  it('never sends what a function returned', async () => {
    const store = fakeStore();
    const queue = new AppendQueue(store.send, () => undefined, LIMITS);
    const [, finished] = whole('simulate.0', { from: 0, to: 1 });
    if (finished?.type !== 'attempt_finished') throw new Error('not the event this test is about');
    await queue.append([{ ...finished, result: { ...finished.result, value: { planted: 'secret-value' } } }]);
    expect(JSON.stringify(store.committed)).not.toContain('secret-value');
  });
});
