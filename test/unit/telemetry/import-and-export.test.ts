import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { TelemetryEvent } from '../../../main/telemetry/events.ts';
import { csvCell } from '../../../main/telemetry/export/csv.ts';
import { exportRuns } from '../../../main/telemetry/export/export.ts';
import type { Fields } from '../../../main/telemetry/import/fields.ts';
import { importPaths } from '../../../main/telemetry/import/import.ts';
import { SkipList } from '../../../main/telemetry/import/import-result.ts';
import { cut } from '../../../main/telemetry/import/table.ts';
import { readReferenceRuns } from '../../../main/telemetry/reference/read-runs.ts';
import {
  EVENT_FILES,
  type EventFile,
  OWN_EVENTS_FILE,
  readReferenceFolder,
  readRows,
} from '../../../main/telemetry/reference/run-folder.ts';
import { ReferenceSummary } from '../../../main/telemetry/reference/summary.ts';
import { openWorkspace, type Workspace } from '../../../main/telemetry/workspace.ts';
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

const RUNS = join(import.meta.dirname, '../../fixtures/reference-runs');
const TRACES = join(import.meta.dirname, '../../fixtures/traces');
const [QUIRKS, KILLED, NEVER_STARTED, TUTORIAL] = readdirSync(RUNS) as [string, string, string, string];

let workspace: Workspace;
beforeEach(async () => {
  workspace = await opened();
});

async function opened(): Promise<Workspace> {
  const made = await openWorkspace(tempFolder('import'), { access: 'write' });
  onTestFinished(() => made.close());
  return made;
}

/** All event rows of a run folder by file. */
async function rowsOf(folder: string) {
  const rows = await Promise.all(
    EVENT_FILES.map(async (file) => {
      const found: Fields[] = [];
      for await (const { row } of readRows(folder, file, new SkipList())) found.push(row);
      return [file, found] as const;
    }),
  );
  return Object.fromEntries(rows) as Record<EventFile, Fields[]>;
}

function summaryOf(run: Fields, rows: Record<EventFile, Fields[]>): Fields {
  const summary = new ReferenceSummary();
  for (const file of EVENT_FILES) for (const row of rows[file]) summary.add(file, row);
  return summary.fields(run);
}

const allInstances = async (from: Workspace, runId: string) =>
  (await from.store.instances({ runId, offset: 0, limit: 500, sort: 'index' })).rows;

