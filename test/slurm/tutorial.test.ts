import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ProfileFile } from '../../main/connections/profile-file.ts';
import { testbedProfile } from './testbed-profile.ts';
import { withSlurm } from './with-slurm.ts';

const execute = promisify(execFile);
const script = fileURLToPath(new URL('../../docs/tutorials/tutorial-3-cluster.ts', import.meta.url));
const program = fileURLToPath(new URL('../../main/cli/main.ts', import.meta.url));

withSlurm('tutorial 3 on a real Slurm', (cluster) => {
  it('runs as told on a cluster made by hand, and its logs are found on the site afterwards', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scalable-tutorial-'));
    chmodSync(folder, 0o700); // so that the site does not see it
    try {
      await new ProfileFile(join(folder, 'config')).add(testbedProfile(cluster, 'tutorial'));
      const node = async (...argv: string[]) => {
        const env = { ...process.env, SCALABLE_CONFIG_DIR: join(folder, 'config') };
        return (await execute(process.execPath, argv, { cwd: folder, env, timeout: 150_000 })).stdout;
      };
      const text = await node(script, 'testbed', 'gcims');
      expect(text).toMatch(/^Simulated: 3$/m);
      expect(text).toMatch(/^Workers: demeter \d$/m);
      expect(text).toMatch(/^Target: cluster \(provider: slurm\)$/m);
      expect(text).toMatch(/^Tasks: 4 completed, 0 failed$/m);
      expect(text).toMatch(/^Scaling events: 1 scale-up, 1 scale-down$/m);

      expect(await node(program, 'logs', 'last', 'simulate.2')).toContain('simulated high & "wild"');
      const runs = JSON.parse(await node(program, 'runs', '--format', 'json'));
      expect(runs.runs ?? runs).toHaveLength(1);
      await expect(node(program, 'run', '--resume', 'last')).rejects.toMatchObject({
        stderr: expect.stringMatching(/is over: succeeded|came from code/),
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
