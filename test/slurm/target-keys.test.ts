import { expect, it } from 'vitest';
import { Campaign } from './campaign-rig.ts';
import { withSlurm } from './with-slurm.ts';

const ONE = `wait:
  component: model
  command: sleep 20
  scouts: off
`;

withSlurm('keys of a Slurm target', (cluster) => {
  it('arrive at Slurm: qos, and flags for sbatch with whatever text they carry', async () => {
    const comment = 'a $(touch pwned) of mine';
    const campaign = await Campaign.create(
      cluster,
      ONE,
      `, account: gcims, qos: normal, sbatch_flags: ["--comment=${comment}", "--nice=7"]`,
    );
    const app = campaign.start('run', '--detach', '--format', 'json');
    expect([await app.exit, app.said()]).toEqual([0, expect.stringContaining('handed_over')]);
    const jobs = await cluster.ssh('scontrol show job -o');
    const job = jobs.split('\n').find((line) => line.includes(`Comment=${comment}`));
    expect(job).toMatch(/Account=gcims .*QOS=normal /);
    expect(job).toMatch(/ Nice=7 /);
    const again = campaign.start('run', '--resume', 'last');
    expect([await again.exit, again.said()]).toEqual([0, expect.stringContaining('succeeded')]);
  });

  it('are refused with the line before anything is submitted', async () => {
    const campaign = await Campaign.create(cluster, ONE, ', sbatch_flags: ["--wrap=touch pwned"]');
    const checked = campaign.start('validate');
    expect([await checked.exit, checked.said()]).toEqual([
      1,
      expect.stringMatching(/scalable\.yaml:4:\d+.*--wrap=touch pwned cannot be among sbatch_flags/),
    ]);
    const app = campaign.start('run');
    expect([await app.exit, await campaign.rows()]).toEqual([1, []]);
  });
});
