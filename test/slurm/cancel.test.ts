import { expect, it } from 'vitest';
import { Campaign } from './campaign-rig.ts';
import { withSlurm } from './with-slurm.ts';

const TASKS = `work:
  component: model
  command: sh -c 'echo "$0 began" >>$LEDGER; sleep 300' {n}
  params: { n: { range: [1, 40, 1] } }
  scouts: off
`;

withSlurm('a run on a real Slurm that somebody cancels', (cluster) => {
  const left = async (arrays: readonly string[]) =>
    (await Promise.all(arrays.map((id) => cluster.ssh(`squeue -h -j ${id} 2>/dev/null || true`)))).join('');

  it('ends at the site and here, from another process', async () => {
    const campaign = await Campaign.create(cluster, TASKS, '', { maxWorkers: 4 });
    const app = campaign.start('run');
    await campaign.until(() => campaign.ledger().length === 4, 60, app.said);
    const arrays = await campaign.arrays();
    const cancel = campaign.start('cancel', 'last');
    expect([await cancel.exit, cancel.said()]).toEqual([0, expect.any(String)]);
    expect([await app.exit, app.said()]).toEqual([1, expect.stringContaining('cancelled')]);
    expect((await campaign.rows()).map(({ state }) => state)).toEqual(Array(40).fill('cancelled'));
    await campaign.until(async () => (await left(arrays)) === '', 60);
    expect(campaign.ledger()).toHaveLength(4);
  });

  it('ends though it was left to the site', async () => {
    const campaign = await Campaign.create(cluster, TASKS, '', { maxWorkers: 4 });
    const app = campaign.start('run', '--detach');
    expect([await app.exit, app.said()]).toEqual([0, expect.any(String)]);
    await campaign.until(() => campaign.ledger().length === 4, 60);
    const arrays = await campaign.arrays();
    expect(await left(arrays)).not.toBe('');
    const cancel = campaign.start('cancel', 'last');
    expect([await cancel.exit, cancel.said()]).toEqual([0, expect.any(String)]);
    await campaign.until(async () => (await left(arrays)) === '', 60);
    expect((await campaign.rows()).map(({ state }) => state)).toEqual(Array(40).fill('cancelled'));
    expect(campaign.ledger()).toHaveLength(4);
  });
});