describe('run folders of the reference package', () => {
  it('come in as runs, once, however often they are imported', async () => {
    const first = await importPaths(workspace, [RUNS]);
    expect(first).toMatchObject({ runs: 4, tasks: 9 });
    const learnsNothing = (run: string) => ({
      file: join(RUNS, run),
      line: null,
      reason: 'it tells no task’s peak memory, run time and CPU time: that cannot be learned from it',
    });
    expect(first.skipped).toEqual([
      { file: join(RUNS, KILLED, 'tasks.jsonl'), line: 6, reason: expect.stringContaining('torn') },
      learnsNothing(QUIRKS),
      learnsNothing(KILLED),
      { ...learnsNothing(TUTORIAL), reason: expect.stringContaining('run time and CPU time') },
    ]);
    const before = await workspace.store.runs();
    expect(await importPaths(workspace, [RUNS])).toMatchObject({ runs: 0, tasks: 0 });
    expect(await workspace.store.runs()).toEqual(before);
  });

  it('go out again byte by byte', async () => {
    await importPaths(workspace, [RUNS]);
    const folder = tempFolder('import');
    await exportRuns(workspace, 'all', { folder, format: 'jsonl' });
    for (const run of readdirSync(RUNS)) {
      const names = readdirSync(join(RUNS, run));
      expect(readdirSync(join(folder, run))).toEqual(names);
      for (const name of names) {
        expect(readFileSync(join(folder, run, name)).equals(readFileSync(join(RUNS, run, name)))).toBe(true);
      }
    }
  });

  it('are judged by their tasks: a completed run with failed tasks failed, a killed one is interrupted', async () => {
    await importPaths(workspace, [RUNS]);
    const statuses = Object.fromEntries((await workspace.store.runs()).map((run) => [run.runId, run.status]));
    expect(statuses).toEqual({
      [QUIRKS]: 'failed',
      [KILLED]: 'interrupted',
      [NEVER_STARTED]: 'failed',
      [TUTORIAL]: 'succeeded',
    });
    expect((await workspace.store.report(NEVER_STARTED))?.failures).toMatchObject([
      { instanceId: null, code: 'RuntimeError', message: 'Cluster failed to start' },
    ]);
    expect((await workspace.store.run(KILLED))?.tasks).toMatchObject({ succeeded: 1, running: 1, failed: 0 });
  });

  it('never teach turnaround as run time, nor a cancelled row, and group what map numbered', async () => {
    await importPaths(workspace, [join(RUNS, QUIRKS)]);
    const rows = await workspace.store.history();
    expect(rows.map((row) => row.task).sort()).toEqual(['solve', 'solve', 'solve', 'sq', 'sq']);
    expect(rows.every((row) => row.wallSeconds === null && row.peakMemoryBytes === null)).toBe(true);
    const first = rows.find((row) => row.requestedWalltimeSeconds !== null);
    expect(first).toMatchObject({
      requestedMemoryBytes: 3_000_000_000,
      requestedCpus: 2,
      requestedWalltimeSeconds: 3600,
    });
    expect(rows.map((row) => row.outcome).sort()).toEqual([
      'out_of_memory',
      'program_error',
      'succeeded',
      'succeeded',
      'succeeded',
    ]);
    const report = await workspace.store.report(QUIRKS);
    expect(report).toMatchObject({
      efficiency: null,
      cache: { hits: 1, misses: 1 },
      workers: { simulation: { started: 2, removed: 0, final: 2 } },
      tasks: { total: 6, succeeded: 3, failed: 2, cancelled: 1 },
    });
    const exported = await workspace.store.exportAttempts(QUIRKS, 0, 10);
    expect(exported.map((one) => one.attemptRows[0]?.turnaroundSeconds)).toEqual([
      4.25, 1.5, 1.75, 2, 2.5, 0.5,
    ]);
  });

  it('may use the names of the tutorials', async () => {
    await importPaths(workspace, [join(RUNS, TUTORIAL)]);
    expect(await workspace.store.run(TUTORIAL)).toMatchObject({
      finishedAt: Date.parse('2026-11-20T10:00:09Z'),
      manifestLock: 'cd'.repeat(32),
    });
    expect((await workspace.store.history())[0]?.peakMemoryBytes).toBe(512 * 2 ** 20);
    expect((await workspace.store.report(TUTORIAL))?.workers).toEqual({
      demeter: { started: 1, removed: 1, final: 0 },
    });
  });

  it.each([QUIRKS, NEVER_STARTED])('have the summary that recomputing gives: %s', async (name) => {
    const folder = await readReferenceFolder(join(RUNS, name), new SkipList());
    const summary: unknown = JSON.parse(readFileSync(join(RUNS, name, 'summary.json'), 'utf8'));
    expect(summaryOf(folder.run, await rowsOf(folder.folder))).toEqual(summary);
  });

  it('that have grown since are replaced; a run recorded here never is', async () => {
    const folder = join(tempFolder('import'), KILLED);
    cpSync(join(RUNS, KILLED), folder, { recursive: true });
    await importPaths(workspace, [folder]);
    const tasks = join(folder, 'tasks.jsonl');
    writeFileSync(
      tasks,
      readFileSync(tasks, 'utf8').split('\n').slice(0, -1).join('\n').replaceAll('"running"', '"failed"'),
    );
    expect(await importPaths(workspace, [folder])).toMatchObject({ runs: 1 });
    expect((await workspace.store.run(KILLED))?.tasks).toMatchObject({ failed: 1 });
    const other = await opened();
    await other.store.append([
      started(KILLED),
      { type: 'run_finished', runId: KILLED, at: START, status: 'succeeded' },
    ]);
    expect(await importPaths(other, [folder])).toMatchObject({ runs: 0, skipped: [{ file: folder }] });
    expect((await other.store.run(KILLED))?.status).toBe('succeeded');
  });

  it('give the same history without a database', async () => {
    await importPaths(workspace, [RUNS]);
    const direct = await readReferenceRuns(RUNS);
    const byId = (a: { instanceId: string }, b: { instanceId: string }) =>
      a.instanceId.localeCompare(b.instanceId);
    expect([...direct.rows].sort(byId)).toEqual([...(await workspace.store.history())].sort(byId));
  });
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
    const other = await opened();
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
    const other = await opened();
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
    const other = await opened();
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

describe('traces of other systems', () => {
  it('Nextflow as text: units, cached rows not learned, and what is missing is said', async () => {
    const result = await importPaths(workspace, [join(TRACES, 'default.txt')]);
    expect(result).toMatchObject({ runs: 1, tasks: 3 });
    expect(result.skipped[0]?.reason).toMatch(/no process, cpus, memory, time, attempt.*trace\.fields/);
    const [run] = await workspace.store.runs();
    expect(run).toMatchObject({ origin: 'nextflow', tasks: { succeeded: 1, cached: 1, failed: 1 } });
    const rows = await workspace.store.history();
    expect(rows.map((row) => [row.task, row.outcome, row.wallSeconds])).toEqual(
      [
        ['exonerate', 'succeeded', 71],
        ['blast', 'out_of_memory', 0.352],
      ].sort((a, b) => (rows[0]?.task === a[0] ? -1 : 1) - (rows[0]?.task === b[0] ? -1 : 1)),
    );
    const first = rows.find((row) => row.task === 'exonerate');
    expect(first).toMatchObject({
      peakMemoryBytes: Math.round(611.6 * 2 ** 20),
      requestedCpus: null,
      features: { tag: '1' },
    });
    expect(first?.cpuSeconds).toBeCloseTo(0.943 * 71);
  });

  it('Nextflow raw: retries are attempts of one instance, a torn row is named by its line', async () => {
    const result = await importPaths(workspace, [join(TRACES, 'raw.txt')]);
    expect(result.skipped.map((one) => one.line)).toEqual([5, 6]);
    const runId = (await workspace.store.runs())[0]?.runId ?? '';
    const rows = await allInstances(workspace, runId);
    expect(rows.map((row) => [row.state, row.attempts])).toEqual([
      ['succeeded', 2],
      ['cancelled', 1],
    ]);
    const retried = await workspace.store.instance(runId, rows[0]?.instanceId ?? '');
    expect(retried?.attemptRows).toMatchObject([
      {
        outcome: 'out_of_memory',
        request: { memoryBytes: GIB, cpus: 6, walltimeSeconds: 28_800 },
        wallSeconds: 106,
      },
      {
        outcome: 'succeeded',
        request: { memoryBytes: 2 * GIB },
        peakMemoryBytes: 1_500_000_000,
        cpuUserSeconds: 200,
      },
    ]);
  });

  it('sacct: steps give the peak, per-CPU requests are multiplied, running jobs wait for later', async () => {
    const result = await importPaths(workspace, [join(TRACES, 'jobs.sacct')]);
    expect(result).toMatchObject({
      runs: 1,
      tasks: 3,
      skipped: [{ reason: expect.stringContaining('4712') }],
    });
    expect(await workspace.store.history()).toMatchObject([
      { instanceId: '4711_2', outcome: 'out_of_memory', requestedMemoryBytes: 4 * GIB, wallSeconds: 30 },
      {
        instanceId: '4711_1',
        outcome: 'succeeded',
        requestedMemoryBytes: 4 * GIB,
        requestedWalltimeSeconds: 7200,
        peakMemoryBytes: 512 * 2 ** 20,
        cpuSeconds: 90.5,
        wallSeconds: 60,
      },
    ]);
  });

  it('WfCommons: run time, memory, input size', async () => {
    expect(await importPaths(workspace, [join(TRACES, 'workflow.json')])).toMatchObject({
      runs: 1,
      tasks: 1,
      skipped: [],
    });
    expect(await workspace.store.history()).toMatchObject([
      {
        task: 'decon',
        wallSeconds: 8.5,
        cpuSeconds: 12.75,
        peakMemoryBytes: 104_857_600,
        features: { input_size_mb: 2 },
      },
    ]);
  });

  it('CSV with a mapping: quotes, units, parameters; bad rows are named and the rest is taken', async () => {
    const map = { job: 'task', seconds: 'duration_s', mem_mb: 'peak_memory_mb', nodes: 'param.num_nodes' };
    const result = await importPaths(workspace, [join(TRACES, 'table.csv')], { format: 'csv', map });
    expect(result).toMatchObject({ runs: 1, tasks: 2 });
    expect(result.skipped.map((one) => one.line)).toEqual([5, 6, null]);
    expect(result.skipped[2]?.reason).toBe('it tells no task’s CPU time: that cannot be learned from it');
    expect(await workspace.store.history()).toMatchObject([
      { task: 'solve', wallSeconds: 12.5, peakMemoryBytes: 512 * 2 ** 20, features: { num_nodes: 111 } },
      { task: 'solve', wallSeconds: 3, outcome: 'program_error' },
    ]);
    await expect(
      importPaths(workspace, [join(TRACES, 'table.csv')], { format: 'csv', map: { job: 'tusk' } }),
    ).rejects.toMatchObject({ code: 'E_IMPORT_MAP' });
  });

  it('says what it could not use, and what is not there', async () => {
    const file = join(tempFolder('import'), 'notes.txt');
    writeFileSync(file, 'just some notes\n');
    expect(await importPaths(workspace, [file])).toMatchObject({ runs: 0, skipped: [{ file, line: null }] });
    await expect(importPaths(workspace, [`${file}.gone`])).rejects.toMatchObject({
      code: 'E_IMPORT_NOT_FOUND',
    });
  });
});

describe('hostile files', () => {
  const names = [
    'run.json',
    'plan.json',
    'tasks.jsonl',
    'resources.jsonl',
    'workers.jsonl',
    'cache.jsonl',
    'failures.jsonl',
    OWN_EVENTS_FILE,
  ];
  /** Nearly right is worse than random: keys that are read, with values of every kind. */
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      -1,
      1e308,
      0.5,
      '9'.repeat(40),
      '2026-11-20T20:00:30Z',
      'succeeded',
      'running',
      'scaled',
      { simulation: 1e9 },
    ),
  );
  const row = fc.dictionary(
    fc.constantFrom(
      'run_id',
      'task_id',
      'task_name',
      'state',
      'timestamp',
      'duration_s',
      'exec_s',
      'requested_cpus',
      'requested_memory',
      'entity_id',
      'details',
      'started_at',
      'type',
      'runId',
      'params',
      '__proto__',
      'peak_memory_bytes',
      'size_bytes',
      'hit',
    ),
    value,
  );
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(row, { maxLength: 5 })
      .map((rows) => Buffer.from(rows.map((one) => JSON.stringify(one)).join('\n'))),
  );

  it('of run folders never break an import', async () => {
    const folder = join(tempFolder('import'), 'run-20261120T200007Z-x-00000001');
    mkdirSync(folder);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...names), content), { minLength: 1, maxLength: 5 }),
        async (files) => {
          for (const name of names) rmSync(join(folder, name), { force: true });
          writeFileSync(join(folder, 'run.json'), '{}');
          for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
          const result = await importPaths(workspace, [folder]);
          expect(result.runs).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of tables never break an import', async () => {
    const file = join(tempFolder('import'), 'trace.txt');
    const headers = [
      'name\tstatus\trealtime\tpeak_rss\tattempt\tsubmit\n',
      'task,state,duration_s,params\n',
      'JobID|State|MaxRSS\n',
      '{"workflow":',
      '',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...headers),
        fc.string({ unit: fc.constantFrom(...'aA19.-:\t,|"\n\r{}[]%é\u0000') }),
        fc.uint8Array({ maxLength: 40 }),
        async (header, text, bytes) => {
          writeFileSync(file, Buffer.concat([Buffer.from(header + text), Buffer.from(bytes)]));
          const result = await importPaths(workspace, [file]);
          expect(Array.isArray(result.skipped)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('cannot fill the memory with one line', async () => {
    const folder = join(tempFolder('import'), 'run-20261120T200007Z-x-00000002');
    mkdirSync(folder);
    writeFileSync(join(folder, 'run.json'), '{}');
    writeFileSync(
      join(folder, 'tasks.jsonl'),
      `{"task_id": "${'x'.repeat(5_000_000)}"}\n{"task_id": "a", "state": "succeeded"}\n`,
    );
    const result = await importPaths(workspace, [folder]);
    expect(result).toMatchObject({
      tasks: 1,
      skipped: [{ line: 1, reason: expect.stringContaining('too long') }, { line: null }],
    });
  });

  it('give every CSV cell back as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(...'ab,"; |é') }), { minLength: 1 }),
        (cells) => {
          expect(cut(cells.map(csvCell).join(','), ',', true)).toEqual(cells);
        },
      ),
    );
  });
});
