import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../unit/cli/fake-io.ts';

const MAIN = new URL('../../main/cli/main.ts', import.meta.url).pathname;
const MANIFEST = `version: 1
project: { name: tiny }
targets:
  local: { provider: local, max_workers: 2 }
  hpc: { provider: slurm, queue: batch }
  cloud: { provider: kubernetes }
components:
  model: { cpus: 1, memory: 256M }
tasks:
  greet:
    component: model
    command: printf '%s' {who} > {outputs.text}
    params: { who: [Ada, "$(exit 3) '", "-n"] }
    outputs: { text: file }
  join:
    component: model
    command: [cat, "{greet.outputs.text}"]
    needs: greet
`;
const FAILING = MANIFEST.replace(
  /tasks:[\s\S]*/,
  'tasks:\n  bad: { component: model, command: "echo oops >&2; exit 3", retries: 0 }\n',
);
const SLOW = MANIFEST.replace(
  /tasks:[\s\S]*/,
  'tasks:\n  slow: { component: model, command: "sleep {s}", params: { s: [0.1, 60] } }\n',
);

const folders: string[] = [];
async function project(manifest: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-run-'));
  folders.push(folder);
  await writeFile(join(folder, 'scalable.yaml'), manifest);
  return folder;
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

function start(
  cwd: string,
  ...args: string[]
): { child: ChildProcess; ended: Promise<{ code: number | null; stdout: string; stderr: string }> } {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data;
  });
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data;
  });
  return {
    child,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr }))),
  };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('waited for too long');
}

interface Listed {
  readonly run_id: string;
  readonly status: string;
  readonly tasks: { readonly succeeded: number; readonly total: number };
}
const runsOf = async (cwd: string) => (await cli({ cwd }, 'runs', '--format', 'json')).json<Listed[]>();

describe('a run from start to export', () => {
  let cwd = '';
  let runId = '';
  beforeAll(async () => {
    cwd = await project(MANIFEST);
    const { code, json, stderr } = await cli(
      { cwd, env: { PATH: process.env.PATH } },
      'run',
      '--format',
      'json',
    );
    expect(code, stderr).toBe(0);
    const result = json<Record<string, unknown> & { run_id: string }>();
    runId = result.run_id;
    expect(result).toMatchObject({
      status: 'succeeded',
      tasks: { total: 4, succeeded: 4, failed: 0, cancelled: 0, cached: 0 },
      workers: { peak: expect.any(Number), average: expect.any(Number) },
      failures: [],
    });
  });

  test('its parameters were text, never code, and its outputs reached the task that needs them', async () => {
    const { json } = await cli({ cwd }, 'logs', 'last', 'join.0', '--format', 'json');
    expect(json()).toMatchObject({
      run_id: runId,
      outcome: 'succeeded',
      exit_code: 0,
      stdout: "Ada$(exit 3) '-n",
    });
  });

  test.each([[], ['--last'], ['--latest']])('report %j is about the latest run', async (...flags) => {
    const { code, json } = await cli({ cwd }, 'report', '--format', 'json', ...flags);
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      run_id: runId,
      status: 'succeeded',
      scaling: { decisions: expect.any(Array) },
      workers: { model: { started: expect.any(Number) } },
      tasks_by_name: { greet: { total: 3 } },
    });
  });

  test('the text of the report has the lines of the tutorials, and goes to a file, too', async () => {
    const { stdout } = await cli({ cwd }, 'report', '--run-id', runId, '--output', 'report.txt');
    for (const line of [`Run: ${runId}`, 'Target: local (provider: local)', 'Tasks: 4 completed, 0 failed'])
      expect(stdout).toContain(line);
    expect(await readFile(join(cwd, 'report.txt'), 'utf8')).toBe(stdout);
  });

  test('it can be listed, advised from, trained on', async () => {
    expect(await runsOf(cwd)).toMatchObject([{ run_id: runId, status: 'succeeded', tasks: { total: 4 } }]);
    expect((await cli({ cwd }, 'advise', '--task', 'greet', '--format', 'json')).json()).toMatchObject({
      task: 'greet',
      evidence: { runs_analyzed: 1 },
    });
    const { code, json } = await cli({ cwd }, 'train', '--format', 'json');
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      tasks: { greet: { chosen: expect.any(String) } },
      seconds: expect.any(Number),
    });
  });

  test('it can be exported, and imported elsewhere once', async () => {
    const exported = await cli({ cwd }, 'export', '--run-id', 'last', '--output', 'out', '--format', 'json');
    expect(exported.json()).toMatchObject({ runs: 1, tasks: 4, skipped: [] });
    const other = await project(MANIFEST);
    const taken = async () =>
      (await cli({ cwd: other }, 'import', join(cwd, 'out'), '--format', 'json')).json();
    expect(await taken()).toEqual({ runs: 1, tasks: 4, unchanged: 0, skipped: [], skipped_total: 0 });
    expect(await taken()).toEqual({ runs: 0, tasks: 0, unchanged: 1, skipped: [], skipped_total: 0 });
    expect((await cli({ cwd: other }, 'import', join(cwd, 'scalable.yaml'))).code).toBe(1);
  });

  test('a run or an instance that is not there is named', async () => {
    expect((await cli({ cwd }, 'report', '--run-id', 'run-x', '--format', 'json')).json()).toMatchObject({
      error: { code: 'E_RUN_NOT_FOUND' },
    });
    expect((await cli({ cwd }, 'logs', 'last', 'greet.99')).stderr).toContain('greet.99');
  });
});

