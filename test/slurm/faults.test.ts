import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EXIT } from '../../main/cli/exit-codes.ts';
import { seeded } from '../fixtures/seeded.ts';
import { Campaign } from './campaign-rig.ts';
import { cutConnections, hasWrittenDown, restartController, silence } from './faults.ts';
import { withSlurm } from './with-slurm.ts';

const INSTANCES = 500;
const WORKERS = 16;
/** In the order in which a shuffle is dealt: seven kills of the app, seven of its connection, six of the controller. */
const FAULTS = [
  ...Array(7).fill('app'),
  ...Array(4).fill('connection'),
  ...Array(3).fill('silence'),
  ...Array(6).fill('controller'),
] as const;
/** What an app says that gave up on the site for now: it is to be started again. */
const MAY_GO_ON: ReadonlySet<number | null> = new Set([null, EXIT.unreachable, EXIT.interrupted]);
const SEED = Number(process.env.SCALABLE_FAULT_SEED ?? 20);

/** One line per execution at its beginning and one at its end, if it comes to that: `NUMBER ATTEMPT began`. */
const WORK =
  'sh -c \'echo "$0 $SCALABLE_ATTEMPT began" >>$LEDGER; sleep 2 && echo "$0 $SCALABLE_ATTEMPT ended" >>$LEDGER\' {n}';
const TASKS = `work:
  component: model
  command: ${WORK}
  params: { n: { range: [1, ${INSTANCES}, 1] } }
  scouts: off
`;

withSlurm('20 faults while 500 instances run on a real Slurm', (cluster) => {
  it('lose nothing and repeat nothing', async () => {
    const random = seeded(SEED);
    const between = (from: number, to: number) => from + random() * (to - from);
    const shuffled = FAULTS.map((fault) => ({ fault, at: random() })).sort((a, b) => a.at - b.at);
    const campaign = await Campaign.create(cluster, TASKS, '', { maxWorkers: WORKERS });
    let starts = 1;
    let app = campaign.start('run');
    const again = () => {
      starts++;
      app = campaign.start('run', '--resume', 'last');
    };
    await campaign.until(async () => (await campaign.accepted()) === 1, 60, app.said);
    const acceptedAt = Date.now();
    // What a controller forgets is given up and handed over again, after minutes.
    await campaign.until(() => hasWrittenDown(cluster, acceptedAt), 60, app.said);

    for (const { fault } of shuffled) {
      await sleep(between(300, 4000));
      switch (fault) {
        case 'app':
          app.kill('SIGKILL');
          await app.exit;
          break;
        case 'connection':
          cutConnections(cluster);
          break;
        case 'silence':
          await silence(cluster, between(1000, 5000), random() < 0.5);
          break;
        case 'controller':
          await restartController(cluster, between(0, 2000), random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
      }
      // Somebody whose app has gone, or has given up, starts it again.
      if (app.exitCode !== null || app.signalCode !== null) again();
    }
    for (const end = Date.now() + 300_000; MAY_GO_ON.has(await app.exit) && Date.now() < end; ) again();
    expect([app.exitCode, app.said()]).toEqual([0, expect.stringContaining('succeeded')]);

    const rows = await campaign.rows();
    expect(rows.filter(({ state }) => state === 'succeeded')).toHaveLength(INSTANCES);
    const attempts = await campaign.attempts();
    const ends = attempts.filter(({ outcome }) => outcome === 'succeeded');
    expect(new Set(ends.map(({ instanceId }) => instanceId)).size).toBe(INSTANCES);
    expect(ends).toHaveLength(INSTANCES);

    const lines = campaign.ledger().map(([n, attempt, what]) => ({ n, key: `${n} ${attempt}`, what }));
    const began = lines.filter(({ what }) => what === 'began');
    const ended = lines.filter(({ what }) => what === 'ended');
    const twice = [...Map.groupBy(began, ({ n }) => n).values()].filter((each) => each.length > 1);
    console.log(JSON.stringify({ seed: SEED, starts, repeated: twice.length, most: mostAtOnce(lines) }));
    expect(new Set(began.map(({ n }) => n)).size).toBe(INSTANCES);
    // No attempt was executed twice, and of those that were repeated the first had died.
    expect(new Set(began.map(({ key }) => key)).size).toBe(began.length);
    expect(new Set(ended.map(({ n }) => n)).size).toBe(INSTANCES);
    expect(ended).toHaveLength(INSTANCES);
    expect(mostAtOnce(lines)).toBeLessThanOrEqual(WORKERS);
  }, 900_000);
});

/** Executions at the same time, by the order of the ledger's lines; those that died, nobody knows when, are left out. */
function mostAtOnce(lines: readonly { readonly key: string; readonly what: string | undefined }[]): number {
  const ended = new Set(lines.filter(({ what }) => what === 'ended').map(({ key }) => key));
  const running = new Set<string>();
  let most = 0;
  for (const { key, what } of lines) {
    if (what === 'began' && ended.has(key)) running.add(key);
    else running.delete(key);
    most = Math.max(most, running.size);
  }
  return most;
}
