import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cli } from './fake-io.ts';

const RUNS = join(import.meta.dirname, '../../fixtures/reference-runs');

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'scalable-import-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test('what many folders cannot teach is said once; what is here already is counted', async () => {
  const first = await cli({ cwd }, 'import', RUNS);
  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(/^4 runs with 9 tasks taken in\.\n.* and 1 more like it: it tells no task’s/);
  expect(first.stdout).toMatch(/tasks\.jsonl:6: .*torn/);
  const again = await cli({ cwd }, 'import', RUNS);
  expect(again).toMatchObject({ code: 0, stdout: '0 runs with 0 tasks taken in. 4 were here already.\n' });
});

test('a long list of bad lines is cut, with its length told; JSON has the count', async () => {
  writeFileSync(
    join(cwd, 'table.csv'),
    `task,duration_s,cpu_s,peak_memory_mb\na,1,1,1\n${'b\n'.repeat(300)}`,
  );
  const { code, stdout } = await cli({ cwd }, 'import', 'table.csv');
  expect(code).toBe(0);
  expect(stdout).toContain('table.csv:3: it has 1 values for 4 columns\n');
  expect(stdout).toMatch(/… and \d+ more \(--format json lists them\)\n$/);
  expect(stdout.split('\n').length).toBeLessThan(30);
  rmSync(join(cwd, '.scalable'), { recursive: true });
  const json = (await cli({ cwd }, 'import', 'table.csv', '--format', 'json')).json<{ skipped: unknown[] }>();
  expect(json).toMatchObject({ runs: 1, tasks: 1, skipped_total: 300 });
  expect(json.skipped).toHaveLength(101);
});

test('stopped before it began it takes nothing, says how to go on, and exits with 130', async () => {
  const stopped = await cli({ cwd, signal: AbortSignal.abort() }, 'import', RUNS);
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toMatch(/import the same again to complete it/);
  expect((await cli({ cwd }, 'import', RUNS, '--format', 'json')).json()).toMatchObject({ tasks: 9 });
});

test('training names a task that nobody recorded, and those that are', async () => {
  writeFileSync(join(cwd, 'table.csv'), 'task,duration_s,peak_memory_mb\nsolve,1,1\nsolve,2,2\n');
  await cli({ cwd }, 'import', 'table.csv');
  const { code, stderr } = await cli({ cwd }, 'train', '--task', 'sovle');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^E_TOO_LITTLE_HISTORY .*"sovle".*\nRecorded are solve\./);
});

test('advice from a folder of runs that is not there is wrong usage', async () => {
  const { code, stderr } = await cli({ cwd }, 'advise', '--task', 'solve', '--runs-dir', 'gone');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^E_USAGE There is no folder gone/);
});
