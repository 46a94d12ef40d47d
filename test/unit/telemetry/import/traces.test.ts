import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { importPaths } from '../../../../main/telemetry/import/import.ts';
import type { Workspace } from '../../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../../fixtures/temp-folder.ts';
import { GIB } from '../events-of-a-run.ts';
import { openEmpty } from '../run-folders.ts';

const TRACES = join(import.meta.dirname, '../../../fixtures/traces');

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openEmpty();
});

const allInstances = async (from: Workspace, runId: string) =>
  (await from.store.instances({ runId, offset: 0, limit: 500, sort: 'index' })).rows;

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
