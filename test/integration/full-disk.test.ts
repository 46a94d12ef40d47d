import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { systemErrorCode } from '../../main/platform/errors.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { providerFor } from '../../main/providers/registry.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import { startRun } from '../../main/session/start-run.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { WorkspaceHealth } from '../../main/workspaces/workspace-health.ts';

const SIZE = '24m';
const TASKS = 400;

/** A file system of its own, so small that a test can fill it. Null with the reason where none may be mounted. */
function smallDisk(): { folder: string } | { reason: string } {
  if (process.platform !== 'linux') return { reason: 'a small disk is mounted on Linux only' };
  const folder = mkdtempSync(join(tmpdir(), 'scalable-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder], { stdio: 'pipe' });
    return { folder };
  } catch (error) {
    rmdirSync(folder);
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    return { reason: `mounting a small disk is not permitted here (${said})` };
  }
}

/** Writes until there is not a byte left. */
function fill(path: string): void {
  const fd = openSync(path, 'a');
  try {
    for (let bytes = 1 << 20; bytes >= 1; ) {
      try {
        writeSync(fd, Buffer.alloc(bytes));
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOSPC') throw error;
        bytes >>= 1;
      }
    }
  } finally {
    closeSync(fd);
  }
}

const disk = smallDisk();
const reason = 'reason' in disk ? disk.reason : '';

describe.skipIf(reason !== '')(`a disk that is full${reason && ` (skipped: ${reason})`}`, () => {
  const folder = 'folder' in disk ? disk.folder : '';
  afterAll(() => {
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  });

  it('makes a run wait, which goes on when there is room, with everything recorded', async () => {
    writeFileSync(
      join(folder, 'scalable.yaml'),
      `version: 1
project: { name: full }
targets: { local: { provider: local, max_workers: 4 } }
components: { c: { cpus: 1 } }
tasks:
  count:
    component: c
    command: sleep 0.0{n}
    params: { n: { range: [1, ${TASKS}, 1] } }
    retries: 0
`,
    );
    const health = new WorkspaceHealth();
    const troubles: (string | null)[] = [];
    health.onChange(() => troubles.push(health.trouble?.code ?? null));
    const workspace = await openWorkspace(folder, { access: 'write', onHealth: health.report });
    const { spec } = await loadManifest({ path: join(folder, 'scalable.yaml'), env: {} });
    if (!spec) throw new Error('the manifest is wrong');
    const plan = await preparePlan({ workspace, spec, options: { sizing: 'manifest' } });
    const provider = providerFor('local');
    const handle = await startRun({
      workspace,
      spec,
      plan,
      provider,
      clock: systemClock,
      logger: silentLogger,
    });

    const filler = join(folder, 'filler');
    fill(filler);
    while (troubles.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      fill(filler); // the last kilobytes too: what the run freed by ending tasks
    }
    expect(troubles).toEqual(['E_DISK_FULL']);
    await expect(workspace.store.flush()).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    // What was recorded can still be read.
    expect((await workspace.store.run(handle.runId))?.tasks.total).toBe(TASKS);

    rmSync(filler);
    const report = await handle.finished;
    expect(troubles).toEqual(['E_DISK_FULL', null]);
    expect(report).toMatchObject({ status: 'succeeded', tasks: { total: TASKS, succeeded: TASKS } });
    await workspace.close();

    const again = await openWorkspace(folder, { access: 'read' });
    const page = { runId: handle.runId, offset: 0, limit: 500 };
    const { rows } = await again.store.instances(page);
    expect(rows.filter((row) => row.state === 'succeeded' && row.attempts === 1)).toHaveLength(TASKS);
    expect(rows.every((row) => row.wallSeconds !== null && row.startedAt !== null)).toBe(true);
    await again.close();
  });
});
