import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSites } from '../../main/connections/open-site.ts';
import { ProfileFile } from '../../main/connections/profile-file.ts';
import { noPrompts } from '../../main/connections/prompts.ts';
import { memorySecrets } from '../../main/connections/secrets.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { ScalableClient, SlurmCluster } from '../../main/sdk.ts';
import { testbedProfile } from './testbed-profile.ts';
import { withSlurm } from './with-slurm.ts';

withSlurm('a Slurm cluster made by hand', (cluster) => {
  it('runs commands on workers added by tag, over SSH, and refuses what cannot run there', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'scalable-by-hand-'));
    chmodSync(workspace, 0o755); // the folder is on the "site" too, where another user looks into it
    const profiles = new ProfileFile(join(workspace, 'config'));
    await profiles.add(testbedProfile(cluster, 'by-hand'));
    const sites = openSites({
      profiles,
      secrets: memorySecrets(),
      prompts: noPrompts,
      clock: systemClock,
      logger: silentLogger,
    });
    try {
      const hpc = new SlurmCluster({
        connection: 'testbed',
        queue: 'batch',
        account: 'gcims',
        walltime: '00:05:00',
        interface: 'ib0',
        workspace,
        sites,
      });
      hpc.addContainer({ tag: 'demeter', cpus: 1, memory: '64M' });
      await hpc.addWorkers({ n: 4, tag: 'demeter' });
      const client = new ScalableClient(hpc);
      expect(() => client.submit(() => 1, { tag: 'demeter' })).toThrow(
        expect.objectContaining({ code: 'E_WORK_NOT_ON_SITE' }),
      );
      const hostile = '$(touch pwned); "\'\n';
      const futures = ['low', 'high', hostile].map((scenario) =>
        client.submit(['sh', '-c', 'test -n "$1"', 'simulate', scenario], {
          tag: 'demeter',
          name: 'simulate',
        }),
      );
      await client.gather(futures);
      await hpc.removeWorkers({ n: 3, tag: 'demeter' });
      const report = await hpc.close();
      expect(report).toMatchObject({
        status: 'succeeded',
        tasks: { total: 3, succeeded: 3 },
        scaling: { up: 1, down: 1 },
      });
    } finally {
      sites.close();
      rmSync(workspace, { recursive: true, force: true });
    }
  });
});
