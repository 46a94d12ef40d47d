import { expect, it } from 'vitest';
import { Campaign } from './campaign-rig.ts';
import { withSlurm } from './with-slurm.ts';

/** Notes its beginning and end: `TASK NUMBER began`. */
const WORK =
  'sh -c \'echo "$0 $1 began $(date +%s%N)" >>$LEDGER; sleep 2; echo "$0 $1 ended $(date +%s%N)" >>$LEDGER\'';
const MOST = 3;

/** Two branches from two beginnings, of two time limits and two components, that meet in the end. */
const THREE_PHASES = `low:
  component: model
  command: ${WORK} low {n}
  params: { n: { range: [1, 5, 1] } }
  scouts: off
high:
  component: model
  command: ${WORK} high {n}
  params: { n: { range: [1, 4, 1] } }
  walltime: "00:05:00"
  scouts: off
low_maps:
  component: maps
  command: ${WORK} low_maps {n}
  params: { n: { range: [1, 5, 1] } }
  needs: [low]
  scouts: off
high_maps:
  component: maps
  command: ${WORK} high_maps {n}
  params: { n: { range: [1, 4, 1] } }
  needs: ["high[n]"]
  scouts: off
report:
  component: model
  command: ${WORK} report {n}
  params: { n: { range: [1, 2, 1] } }
  needs: [low_maps, high_maps]
  scouts: off
`;
const COUNT = 20;

/** Lines of the ledger in the order of their times. */
function moments(campaign: Campaign) {
  return campaign
    .ledger()
    .map(([task = '', n = '', what = '', at = '']) => ({ task, n, what, at: BigInt(at) }))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
}

withSlurm('a campaign of parallel branches on a real Slurm, with the app gone', (cluster) => {
  it('is done in its order and within its workers, and shown as it is afterwards', async () => {
    const campaign = await Campaign.create(cluster, THREE_PHASES, ', chunk_target: "00:00:01"', {
      maxWorkers: MOST,
      components: '  maps: { cpus: 1, memory: 48M, env: { LEDGER: LEDGER_FILE } }',
    });
    const app = campaign.start('run', '--detach', '--format', 'json');
    expect([await app.exit, app.said()]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(app.said())).toMatchObject({ status: 'interrupted', handed_over: COUNT, left: 0 });
    // Arrays of two requests at the beginning, one behind each of them, and the last behind those.
    expect(await campaign.accepted()).toBe(5);
    const ended = () => campaign.ledger().filter(([, , what]) => what === 'ended').length;
    await campaign.until(() => ended() === COUNT, 150);

    const lines = moments(campaign);
    let running = 0;
    let most = 0;
    for (const { what } of lines) {
      running += what === 'began' ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(most).toBeLessThanOrEqual(MOST);
    const first = (task: string) => lines.findIndex((line) => line.task === task && line.what === 'began');
    const last = (task: string) => lines.findLastIndex((line) => line.task === task && line.what === 'ended');
    expect(first('low_maps')).toBeGreaterThan(last('low'));
    expect(first('high_maps')).toBeGreaterThan(last('high'));
    expect(first('report')).toBeGreaterThan(Math.max(last('low_maps'), last('high_maps')));
    expect((await campaign.rows()).some(({ state }) => state === 'succeeded')).toBe(false);

    const again = campaign.start('run', '--resume', 'last');
    expect([await again.exit, again.said()]).toEqual([0, expect.stringContaining('succeeded')]);
    expect((await campaign.rows()).map(({ state }) => state)).toEqual(Array(COUNT).fill('succeeded'));
    expect(campaign.ledger()).toHaveLength(2 * COUNT);
  }, 300_000);
});
