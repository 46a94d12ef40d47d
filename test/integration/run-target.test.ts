import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cli } from '../unit/cli/fake-io.ts';

const MANIFEST = `version: 1
project: { name: targets }
targets:
  local: { provider: local, max_workers: 1 }
  roomy: { provider: local, max_workers: 2, overlay: roomy }
components:
  model: { cpus: 1, memory: 128M, env: { SIZE: small } }
tasks:
  write: { component: model, command: "echo $SIZE-{n} >> size.txt", params: { n: [1] } }
  fail: { component: model, command: "exit 3", retries: 0 }
overlays:
  roomy: { components: { model: { env: { SIZE: large } } } }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-target-'));
  await writeFile(join(folder, 'scalable.yaml'), MANIFEST);
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

/** Row 42 of the list of broken promises: work ran on another target than the one named, and failures ended with 0. */
it('42: a run is on the target that was named, with its overlay, is recorded so, and fails when its work failed', async () => {
  const { code, json } = await cli(
    { cwd: folder },
    'run',
    '--target',
    'roomy',
    '--format',
    'json',
    '--quiet',
  );
  expect(json()).toMatchObject({ status: 'failed', tasks: { total: 2, succeeded: 1, failed: 1 } });
  expect(code).toBe(1);
  expect(await readFile(join(folder, 'size.txt'), 'utf8')).toBe('large-1\n');
  const recorded = await cli({ cwd: folder }, 'runs', '--format', 'json');
  expect(recorded.json()).toMatchObject([{ target: 'roomy', status: 'failed' }]);
});
