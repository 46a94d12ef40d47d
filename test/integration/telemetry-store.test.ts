import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { workspacePaths } from '../../main/platform/paths.ts';
import type { PlannedInstance, TelemetryEvent } from '../../main/telemetry/events.ts';
import { readHistory } from '../../main/telemetry/history-reader.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';

const RECORDER = join(import.meta.dirname, '../fixtures/telemetry/recorder.ts');
const RUN = 'run-20261120T200007Z-killed-00000001';

/** Starts the recorder and answers once it has acknowledged `count` instances. */
async function recorder(
  root: string,
  count: number,
): Promise<{ child: ChildProcess; acknowledged: () => number }> {
  const child = spawn(process.execPath, [RECORDER, root, RUN], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let told = '';
  child.stdout?.on('data', (chunk) => (told += String(chunk)));
  const acknowledged = () => Number(told.split('\n').at(-2) ?? 0);
  while (acknowledged() < count) {
    if (child.exitCode !== null) throw new Error(`the recorder ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { child, acknowledged };
}

describe('a workspace whose telemetry is damaged in the middle', () => {
  it('says so to every reader, keeps the file aside when it is opened for writing, and starts anew', async () => {
    const root = tempFolder('telemetry');
    const { child } = await recorder(root, 20);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await openWorkspace(root, { access: 'write' })).close();
    const { database, state } = workspacePaths(root);
    // The first page, with which it opens, stays whole.
    const bytes = readFileSync(database);
    writeFileSync(database, bytes.fill(0xee, 5000, 30_000));

    const damaged = expect.objectContaining({ code: 'E_TELEMETRY_CORRUPT' });
    expect(() => readHistory(database)).toThrow(damaged);
    const reader = await openWorkspace(root, { access: 'read' });
    await expect(reader.store.runs({ limit: 5 })).rejects.toThrow(damaged);
    await reader.close();
    await expect(openWorkspace(root, { access: 'write' })).rejects.toThrow(damaged);
    const kept = readdirSync(state).find((file) => /^telemetry\.db\.damaged-[\dTZ]+$/.test(file));
    expect(readFileSync(join(state, kept ?? '')).equals(bytes)).toBe(true);

    const anew = await openWorkspace(root, { access: 'write' });
    expect(await anew.store.runs({ limit: 5 })).toEqual([]);
    await anew.close();
  });
});

describe('a workspace whose process is killed', () => {
  it('has everything that was acknowledged, says interrupted, and can be opened at once', async () => {
    const root = tempFolder('telemetry');
    const { child, acknowledged } = await recorder(root, 200);
    child.kill('SIGKILL');
    await once(child, 'close');
    const told = acknowledged();

    const reading = await openWorkspace(root, { access: 'read' });
    expect((await reading.store.run(RUN))?.status).toBe('interrupted');
    await reading.close();

    const writing = await openWorkspace(root, { access: 'write' });
    const run = await writing.store.run(RUN);
    expect(run?.status).toBe('interrupted');
    expect(run?.tasks.succeeded).toBeGreaterThanOrEqual(told);
    await writing.store.append([
      { type: 'run_resumed', runId: RUN, at: Date.now(), pid: process.pid, hostname: 'here' },
    ]);
    expect((await writing.store.run(RUN))?.status).toBe('running');
    await writing.close();
  });
});

describe('a workspace that is open', () => {
  it('is refused to a second writer by the first one’s pid, and can be read meanwhile', async () => {
    const root = tempFolder('telemetry');
    const { child } = await recorder(root, 5);
    await expect(openWorkspace(root, { access: 'write' })).rejects.toMatchObject({
      code: 'E_WORKSPACE_IN_USE',
      message: expect.stringContaining(String(child.pid)),
    });
    const reading = await openWorkspace(root, { access: 'read' });
    const first = await reading.store.run(RUN);
    expect(first?.status).toBe('running');
    await expect
      .poll(async () => (await reading.store.run(RUN))?.tasks.total ?? 0)
      .toBeGreaterThan(first?.tasks.total ?? 0);
    await expect(
      reading.store.append([{ type: 'run_finished', runId: RUN, at: 1, status: 'failed' }]),
    ).rejects.toMatchObject({
      code: 'E_TELEMETRY_READ_ONLY',
    });
    await reading.close();
  });

  it('is not there to read before anything was recorded', async () => {
    await expect(openWorkspace(tempFolder('telemetry'), { access: 'read' })).rejects.toMatchObject({
      code: 'E_NO_TELEMETRY',
    });
    expect(readHistory(join(tempFolder('telemetry'), 'none.db'))).toEqual([]);
  });

  it('answers nothing after it was closed, instead of waiting for ever', async () => {
    const workspace = await openWorkspace(tempFolder('telemetry'), { access: 'write' });
    await workspace.close();
    await expect(workspace.store.runs()).rejects.toMatchObject({ code: 'E_TELEMETRY_CLOSED' });
    await expect(
      workspace.store.append([{ type: 'run_finished', runId: RUN, at: 1, status: 'failed' }]),
    ).rejects.toMatchObject({
      code: 'E_TELEMETRY_CLOSED',
    });
  });
});

describe('a large run', () => {
  it('holds up the caller’s event loop for less than 50 ms (p99) while 20,000 instances come and are asked for', async () => {
    const workspace = await openWorkspace(tempFolder('telemetry'), { access: 'write' });
    onTestFinished(() => workspace.close());
    const { store } = workspace;
    const at = Date.now();
    const instances = Array.from(
      { length: 20_000 },
      (_, index): PlannedInstance => ({
        id: `simulate.${index}`,
        task: 'simulate',
        component: 'c',
        index,
        params: { index },
        features: { index },
        request: { cpus: 1, memoryBytes: 1, walltimeSeconds: null },
        source: 'manifest',
        confidence: null,
        predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
        needs: [],
        command: 'true',
      }),
    );
    const events: TelemetryEvent[] = [
      {
        type: 'run_started',
        runId: RUN,
        at,
        project: 'p',
        target: 't',
        provider: 'local',
        manifestLock: '',
        manifestPath: null,
        manifestText: '',
        plan: null,
        pid: process.pid,
        hostname: 'here',
      },
      { type: 'instances_added', runId: RUN, at, instances },
    ];
    const turns = watchTurns();
    await store.append(events);
    const page = await store.instances({ runId: RUN, offset: 19_900, limit: 100, sort: 'attention' });
    await store.load(RUN, 500);
    await store.report(RUN);
    const { length, [Math.floor(0.99 * length)]: longest } = turns.stop();
    expect(page.total).toBe(20_000);
    expect(page.rows.at(-1)?.index).toBe(19_999);
    expect(length).toBeGreaterThan(5);
    expect(longest).toBeLessThan(50);
  });
});

/** How long this thread works in one go, in its own milliseconds: those in which others have the processor do not count. */
function watchTurns(): { stop: () => number[] } {
  const turns: number[] = [];
  let before = process.threadCpuUsage();
  const watch = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    turns.push((user + system) / 1000);
  }, 2);
  return {
    stop: () => {
      clearInterval(watch);
      return turns.sort((a, b) => a - b);
    },
  };
}
