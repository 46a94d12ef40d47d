import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportRuns } from '../../../../main/telemetry/export/export.ts';
import { importPaths } from '../../../../main/telemetry/import/import.ts';
import { SkipList } from '../../../../main/telemetry/import/import-result.ts';
import { readReferenceRuns } from '../../../../main/telemetry/reference/read-runs.ts';
import { readReferenceFolder } from '../../../../main/telemetry/reference/run-folder.ts';
import type { Workspace } from '../../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../../fixtures/temp-folder.ts';
import { START, started } from '../events-of-a-run.ts';
import { openEmpty, rowsOf, summaryOf } from '../run-folders.ts';

const RUNS = join(import.meta.dirname, '../../../fixtures/reference-runs');
const [QUIRKS, KILLED, NEVER_STARTED, TUTORIAL] = readdirSync(RUNS) as [string, string, string, string];

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openEmpty();
});

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
    const other = await openEmpty();
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