test('a task that fails for good: exit 1, its log, and a diagnosis', async () => {
  const cwd = await project(FAILING);
  const { code, json } = await cli(
    { cwd, env: { PATH: process.env.PATH } },
    'run',
    '--format',
    'json',
    '--quiet',
  );
  expect(code).toBe(1);
  expect(json()).toMatchObject({ status: 'failed', failures: [{ outcome: 'program_error' }] });
  expect((await cli({ cwd }, 'logs', 'last', 'bad.0')).stdout).toContain('oops');
  expect((await cli({ cwd }, 'diagnose', 'last', '--format', 'json')).json()).toMatchObject({
    findings: [{ count: 1, instances: ['bad.0'], hint: expect.any(String) }],
  });
});

test('a target that this version cannot run on: exit 3', async () => {
  const cwd = await project(MANIFEST);
  const { code, json } = await cli({ cwd }, 'run', '--target', 'cloud', '--format', 'json', '--quiet');
  expect(code).toBe(3);
  expect(json()).toMatchObject({ error: { code: 'E_PROVIDER_UNAVAILABLE' } });
});

test('Ctrl-C saves the state, says how to go on, and exits with 130; resuming repeats nothing that finished', async () => {
  const cwd = await project(SLOW.replace('60', '8'));
  const { child, ended } = start(cwd, 'run');
  await until(async () => (await runsOf(cwd))[0]?.tasks.succeeded === 1);
  expect((await cli({ cwd }, 'run')).code).toBe(4);
  child.kill('SIGINT');
  const { code, stderr, stdout } = await ended;
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('scalable run --resume run-');
  expect(stdout).toContain('Status: interrupted');
  expect(await runsOf(cwd)).toMatchObject([{ status: 'interrupted', tasks: { succeeded: 1, total: 2 } }]);
  const resumed = await cli(
    { cwd, env: { PATH: process.env.PATH } },
    'run',
    '--resume',
    'last',
    '--format',
    'json',
  );
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.json()).toMatchObject({ status: 'succeeded', tasks: { total: 2, succeeded: 2 } });
  const { json } = await cli({ cwd }, 'logs', 'last', '--format', 'json');
  expect(json<{ instances: { instance_id: string; attempts: number }[] }>().instances).toContainEqual(
    expect.objectContaining({ instance_id: 'slow.0', attempts: 1 }),
  );
});

test('a detached run goes on by itself and is cancelled from elsewhere', async () => {
  const cwd = await project(SLOW);
  const { code, stdout, stderr } = await start(cwd, 'run', '--detach', '--format', 'json').ended;
  expect(code, stderr).toBe(0);
  const { run_id: runId } = JSON.parse(stdout) as { run_id: string };
  expect(await runsOf(cwd)).toMatchObject([{ run_id: runId, status: 'running' }]);
  expect((await cli({ cwd }, 'cancel', 'last', '--format', 'json')).json()).toEqual({
    run_id: runId,
    status: 'cancelled',
  });
  expect((await cli({ cwd }, 'cancel', runId)).code).toBe(1);
});
