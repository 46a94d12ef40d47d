import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { telemetryService } from '../../main/api/services/telemetry-service.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { importInThread } from '../../main/telemetry/import/import-in-thread.ts';
import { openWorkspace, type Workspace } from '../../main/telemetry/workspace.ts';
import { OpenWorkspaces } from '../../main/workspaces/open-workspaces.ts';
import { RecentProjects } from '../../main/workspaces/recent-projects.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';

let folder: string;
let workspace: Workspace;
beforeEach(async () => {
  folder = tempFolder('import');
  workspace = await openWorkspace(folder, { access: 'write' });
  onTestFinished(() => workspace.close());
});

function trace(rows: number): string {
  const file = join(folder, 'trace.txt');
  const lines = Array.from({ length: rows }, (_, i) => `t (${i})\tCOMPLETED\t5s\t1 MB\n`);
  writeFileSync(file, `name\tstatus\trealtime\tpeak_rss\n${lines.join('')}`);
  return file;
}

describe('an import in a thread of its own', () => {
  it('takes all in once, tells how far it is, and leaves what it was asked from free to go on', async () => {
    const file = trace(20_000);
    const seen: number[] = [];
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const result = await importInThread(workspace, [file], { onProgress: (tasks) => seen.push(tasks) });
    clearInterval(counting);
    expect(result).toMatchObject({ runs: 1, tasks: 20_000, stopped: false });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(turns).toBeGreaterThan(20);
    expect(await workspace.store.runs()).toMatchObject([{ status: 'succeeded', tasks: { total: 20_000 } }]);
    expect(await importInThread(workspace, [file])).toMatchObject({ runs: 0, unchanged: 1 });
  });

  it('that is stopped leaves a marked, readable part, which the next one completes', async () => {
    const file = trace(60_000);
    const stop = new AbortController();
    const stopped = await importInThread(workspace, [file], {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(stopped).toMatchObject({ stopped: true, runs: 1 });
    expect(stopped.tasks).toBeLessThan(60_000);
    expect(await workspace.store.runs()).toMatchObject([{ status: 'interrupted' }]);
    expect(await importInThread(workspace, [file])).toMatchObject({ stopped: false, tasks: 60_000 });
    expect(await workspace.store.runs()).toMatchObject([{ status: 'succeeded', tasks: { total: 60_000 } }]);
  });

  it('that was stopped before it began takes nothing in', async () => {
    const stopped = await importInThread(workspace, [trace(10)], { signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ stopped: true });
    expect(await workspace.store.runs()).not.toMatchObject([{ status: 'succeeded' }]);
  });

  it('says what it cannot find, with the same code as without a thread', async () => {
    await expect(importInThread(workspace, [join(folder, 'gone')])).rejects.toMatchObject({
      code: 'E_IMPORT_NOT_FOUND',
    });
  });

  it('is how the app takes history in, and what it has then it gives back', async () => {
    const recent = new RecentProjects(folder);
    const workspaces = new OpenWorkspaces({ recent, clock: systemClock, logger: silentLogger });
    onTestFinished(() => workspaces.closeAll());
    const place = tempFolder('project');
    const { projectId } = await workspaces.open(place);
    const app = telemetryService(workspaces, systemClock);
    expect(await app.importFrom(projectId, [trace(3)])).toMatchObject({ runs: 1, tasks: 3 });
    expect(await app.history(projectId)).toMatchObject([{ task: 't', rows: 3 }]);
    const runs = (await (await workspaces.get(projectId)).workspace.store.runs()).map(({ runId }) => runId);
    const given = await app.export(projectId, runs, 'jsonl');
    expect(await importInThread(workspace, [given.folder])).toMatchObject({ runs: 1, tasks: 3 });
  });
});
