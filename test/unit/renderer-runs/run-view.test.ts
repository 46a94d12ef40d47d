import { describe, expect, it } from 'vitest';
import type { LiveState } from '../../../main/session/live-state.ts';
import type { InstanceRow, LoadPoint } from '../../../main/telemetry/views.ts';
import { createChanges } from '../../../renderer/pages/runs/changes.ts';
import { pagesOf, patchRows } from '../../../renderer/pages/runs/row-merge.ts';
import {
  appendLoad,
  applyUpdate,
  finishedTasks,
  type RecordedRun,
  tookSeconds,
} from '../../../renderer/pages/runs/run-view.ts';
import { sampleOffsets } from '../../../renderer/pages/runs/sample-offsets.ts';
import { taskNames } from '../../../renderer/pages/runs/task-names.ts';

const load = (at: number): LoadPoint => ({ at, queued: 1, running: 1, workers: 1, finished: 0 });
const run = { runId: 'run-1', status: 'running' } as RecordedRun;
const live = { runId: 'run-1', status: 'running' } as LiveState;

describe('a run as its page shows it', () => {
  it('is nothing before the snapshot, then follows the deltas', () => {
    const progress = { kind: 'progress', live, load: load(2), changed: [] } as const;
    expect(applyUpdate(null, progress)).toBeNull();
    const view = applyUpdate(null, { kind: 'snapshot', run, live, load: [load(1)] });
    expect(applyUpdate(view, progress)?.load.map((point) => point.at)).toEqual([1, 2]);
  });

  it('is not live any more once it has finished', () => {
    const view = applyUpdate(null, { kind: 'snapshot', run, live, load: [] });
    const over = applyUpdate(view, { kind: 'finished', run: { ...run, status: 'succeeded' } });
    expect(over).toMatchObject({ live: null, run: { status: 'succeeded' } });
  });

  it('says why it waits until it goes on', () => {
    const trouble = { code: 'E_DISK_FULL', message: 'The disk is full.' };
    const view = applyUpdate(null, { kind: 'snapshot', run, live, load: [] });
    const waiting = applyUpdate(view, { kind: 'health', trouble });
    expect(waiting).toMatchObject({ live, trouble });
    expect(applyUpdate(waiting, { kind: 'health', trouble: null })?.trouble).toBeNull();
  });

  it('keeps its history bounded and in order', () => {
    let points: readonly LoadPoint[] = [];
    for (let at = 0; at < 9000; at++) points = appendLoad(points, load(at));
    expect(points.length).toBeLessThanOrEqual(2000);
    expect(points.at(-1)?.at).toBe(8999);
    expect(appendLoad(points, load(5))).toBe(points);
  });

  it('took until it ended or was interrupted, and is not measured while it goes on', () => {
    const times = { startedAt: 1000, finishedAt: null, lastAt: 61_000 };
    expect(tookSeconds({ ...times, status: 'interrupted' })).toBe(60);
    expect(tookSeconds({ ...times, status: 'failed', finishedAt: 31_000 })).toBe(30);
    expect(tookSeconds({ ...times, status: 'running' })).toBeNull();
  });

  it('counts everything that has ended as finished', () => {
    const tasks = {
      total: 9,
      waiting: 1,
      queued: 1,
      running: 1,
      succeeded: 2,
      failed: 1,
      cancelled: 1,
      cached: 1,
      skipped: 1,
    };
    expect(finishedTasks(tasks)).toBe(6);
  });
});

describe('rows that changed', () => {
  const row = (instanceId: string, attempts: number) => ({ instanceId, attempts }) as InstanceRow;
  it('get their new contents and keep their place', () => {
    const rows = [row('a', 1), row('b', 1)];
    expect(patchRows(rows, [row('b', 2), row('z', 9)])).toEqual([row('a', 1), row('b', 2)]);
  });
  it('cause no new list when none of them is on the page', () => {
    const rows = [row('a', 1)];
    expect(patchRows(rows, [row('z', 9)])).toBe(rows);
  });
  it('are on the pages that hold what is in view', () => {
    expect(pagesOf(95, 205, 100)).toEqual([0, 1, 2]);
    expect(pagesOf(0, 10, 100)).toEqual([0]);
  });
  it('are told to who listens, until it stops', () => {
    const changes = createChanges();
    const seen: string[][] = [];
    const stop = changes.subscribe((ids) => seen.push([...ids]));
    changes.emit(['a']);
    stop();
    changes.emit(['b']);
    expect(seen).toEqual([['a']]);
  });
});

describe('a sample of a big run', () => {
  it('reads all of a small one', () => {
    expect(sampleOffsets(900, 500, 6)).toEqual([0, 500]);
    expect(sampleOffsets(0, 500, 6)).toEqual([]);
  });
  it('spreads over the whole of a big one', () => {
    expect(sampleOffsets(100_000, 500, 3)).toEqual([0, 49_750, 99_500]);
  });
});

describe('the recorded plan', () => {
  it('names its tasks', () => {
    expect(taskNames({ tasks: [{ task: 'simulate' }, { task: 'analyze' }] })).toEqual([
      'simulate',
      'analyze',
    ]);
  });
  it('may be of another version', () => {
    for (const plan of [null, 'x', {}, { tasks: [1, { name: 'y' }] }]) expect(taskNames(plan)).toEqual([]);
  });
});
