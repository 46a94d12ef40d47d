import { describe, expect, it } from 'vitest';
import type { TelemetryEvent } from '../../../main/telemetry/events.ts';
import { cached, history, historySummary } from '../../../main/telemetry/queries/history.ts';
import { findInstance, pageOfInstances } from '../../../main/telemetry/queries/instances.ts';
import { report } from '../../../main/telemetry/queries/report.ts';
import { resumeState } from '../../../main/telemetry/queries/resume.ts';
import { findRun, listRuns } from '../../../main/telemetry/queries/runs.ts';
import { startupSeconds } from '../../../main/telemetry/queries/startup.ts';
import { lanes, load } from '../../../main/telemetry/queries/timeline.ts';
import {
  added,
  attemptFinished,
  attemptStarted,
  finishedRun,
  GIB,
  instance,
  memory,
  RUN,
  START,
  started,
  state,
  whole,
  worker,
} from './events-of-a-run.ts';

const page = { runId: RUN, offset: 0, limit: 100 };

describe('a run', () => {
  it('counts its instances by state, also over several commits', () => {
    const { writer, context } = memory();
    writer.write([started(), added(instance(0), instance(1), instance(2, { needs: ['simulate.0'] }))]);
    expect(findRun(context, RUN)?.tasks).toMatchObject({ total: 3, queued: 2, waiting: 1, running: 0 });
    writer.write([attemptStarted('simulate.0', { from: 100, to: 0 })]);
    expect(findRun(context, RUN)?.tasks).toMatchObject({ queued: 1, running: 1 });
    writer.forget();
    writer.write([
      attemptFinished('simulate.0', { from: 100, to: 1100 }),
      state('simulate.0', 'succeeded', 1100),
      state('simulate.2', 'skipped', 1200),
    ]);
    expect(findRun(context, RUN)?.tasks).toMatchObject({
      total: 3,
      queued: 1,
      succeeded: 1,
      skipped: 1,
      running: 0,
    });
    expect(findRun(context, 'last')?.runId).toBe(RUN);
    expect(findRun(context, 'run-none')).toBeNull();
  });

  it('is interrupted, not running for ever, once its process is gone', () => {
    const { writer, context } = memory();
    writer.write([started()]);
    expect(findRun(context, RUN)?.status).toBe('running');
    expect(findRun({ ...context, livePid: null }, RUN)?.status).toBe('interrupted');
    expect(listRuns({ ...context, livePid: 4001 }, {})[0]?.status).toBe('interrupted');
  });

  it('lists the newest first and goes on before a moment', () => {
    const { writer, context } = memory();
    for (let i = 0; i < 5; i++) writer.write([started(`run-${i}`, START + i * 1000)]);
    const first = listRuns(context, { limit: 2 });
    expect(first.map((run) => run.runId)).toEqual(['run-4', 'run-3']);
    const next = listRuns(context, { limit: 2, before: first[1]?.startedAt ?? 0 });
    expect(next.map((run) => run.runId)).toEqual(['run-2', 'run-1']);
  });

  it('refuses events of a run or an instance that nobody announced, and takes nothing of their commit', () => {
    const { writer, context } = memory();
    expect(() => writer.write([added(instance(0))])).toThrow(
      expect.objectContaining({ code: 'E_TELEMETRY_WRITE' }),
    );
    writer.write([started(), added(instance(0))]);
    expect(() => writer.write([state('simulate.0', 'failed', 1), state('simulate.9', 'failed', 1)])).toThrow(
      /simulate\.9/,
    );
    expect(findRun(context, RUN)?.tasks.failed).toBe(0);
  });
});

