import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { cli } from '../unit/cli/fake-io.ts';

const MANIFEST = `version: 1
project: { name: shared }
targets: { local: { provider: local } }
components: { small: { cpus: 1, memory: 32M } }
tasks:
  hello: { component: small, command: "echo hello" }
`;

let folder: string;
beforeEach(() => {
  folder = tempFolder('shared');
  writeFileSync(join(folder, 'scalable.yaml'), MANIFEST);
});

const run = (remote: string) =>
  cli({ cwd: folder, env: { ...process.env, SCALABLE_RUNS_DIR_REMOTE: remote } }, 'run', 'scalable.yaml');

/** Row 38 of the list of broken promises: a setting for telemetry that is shared, which nothing read. */
describe('SCALABLE_RUNS_DIR_REMOTE', () => {
  it('takes a copy of each run, which others import once', async () => {
    const shared = join(folder, 'team', 'runs');
    const first = await run(shared);
    expect(first.code).toBe(0);
    expect(first.stderr).toContain(`Its telemetry is in ${shared}, too.`);
    expect((await run(shared)).code).toBe(0);
    expect(readdirSync(shared)).toHaveLength(2);
    const elsewhere = ['--workspace', join(folder, 'elsewhere'), '--format', 'json'];
    const imported = async () =>
      (await cli({ cwd: folder }, 'import', shared, ...elsewhere)).json<{ runs: number; tasks: number }>();
    expect(await imported()).toMatchObject({ runs: 2, tasks: 2 });
    expect(await imported()).toMatchObject({ runs: 0 });
  });

  it.each([
    ['cannot be written to', () => join(folder, 'scalable.yaml')],
    ['is an address', () => 's3://bucket/runs/'],
  ])('that %s is named, and the run ends as it would', async (_, remote) => {
    const { code, stderr } = await run(remote());
    expect(code).toBe(0);
    expect(stderr).toContain(`Its telemetry could not be copied to ${remote()}: `);
  });
});
