import { expect, it } from 'vitest';
import { Campaign } from './campaign-rig.ts';
import { withSlurm } from './with-slurm.ts';

/** Some 10 MiB for long enough to be looked at by Slurm several times. */
const SMALL = `small:
  component: model
  command: python3 -c "import time; time.sleep(6)"
  params: { n: { range: [1, 4, 1] } }
  scouts: off
`;

withSlurm('a small request', (cluster) => {
  it('is enough for a task that uses as much, whatever else runs in its job', async () => {
    const campaign = await Campaign.create(cluster, SMALL);
    const manifest = campaign.start('run', '--sizing', 'manifest');
    expect([await manifest.exit, manifest.said()]).toEqual([0, expect.stringContaining('4 completed')]);
    const learned = campaign.start('run', '--sizing', 'quantile');
    expect([await learned.exit, learned.said()]).toEqual([
      0,
      expect.stringContaining('Attempts: 4 in all, 0 failed'),
    ]);
    const [row] = await campaign.rows();
    expect(row?.request.memoryBytes).toBeLessThan(32 * 2 ** 20);
  });
});
