import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli } from '../unit/cli/fake-io.ts';

const MAIN = new URL('../../main/cli/main.ts', import.meta.url).pathname;
const MANIFEST = `version: 1
project: { name: hostile }
targets: { local: { provider: local, max_workers: 2 } }
components: { m: { cpus: 1, memory: 64M } }
tasks:
  endless: { component: m, command: "yes endless" }
  late: { component: m, command: echo, needs: endless }
`;

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hostile-'));
  writeFileSync(join(cwd, 'scalable.yaml'), MANIFEST);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const start = (...args: string[]) => spawn(process.execPath, [MAIN, ...args], { cwd });

async function state(): Promise<string | undefined> {
  const listed = await cli({ cwd }, 'logs', 'last', '--format', 'json');
  if (listed.code !== 0) return undefined;
  const { instances } = listed.json<{ instances: { instance_id: string; state: string }[] }>();
  return instances.find(({ instance_id: id }) => id === 'endless.0')?.state;
}

it('a run goes on when nobody reads its output; an endless log can be read, and is ended from elsewhere', async () => {
  const run = start('run');
  run.stdout.destroy();
  run.stderr.destroy();
  const ended = once(run, 'exit');
  while ((await state()) !== 'running') await sleep(100);
  await sleep(500);

  const { stdout } = await cli({ cwd }, 'logs', 'last', 'endless.0');
  expect(stdout).toMatch(/^endless\.0, attempt 1: running\n── stdout\nendless\nendless\n/);
  const waiting = await cli({ cwd }, 'logs', 'last', 'late.0');
  expect(waiting.code).toBe(1);
  expect(waiting.stderr).toContain('late.0 has not been started: it is waiting');
  const { stderr } = await cli({ cwd }, 'logs', 'last', 'endless.0', '--attempt', '9');
  expect(stderr).toContain('E_ATTEMPT_NOT_FOUND endless.0 has no attempt 9');

  expect((await cli({ cwd }, 'cancel', 'last', '--format', 'json')).json()).toMatchObject({
    status: 'cancelled',
  });
  expect((await ended)[0]).toBe(1);
});

it('one Ctrl-C ends what has no state to save', async () => {
  const many = '{ component: m, command: "echo {v}", params: { v: { range: [1, 1000000] } } }';
  writeFileSync(join(cwd, 'many.yaml'), MANIFEST.replace(/tasks:[\s\S]*/, `tasks: { t: ${many} }\n`));
  const plan = start('plan', 'many.yaml');
  const exited = once(plan, 'exit');
  await sleep(1500);
  expect(plan.exitCode).toBeNull();
  plan.kill('SIGINT');
  expect((await exited)[0]).toBe(130);
});

it.skipIf(process.platform === 'win32')('a manifest that is a pipe or a device is refused', async () => {
  execFileSync('mkfifo', [join(cwd, 'pipe.yaml')]);
  for (const path of ['pipe.yaml', '/dev/zero']) {
    const { code, stdout } = await cli({ cwd }, 'validate', path);
    expect([code, stdout]).toEqual([1, expect.stringContaining('is not a file')]);
  }
});
