import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { project } from './session-projects.ts';

const COUNT = 60;
const MANIFEST = `
version: 1
project: { name: crash }
targets: { local: { provider: local, max_workers: 3 } }
components: { c: { cpus: 1 } }
tasks:
  simulate:
    component: c
    command: sleep 0.3; echo {i} >> done.txt
    params: { i: { range: [1, ${COUNT}, 1] } }
  last:
    component: c
    command: echo last >> done.txt
    needs: [simulate]
`;

function runner(folder: string, mode: 'start' | 'resume'): ChildProcess {
  const script = fileURLToPath(new URL('./session-runner.ts', import.meta.url));
  return spawn(process.execPath, [script, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The run's first line, then its end; null for the end of a process that was killed. */
async function output(child: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  child.stdout
    ?.setEncoding('utf8')
    .on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
  await once(child, 'close');
  return lines;
}

it('loses nothing and repeats nothing when the app is killed at any moment and resumed', async () => {
  using crash = project(MANIFEST);
  const moments = [300, 900, 150, 1200].map((ms) => ms + Math.random() * 300);
  for (const [at, ms] of moments.entries()) {
    const child = runner(crash.folder, at === 0 ? 'start' : 'resume');
    const ended = output(child);
    await once(child.stdout!, 'data');
    await new Promise((resolve) => setTimeout(resolve, ms));
    child.kill('SIGKILL');
    await ended;
    expect(crash.lines('done.txt').length).toBeLessThan(COUNT);
  }
  const [, end = '{}'] = await output(runner(crash.folder, 'resume'));
  const { status, tasks } = JSON.parse(end) as { status: string; tasks: { succeeded: number } };
  expect(status).toBe('succeeded');
  expect(tasks.succeeded).toBe(COUNT + 1);
  const lines = crash.lines('done.txt');
  expect(lines.at(-1)).toBe('last');
  expect(
    lines
      .slice(0, -1)
      .map(Number)
      .sort((a, b) => a - b),
  ).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
});

it('shows a killed run as interrupted, not as running for ever', async () => {
  using crash = project(MANIFEST);
  const child = runner(crash.folder, 'start');
  const ended = output(child);
  await once(child.stdout!, 'data');
  child.kill('SIGKILL');
  await ended;
  const workspace = await openWorkspace(crash.folder, { access: 'write' });
  expect((await workspace.store.run('last'))?.status).toBe('interrupted');
  await workspace.close();
});