describe('a report', () => {
  it('knows peak and average workers, who was removed, efficiency, waste, scaling and cost', () => {
    const { writer, context } = memory();
    const decision = (add: Record<string, number>, remove: Record<string, number>): TelemetryEvent => ({
      type: 'scale_decision',
      runId: RUN,
      at: START,
      workersToAdd: add,
      workersToRemove: remove,
      reasoning: 'queue',
      confidence: 0.9,
      predictedCompletionSeconds: 12,
      by: 'scaler',
    });
    writer.write([
      started(),
      added(instance(0), instance(1)),
      ...worker('w1', 0, null),
      ...worker('w2', 0, 5000),
      decision({ demeter: 2 }, {}),
      decision({}, { demeter: 1 }),
      ...whole('simulate.0', { from: 0, to: 9000 }),
      ...whole('simulate.1', { from: 0, to: 3600, outcome: 'out_of_memory', message: 'It needed more.' }),
      finishedRun(10_000, 'failed'),
    ]);
    const found = report(context, RUN);
    expect(found).toMatchObject({
      status: 'failed',
      duration_s: 10,
      workers: { demeter: { started: 2, removed: 1, final: 1 } },
      workers_total: { peak: 2, average: 1.5 },
      scaling: { up: 1, down: 1 },
      cost_usd: 4.2,
      attempts: { total: 2, failed: 1, by_outcome: { succeeded: 1, out_of_memory: 1 } },
      failures: [{ instanceId: 'simulate.1', code: 'out_of_memory', message: 'It needed more.' }],
    });
    expect(found?.efficiency).toBeCloseTo(12.6 / 15);
    // Succeeded: (4 − 1) GiB for 9 s; failed: all 4 GiB for 3.6 s.
    expect(found?.memory.wasted_gbh).toBeCloseTo((3 * 9 + 4 * 3.6) / 3600);
    expect(found?.memory.requested_gbh).toBeCloseTo((4 * 12.6) / 3600);
    expect(found?.memory.used_gbh).toBeCloseTo(12.6 / 3600);
    expect(found?.tasks_by_name.simulate).toMatchObject({ total: 2, succeeded: 1, failed: 1, wall_s_p95: 9 });
  });

  it('adds up what workers were billed for, each once however often it is told', () => {
    const { writer, context } = memory();
    const bill = (workerId: string, tag: string, usd: number): TelemetryEvent => {
      return { type: 'worker_billed', runId: RUN, at: START, workerId, tag, seconds: 1800, usd };
    };
    writer.write([
      started(),
      bill('w1', 'demeter', 0.02),
      bill('w2', 'demeter', 0.03),
      bill('w3', 'merge', 0.5),
    ]);
    writer.write([bill('w1', 'demeter', 0.02)]);
    expect(report(context, RUN)).toMatchObject({
      cost_usd: expect.closeTo(0.55),
      cost: {
        estimated_usd: 4.2,
        by_component: [
          { component: 'merge', usd: 0.5, worker_hours: 0.5, workers: 1 },
          { component: 'demeter', usd: expect.closeTo(0.05), worker_hours: 1, workers: 2 },
        ],
      },
    });
  });

  it('tells how long the runs on a target waited for their first worker', () => {
    const { writer, context } = memory();
    expect(startupSeconds(context, 'laptop')).toBeNull();
    const waited = (runId: string, seconds: number): TelemetryEvent[] => [
      started(runId),
      ...worker('w1', seconds * 1000, null).map((event) => ({ ...event, runId })),
      ...worker('w2', 900_000, null).map((event) => ({ ...event, runId })),
    ];
    writer.write([...waited('run-a', 30), ...waited('run-b', 50), ...waited('run-c', 600)]);
    writer.write([started('run-d')]);
    expect(startupSeconds(context, 'laptop')).toBe(50);
    expect(startupSeconds(context, 'elsewhere')).toBeNull();
  });

  it('does not call unknown 0: no workers, no efficiency; nothing measured, no memory', () => {
    const { writer, context } = memory();
    writer.write([started(), added(instance(0)), finishedRun(1)]);
    expect(report(context, RUN)).toMatchObject({
      efficiency: null,
      memory: { requested_gbh: null, used_gbh: null, wasted_gbh: null },
      workers: {},
    });
    expect(report(context, 'run-none')).toBeNull();
  });

  it('counts an attempt that is reported twice once', () => {
    const { writer, context } = memory();
    const once = [...whole('simulate.0', { from: 0, to: 3600 })];
    writer.write([started(), added(instance(0)), ...once]);
    const before = report(context, RUN);
    writer.write(once.slice(1));
    expect(report(context, RUN)).toEqual(before);
  });
});

