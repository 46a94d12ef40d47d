import { describe, expect, it } from 'vitest';
import { watchRun } from '../../../main/api/services/watch-run.ts';
import type { RunUpdate } from '../../../main/api/services.ts';
import type { LiveState, RunChange } from '../../../main/session/live-state.ts';
import type { RunHandle } from '../../../main/session/run-handle.ts';
import type { TelemetryStore } from '../../../main/telemetry/store.ts';
import type { RunReport } from '../../../main/telemetry/views.ts';
import { WorkspaceHealth } from '../../../main/workspaces/workspace-health.ts';

const live = { runId: 'run-1', status: 'running' } as LiveState;
const change = (changed: string[]): RunChange => ({
  live,
  load: { at: 0, queued: 0, running: 0, workers: 0, finished: changed.length },
  changed,
});

/** A run whose changes the test decides, and a store that can be made to answer late. */
function fakeRun() {
  const listeners = new Set<(change: RunChange) => void>();
  const finished = Promise.withResolvers<RunReport>();
  const handle = {
    runId: 'run-1',
    live: () => live,
    onChange: (listener: (change: RunChange) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    finished: finished.promise,
  } as unknown as RunHandle;
  const beforeAnswer: { run: () => void } = { run: () => undefined };
  const store = {
    run: async () => {
      beforeAnswer.run();
      return { runId: 'run-1' };
    },
    load: async () => [],
  } as unknown as TelemetryStore;
  const health = new WorkspaceHealth();
  const watched = { store, health };
  const tell = (...changed: string[]) => {
    for (const listener of listeners) listener(change(changed));
  };
  return {
    handle,
    store,
    watched,
    health,
    tell,
    end: () => finished.resolve({} as RunReport),
    listeners,
    beforeAnswer,
  };
}

async function collect(updates: AsyncIterable<RunUpdate>): Promise<RunUpdate[]> {
  const all: RunUpdate[] = [];
  for await (const update of updates) all.push(update);
  return all;
}

describe('watching a run', () => {
  it('misses nothing that changes while the snapshot is taken', async () => {
    const run = fakeRun();
    run.beforeAnswer.run = () => {
      run.beforeAnswer.run = () => undefined;
      run.tell('simulate.1');
      run.end();
    };
    const updates = await collect(watchRun(run.watched, run.handle, 'run-1', new AbortController().signal));
    expect(updates.map((update) => update.kind)).toEqual(['snapshot', 'progress', 'finished']);
    expect(updates[1]).toMatchObject({ changed: ['simulate.1'] });
  });
  it('gives a slow reader several changes as one, none lost', async () => {
    const run = fakeRun();
    const updates = watchRun(run.watched, run.handle, 'run-1', new AbortController().signal);
    await updates.next();
    run.tell('a', 'b');
    run.tell('b', 'c');
    run.tell('d');
    const { value } = await updates.next();
    expect(value).toMatchObject({ kind: 'progress', changed: ['a', 'b', 'c', 'd'], load: { finished: 1 } });
    run.end();
    expect((await updates.next()).value).toMatchObject({ kind: 'finished' });
  });
  it('tells when the disk takes no writes, once, and when it does again', async () => {
    const run = fakeRun();
    const full = { code: 'E_DISK_FULL', message: 'There is no space left.', hint: 'Free some.' };
    const updates = watchRun(run.watched, run.handle, 'run-1', new AbortController().signal);
    await updates.next();
    run.health.report({ kind: 'waiting', error: full });
    expect((await updates.next()).value).toEqual({ kind: 'health', trouble: full });
    run.health.report({ kind: 'waiting', error: { ...full } });
    run.tell('a');
    expect((await updates.next()).value).toMatchObject({ kind: 'progress' });
    run.health.report({ kind: 'writing' });
    expect((await updates.next()).value).toEqual({ kind: 'health', trouble: null });
    run.end();
  });
  it('tells whoever comes while the disk is full', async () => {
    const run = fakeRun();
    run.health.report({ kind: 'waiting', error: { code: 'E_DISK_FULL', message: 'Full.' } });
    const updates = watchRun(run.watched, run.handle, 'run-1', new AbortController().signal);
    expect((await updates.next()).value).toMatchObject({ kind: 'snapshot' });
    expect((await updates.next()).value).toMatchObject({ kind: 'health' });
    run.end();
  });
  it('stops listening when the page leaves', async () => {
    const run = fakeRun();
    const stop = new AbortController();
    const updates = watchRun(run.watched, run.handle, 'run-1', stop.signal);
    await updates.next();
    const waiting = updates.next();
    stop.abort();
    expect((await waiting).done).toBe(true);
    expect(run.listeners.size).toBe(0);
  });
  it('of a run that is over says so at once, and of an unknown one refuses', async () => {
    const { watched } = fakeRun();
    const signal = new AbortController().signal;
    expect((await collect(watchRun(watched, null, 'run-1', signal))).map((update) => update.kind)).toEqual([
      'finished',
    ]);
    const store = { run: async () => null } as unknown as TelemetryStore;
    await expect(collect(watchRun({ ...watched, store }, null, 'run-2', signal))).rejects.toMatchObject({
      code: 'E_RUN_NOT_FOUND',
    });
  });
});
