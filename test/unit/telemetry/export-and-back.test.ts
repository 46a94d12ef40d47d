import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TelemetryEvent } from '../../../main/telemetry/events.ts';
import { exportRuns } from '../../../main/telemetry/export/export.ts';
import { importPaths } from '../../../main/telemetry/import/import.ts';
import { SkipList } from '../../../main/telemetry/import/import-result.ts';
import { OWN_EVENTS_FILE, readReferenceFolder } from '../../../main/telemetry/reference/run-folder.ts';
import type { Workspace } from '../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';
import {
  added,
  attemptFinished,
  attemptStarted,
  finishedRun,
  GIB,
  instance,
  RUN,
  START,
  started,
  state,
  whole,
  worker,
} from './events-of-a-run.ts';
import { openEmpty, rowsOf, summaryOf } from './run-folders.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openEmpty();
});

describe('a run of our own', () => {
  const predicted = {
    peakMemoryBytes: { low: 1, point: 2, high: 3 },
    cpuSeconds: null,
    wallSeconds: null,
    ioClass: 'medium',
  } as const;
  const manifestRequest = { cpus: 8, memoryBytes: 16 * GIB, walltimeSeconds: null };
  const ladder = [4 * GIB, 8 * GIB];
  const record = () =>
    workspace.store.append([
      started(),
      added(
        instance(0, { source: 'learned', confidence: 0.9, predicted, manifestRequest, ladder }),
        instance(1, { needs: ['simulate.0'] }),
        instance(2),
        instance(3),
      ),
      ...worker('w1', 0, 60_000, 'demeter', 'run ended'),
      {
        type: 'scale_decision',
        runId: RUN,
        at: START,
        workersToAdd: { demeter: 1 },
        workersToRemove: {},
        reasoning: 'plan',
        confidence: null,
        predictedCompletionSeconds: null,
        by: 'plan',
      },
      attemptStarted('simulate.0', { from: 10, to: 100 }),
      {
        type: 'resource_sample',
        runId: RUN,
        instanceId: 'simulate.0',
        attempt: 1,
        sample: { at: START + 20, memoryBytes: 5, cpuSeconds: null },
      },
      attemptFinished('simulate.0', {
        from: 10,
        to: 100,
        outcome: 'out_of_memory',
        message: 'It needed more.',
      }),
      state('simulate.0', 'queued', 100),
      attemptStarted('simulate.0', { attempt: 2, from: 110, to: 900, memoryBytes: 8 * GIB }),
      attemptFinished('simulate.0', { attempt: 2, from: 110, to: 900, memoryBytes: 8 * GIB }),
      state('simulate.0', 'succeeded', 900),
      state('simulate.1', 'queued', 900),
      ...whole('simulate.1', { from: 950, to: 1950, outcome: 'program_error', message: 'It said «no».' }),
      {
        type: 'worker_billed',
        runId: RUN,
        at: START + 5,
        workerId: 'w1',
        tag: 'demeter',
        seconds: 60,
        usd: 0.01,
      },
      {
        type: 'cache_lookup',
        runId: RUN,
        at: START + 5,
        instanceId: 'simulate.2',
        keyDigest: 'k',
        hit: true,
        seconds: 0.001,
      },
      state('simulate.2', 'cached', 5),
      state('simulate.3', 'cancelled', 6),
      {
        type: 'artifact_recorded',
        runId: RUN,
        at: START + 7,
        name: 'a',
        location: 's3://b',
        kind: 'file',
        task: 'simulate',
        component: null,
        digest: null,
        sizeBytes: 3,
      },
      {
        type: 'run_failure',
        runId: RUN,
        at: START + 8,
        code: 'E_X',
        message: 'broke',
        phase: 'session.start',
      },
      finishedRun(60_000, 'failed'),
    ]);

  it('tells in cost.jsonl and in its summary what it cost: what was billed, else what was planned', async () => {
    await record();
    const plannedOnly = 'run-20261120T210007Z-planned-00000001';
    const cost = { usd: 3, items: [{ label: 'model', usd: 3 }], pricesFrom: '2026-11-21' };
    await workspace.store.append([
      { ...started(plannedOnly), plan: { cost, timeSeconds: 7200 } } as TelemetryEvent,
      { ...finishedRun(1000), runId: plannedOnly },
    ]);
    const folder = tempFolder('import');
    await exportRuns(workspace, [RUN, plannedOnly], { folder, format: 'jsonl' });
    const read = (run: string, file: string) => JSON.parse(readFileSync(join(folder, run, file), 'utf8'));
    expect(read(RUN, 'cost.jsonl')).toMatchObject({
      event_type: 'cost',
      run_id: RUN,
      provider: 'local',
      currency: 'USD',
      // A cent for a minute.
      total_hourly: expect.closeTo(0.6),
      total_monthly: expect.closeTo(438),
      line_items: [{ component: 'demeter', usd: 0.01 }],
      metadata: { basis: 'measured', usd: 0.01, estimated_usd: 4.2 },
    });
    expect(read(RUN, 'summary.json')).toMatchObject({
      counts: { cost_events: 1 },
      cost: { total_hourly_usd: 0.6, estimates_count: 1 },
    });
    expect(read(plannedOnly, 'cost.jsonl')).toMatchObject({
      total_hourly: 1.5,
      line_items: cost.items,
      metadata: { basis: 'estimate', usd: 3, prices_from: '2026-11-21' },
    });
  });

  it('goes out as a run folder and comes in elsewhere with nothing lost', async () => {
    await record();
    const folder = tempFolder('import');
    await exportRuns(workspace, [RUN], { folder, format: 'jsonl' });
    const other = await openEmpty();
    expect(await importPaths(other, [folder])).toMatchObject({ runs: 1, tasks: 4, skipped: [] });
    expect(await other.store.exportRun(RUN)).toEqual(await workspace.store.exportRun(RUN));
    const strip = (rows: readonly { key: number }[]) => rows.map((row) => ({ ...row, key: 0 }));
    expect(strip(await other.store.exportAttempts(RUN, 0, 99))).toEqual(
      strip(await workspace.store.exportAttempts(RUN, 0, 99)),
    );
    expect(await other.store.report(RUN)).toEqual(await workspace.store.report(RUN));
    expect(await other.store.history()).toEqual(await workspace.store.history());
    expect(await importPaths(other, [folder])).toMatchObject({ runs: 0, tasks: 0 });
  });

  it('goes out in the layout that the reference package reads, with what we measured added', async () => {
    await record();
    const parent = tempFolder('import');
    await exportRuns(workspace, [RUN], { folder: parent, format: 'jsonl' });
    rmSync(join(parent, RUN, OWN_EVENTS_FILE));
    const folder = await readReferenceFolder(join(parent, RUN), new SkipList());
    expect(folder.run).toMatchObject({
      run_id: RUN,
      status: 'failed',
      started_at: '2026-11-20T20:00:07Z',
      schema_version: 1,
    });
    const rows = await rowsOf(folder.folder);
    const last = rows.tasks.find((row) => row.state === 'succeeded');
    expect(last).toMatchObject({
      task_id: 'simulate.0',
      duration_s: 0.9,
      exec_s: 0.79,
      peak_memory_bytes: GIB,
      attempts: 2,
    });
    expect(rows.resources[0]).toMatchObject({
      requested_memory: '8Gi',
      observed_memory_gb: GIB / 1e9,
      requested_cpus: 2,
    });
    expect(rows.failures).toHaveLength(2);
    expect(rows.workers.map((row) => row.state)).toEqual([
      'worker_added',
      'scale_decision',
      'worker_removed',
    ]);
    expect(summaryOf(folder.run, rows)).toEqual(
      JSON.parse(readFileSync(join(parent, RUN, 'summary.json'), 'utf8')),
    );
    const text = readFileSync(join(parent, RUN, 'tasks.jsonl'), 'utf8');
    expect(text).toContain('\\u00abno\\u00bb');
    expect([...text].every((character) => character.charCodeAt(0) < 128)).toBe(true);
    // Without our events file its rows alone still teach measured use.
    const other = await openEmpty();
    await importPaths(other, [parent]);
    expect(
      (await other.store.history({ task: 'simulate' })).find((row) => row.outcome === 'succeeded'),
    ).toMatchObject({
      peakMemoryBytes: GIB,
      wallSeconds: 0.79,
      features: instance(0).features,
    });
  });

  it('goes out as CSV that comes in again, and as Parquet', async () => {
    await record();
    const folder = tempFolder('import');
    expect(await exportRuns(workspace, 'all', { folder, format: 'csv' })).toEqual({ folder, files: 1 });
    const other = await openEmpty();
    expect(await importPaths(other, [join(folder, 'attempts.csv')])).toMatchObject({ runs: 1, skipped: [] });
    const learned = (rows: Awaited<ReturnType<typeof other.store.history>>) =>
      rows.map(
        ({ instanceId, attempt, outcome, peakMemoryBytes, wallSeconds, requestedMemoryBytes, features }) => ({
          instanceId,
          attempt,
          outcome,
          peakMemoryBytes,
          wallSeconds,
          requestedMemoryBytes,
          features,
        }),
      );
    expect(learned(await other.store.history())).toEqual(learned(await workspace.store.history()));
    await exportRuns(workspace, [RUN], { folder, format: 'parquet' });
    const parquet = readFileSync(join(folder, 'attempts.parquet'));
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
    expect(parquet.subarray(-4).toString()).toBe('PAR1');
  });

  it('that does not exist is named', async () => {
    await expect(
      exportRuns(workspace, ['run-none'], { folder: tempFolder('import'), format: 'csv' }),
    ).rejects.toMatchObject({ code: 'E_RUN_NOT_FOUND' });
  });
});