describe('the task table', () => {
  it('puts the failed first, then the longest running, then the slowest, then what waits', () => {
    const { writer, context } = memory();
    writer.write([
      started(),
      added(...Array.from({ length: 7 }, (_, i) => instance(i))),
      ...whole('simulate.0', { from: 0, to: 1000 }),
      ...whole('simulate.1', { from: 0, to: 5000 }),
      ...whole('simulate.2', { from: 0, to: 10, outcome: 'program_error' }),
      attemptStarted('simulate.3', { from: 900, to: 0 }),
      attemptStarted('simulate.4', { from: 100, to: 0 }),
      state('simulate.5', 'cached', 20),
    ]);
    const rows = pageOfInstances(context, page).rows;
    expect(rows.map((row) => row.instanceId)).toEqual(
      [2, 4, 3, 1, 0, 6, 5].map((index) => `simulate.${index}`),
    );
    expect(pageOfInstances(context, { ...page, offset: 2, limit: 2 }).rows.map((row) => row.index)).toEqual([
      3, 1,
    ]);
  });

  it('filters by state, task and words of parameters or ids, and counts what it found', () => {
    const { writer, context } = memory();
    writer.write([
      started(),
      added(
        instance(0),
        instance(1, { params: { scenario: '50%_wind', num_nodes: 7 } }),
        instance(2, { id: 'analyze.0', task: 'analyze' }),
      ),
    ]);
    const found = (query: object) => pageOfInstances(context, { ...page, ...query });
    expect(found({ states: ['queued'] }).total).toBe(3);
    expect(found({ states: ['failed', 'running'] })).toEqual({ rows: [], total: 0 });
    expect(found({ task: 'analyze' }).rows.map((row) => row.instanceId)).toEqual(['analyze.0']);
    expect(found({ search: '50%_wind' }).total).toBe(1);
    expect(found({ search: '%' }).total).toBe(1);
    expect(found({ search: 'SIMULATE baseline' }).rows.map((row) => row.index)).toEqual([0]);
    expect(found({ search: 'nowhere' }).total).toBe(0);
  });

  it('keeps what was advised beside what a retry asked for', () => {
    const { writer, context } = memory();
    const predicted = { peakMemoryBytes: { low: 1, point: 2, high: 3 }, cpuSeconds: null, wallSeconds: null };
    writer.write([
      started(),
      added(instance(0, { source: 'learned', confidence: 0.95, predicted })),
      attemptStarted('simulate.0', { from: 0, to: 100 }),
      attemptFinished('simulate.0', { from: 0, to: 100, outcome: 'out_of_memory' }),
      state('simulate.0', 'queued', 100),
      attemptStarted('simulate.0', { attempt: 2, from: 300, to: 900, memoryBytes: 8 * GIB }),
      {
        type: 'resource_sample',
        runId: RUN,
        instanceId: 'simulate.0',
        attempt: 2,
        sample: { at: START + 500, memoryBytes: 7, cpuSeconds: 0.2 },
      },
    ]);
    expect(findInstance(context, RUN, 'simulate.0')).toMatchObject({
      state: 'running',
      attempts: 2,
      source: 'retry',
      request: { memoryBytes: 8 * GIB },
      predicted,
      confidence: 0.95,
      features: { input_size_mb: 3.5 },
      attemptRows: [
        { attempt: 1, outcome: 'out_of_memory', request: { memoryBytes: 4 * GIB } },
        { attempt: 2, outcome: null, startedAt: START + 300 },
      ],
      samples: [{ attempt: 2, at: START + 500, memoryBytes: 7 }],
    });
    expect(resumeState(context, RUN)).toEqual([{ instanceId: 'simulate.0', state: 'running', attempts: 2 }]);
  });
});

