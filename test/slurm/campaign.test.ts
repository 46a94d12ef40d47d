import { expect, it } from 'vitest';
import { Campaign } from './campaign-rig.ts';
import { withSlurm } from './with-slurm.ts';

/** Notes its beginning and end; both tasks run it. */
const WORK =
  'sh -c \'echo "$0 $1 began $(date +%s%N)" >>$LEDGER; sleep 2; echo "$0 $1 ended $(date +%s%N)" >>$LEDGER\'';
const TWO_PHASES = `first:
  component: model
  command: ${WORK} first {n}
  params: { n: { range: [1, 6, 1] } }
  scouts: off
second:
  component: model
  command: ${WORK} second {n}
  params: { n: { range: [1, 4, 1] } }
  needs: [first]
  scouts: off
`;

withSlurm('a campaign on a real Slurm', (cluster) => {
  it('goes on to its last phase while no app runs, and is found finished', async () => {
    const campaign = await Campaign.create(cluster, TWO_PHASES);
    const app = campaign.start('run');
    await campaign.until(async () => (await campaign.accepted()) === 2, 60, app.said);
    app.kill('SIGKILL');
    await app.exit;
    await campaign.until(() => campaign.ledger().filter(([, , what]) => what === 'ended').length === 10, 90);
    const lines = campaign.ledger();
    const times = (task: string, what: string) =>
      lines.filter((line) => line[0] === task && line[2] === what).map((line) => Number(line[3]));
    expect(Math.min(...times('second', 'began'))).toBeGreaterThan(Math.max(...times('first', 'ended')));
    expect((await campaign.rows()).some(({ state }) => state === 'succeeded')).toBe(false);

    const again = campaign.start('run', '--resume', 'last');
    expect([await again.exit, again.said()]).toEqual([0, expect.stringContaining('succeeded')]);
    expect((await campaign.rows()).map(({ state }) => state)).toEqual(Array(10).fill('succeeded'));
    expect(campaign.ledger()).toHaveLength(20);
  });

  it('is left to the site by --detach, and then needs no process here', async () => {
    const campaign = await Campaign.create(cluster, TWO_PHASES);
    const app = campaign.start('run', '--detach', '--format', 'json');
    expect(await app.exit).toBe(0);
    expect(JSON.parse(app.said())).toMatchObject({ status: 'interrupted', handed_over: 10, left: 0 });
    await campaign.until(() => campaign.ledger().filter(([, , what]) => what === 'ended').length === 10, 90);
    const again = campaign.start('run', '--resume', 'last');
    expect([await again.exit, again.said()]).toEqual([0, expect.stringContaining('succeeded')]);
    expect(campaign.ledger()).toHaveLength(20);
  }, 180_000);

  it('is found finished though queue and accounting have forgotten all of it', async () => {
    const campaign = await Campaign.create(cluster, TWO_PHASES);
    expect(await campaign.start('run', '--detach').exit).toBe(0);
    const ids = await campaign.arrays();
    await campaign.until(() => campaign.ledger().filter(([, , what]) => what === 'ended').length === 10, 90);
    await campaign.until(() => campaign.hasNothingOf(ids), 60);
    await cluster.forgetJobs();
    expect(await cluster.root('sacct', '-nX', `--jobs=${ids.join()}`)).toBe('');
    const again = campaign.start('run', '--resume', 'last');
    expect([await again.exit, again.said()]).toEqual([0, expect.stringContaining('succeeded')]);
    expect((await campaign.rows()).map(({ state }) => state)).toEqual(Array(10).fill('succeeded'));
    expect(campaign.ledger()).toHaveLength(20);
  }, 240_000);

  it('goes on beside what failed while no app runs, where each needs one of what comes before', async () => {
    const tasks = TWO_PHASES.replace('needs: [first]', 'needs: ["first[n]"]').replace(
      `${WORK} first {n}`,
      `${WORK} first {n}; test {n} -ne 3`,
    );
    const campaign = await Campaign.create(cluster, tasks);
    expect(await campaign.start('run', '--detach').exit).toBe(0);
    const ids = await campaign.arrays();
    const ended = (task: string) =>
      campaign
        .ledger()
        .filter(([name, , what]) => name === task && what === 'ended')
        .map(([, n]) => n)
        .sort();
    await campaign.until(() => ended('second').length === 3, 120);
    await campaign.until(() => campaign.hasNothingOf(ids), 60);
    expect([ended('first').length, ended('second')]).toEqual([6, ['1', '2', '4']]);

    const again = campaign.start('run', '--resume', 'last');
    expect([await again.exit, again.said()]).toEqual([1, expect.stringContaining('failed')]);
    expect(campaign.ledger()).toHaveLength(18);
    const states = new Map((await campaign.rows()).map(({ instanceId, state }) => [instanceId, state]));
    expect([states.get('first.2'), states.get('second.1'), states.get('second.2')]).toEqual([
      'failed',
      'succeeded',
      'skipped',
    ]);
  }, 240_000);

  it('begins the next phase when what failed for memory has succeeded with more', async () => {
    const hungry = 'python3 -c "x = bytearray(90 * 2**20); import time; time.sleep(3)"';
    const tasks = TWO_PHASES.replace(`${WORK} first {n}`, `test {n} -lt 6 || ${hungry}; ${WORK} first {n}`);
    const campaign = await Campaign.create(cluster, tasks);
    const app = campaign.start('run');
    expect([await app.exit, app.said()]).toEqual([0, expect.stringContaining('succeeded')]);
    const rows = await campaign.rows();
    expect(rows.find(({ instanceId }) => instanceId === 'first.5')?.attempts).toBe(2);
    expect(rows.every(({ state }) => state === 'succeeded')).toBe(true);
    const second = campaign.ledger().filter(([task, , what]) => task === 'second' && what === 'began');
    expect(second).toHaveLength(4);
  });
});