describe('pictures', () => {
  it('draw queue, running and workers from the events, thinned evenly', () => {
    const { writer, context } = memory();
    writer.write([
      started(),
      added(instance(0), instance(1)),
      ...worker('w1', 0, null),
      ...whole('simulate.0', { from: 2000, to: 4000 }),
      ...whole('simulate.1', { from: 4000, to: 8000 }),
      finishedRun(10_000),
    ]);
    const points = load(context, RUN, 11).map(({ at, ...counts }) => ({ s: (at - START) / 1000, ...counts }));
    expect(points).toHaveLength(11);
    expect(points[0]).toEqual({ s: 0, queued: 2, running: 0, workers: 1, finished: 0 });
    expect(points[3]).toEqual({ s: 3, queued: 1, running: 1, workers: 1, finished: 0 });
    expect(points[4]).toEqual({ s: 4, queued: 0, running: 1, workers: 1, finished: 1 });
    expect(points[9]).toEqual({ s: 9, queued: 0, running: 0, workers: 1, finished: 2 });
    expect(load(context, RUN, 3)).toHaveLength(3);
    expect(load(context, 'run-none', 3)).toEqual([]);
  });

  it('leave out the shortest stretches first when there are too many lanes', () => {
    const { writer, context } = memory();
    writer.write([
      started(),
      added(instance(0), instance(1), instance(2)),
      ...whole('simulate.0', { from: 0, to: 10 }),
      ...whole('simulate.1', { from: 20, to: 900 }),
      attemptStarted('simulate.2', { from: 950, to: 0 }),
    ]);
    expect(lanes(context, RUN, { limit: 2 }).map((span) => span.instanceId)).toEqual([
      'simulate.1',
      'simulate.2',
    ]);
    expect(lanes(context, RUN, {})).toHaveLength(3);
  });
});

describe('history', () => {
  it('is every finished attempt with its measured use, oldest first, without those that say nothing', () => {
    const { db, writer } = memory();
    writer.write([
      started(),
      added(...Array.from({ length: 4 }, (_, i) => instance(i))),
      ...whole('simulate.0', { from: 0, to: 3000 }),
      ...whole('simulate.1', { from: 0, to: 1000, outcome: 'out_of_memory' }),
      ...whole('simulate.2', { from: 0, to: 2000, outcome: 'cancelled' }),
      state('simulate.3', 'cached', 5),
    ]);
    const rows = history(db, {});
    expect(rows.map((row) => [row.instanceId, row.outcome, row.wallSeconds, row.cpuSeconds])).toEqual([
      ['simulate.1', 'out_of_memory', 1, 0.75],
      ['simulate.0', 'succeeded', 3, 0.75],
    ]);
    expect(rows[1]?.features).toEqual(instance(0).features);
    expect(history(db, { limit: 1 }).map((row) => row.instanceId)).toEqual(['simulate.0']);
    expect(history(db, { task: 'other' })).toEqual([]);
    expect(historySummary(db)).toEqual([
      { task: 'simulate', rows: 2, succeeded: 1, withMemory: 2, runs: 1, lastAt: START + 3000 },
    ]);
  });

  it('finds the success behind a cache key, never a reuse or a failure', () => {
    const { db, writer } = memory();
    const lookup = (instanceId: string, hit: boolean, at: number): TelemetryEvent => ({
      type: 'cache_lookup',
      runId: RUN,
      at: START + at,
      instanceId,
      keyDigest: 'k',
      hit,
      seconds: 0.001,
    });
    writer.write([started(), added(instance(0), instance(1), instance(2)), lookup('simulate.0', false, 0)]);
    expect(cached(db, 'k')).toBeNull();
    writer.write([
      ...whole('simulate.0', { from: 0, to: 10 }),
      lookup('simulate.1', true, 20),
      state('simulate.1', 'cached', 20),
      lookup('simulate.2', false, 30),
      ...whole('simulate.2', { from: 30, to: 40, outcome: 'program_error' }),
    ]);
    expect(cached(db, 'k')).toEqual({ runId: RUN, instanceId: 'simulate.0' });
  });
});
