import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { newId } from '../../main/platform/ids.ts';
import { POLL_PACE, type PollPace } from '../../main/providers/batch/poll-interval.ts';
import { realTimer } from '../../main/providers/batch/timer.ts';
import type { CommandOptions, CommandResult } from '../../main/providers/site.ts';
import { numberOf } from '../../main/providers/slurm/array-id.ts';
import { SlurmEngine } from '../../main/providers/slurm/slurm-engine.ts';
import { instance, Memory, SmallSession } from '../unit/providers/batch/small-session.ts';
import { PLAIN } from './engine-rig.ts';
import { hasWrittenDown } from './faults.ts';
import { OpensshSite } from './openssh-site.ts';
import { withSlurm } from './with-slurm.ts';

/** A site whose commands never answer once the app is dead, and sometimes do not answer at all. */
class MortalSite extends OpensshSite {
  alive = true;

  override async exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    if (this.alive) {
      const answer = await super.exec(argv, options);
      if (this.alive) return answer;
    }
    return new Promise(() => undefined);
  }
}

const ids = (count: number) => Array.from({ length: count }, (_, i) => `work.${i}`);

async function until(condition: () => boolean, seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !condition(); await sleep(100))
    if (Date.now() > end) throw new Error(`Not within ${seconds} s`);
}

withSlurm('work on a real Slurm', (cluster) => {
  const apps: { readonly site: MortalSite; readonly session: SmallSession }[] = [];
  afterAll(async () => {
    // The dead ones cannot close any more.
    for (const { site, session } of apps) if (site.alive) await session.cluster.close({ drain: false });
  }, 90_000);

  async function app(
    memory: Memory,
    site: MortalSite,
    options: {
      folder: string;
      count: number;
      workers: number;
      argv: (id: string, attempt: number) => string[];
      pace?: PollPace;
    },
  ): Promise<SmallSession> {
    const { folder, count, workers, argv, pace = POLL_PACE } = options;
    const context = { runId: 'run-1', projectFolder: folder, runFolder: folder, containers: null };
    const engine = new SlurmEngine({ site, options: PLAIN, context, maxArraySize: 1001 });
    const make: typeof instance = (id, more) =>
      instance(id, {
        request: { cpus: 1, memoryBytes: 100 * 2 ** 20, walltimeSeconds: 600 },
        folder,
        ...more,
        work: { kind: 'argv', argv: argv(id, more?.attempt ?? 1) },
      });
    const session = await SmallSession.open(
      ids(count),
      { memory, engine, time: realTimer(), alive: () => site.alive, make },
      { pace },
      workers,
    );
    apps.push({ site, session });
    return session;
  }

  test('2,000 short tasks take few elements and few commands', async () => {
    const memory = new Memory();
    const site = new MortalSite(cluster);
    const folder = `${cluster.facts.shared}/short-${newId()}`;
    await site.exec(['mkdir', '-p', folder]);
    site.commands = 0;
    const session = await app(memory, site, { folder, count: 2000, workers: 48, argv: () => ['true'] });
    await until(() => session.done, 200);
    const commands = site.commands;
    const elements = [...memory.jobs.values()].reduce((sum, job) => sum + job.elements.length, 0);
    expect(
      [...memory.instances.values()].every(({ final, ends }) => final === 'succeeded' && ends === 1),
    ).toBe(true);

    expect(elements).toBeLessThanOrEqual(100);
    expect(commands).toBeLessThanOrEqual(60);
  }, 400_000);

  test('a limit that the controller has lost is told it again', async () => {
    const memory = new Memory();
    const site = new MortalSite(cluster);
    const folder = `${cluster.facts.shared}/limit-${newId()}`;
    await site.exec(['mkdir', '-p', folder]);
    const argv = () => ['sleep', '0.2'];
    const pace = { ...POLL_PACE, fastMs: 1000 };
    const session = await app(memory, site, { folder, count: 120, workers: 2, argv, pace });
    const jobs = () =>
      [...memory.jobs.values()].flatMap(({ engineId }) => (engineId ? numberOf(engineId) : []));
    await until(() => jobs().length > 0, 60);
    const throttle = async () => {
      const told = await cluster.root('scontrol', 'show', 'job', jobs()[0] ?? '');
      return /ArrayTaskThrottle=(\d+)/.exec(told)?.[1];
    };
    await expect.poll(() => cluster.root('squeue', '-h', '-t', 'running')).not.toBe('');
    expect(await throttle()).toBe('2');
    await cluster.root('scontrol', 'update', `jobid=${jobs()[0]}`, 'arraytaskthrottle=5');
    await expect.poll(throttle, { timeout: 60_000 }).toBe('2');
    await until(() => session.done, 200);
    expect([...memory.instances.values()].every(({ final }) => final === 'succeeded')).toBe(true);
  });

  test('20 kills of the app and the controller lose and repeat nothing', async () => {
    const memory = new Memory();
    const folder = `${cluster.facts.shared}/faults-${newId()}`;
    await new MortalSite(cluster).exec(['mkdir', '-p', folder]);
    const argv = (id: string, attempt: number) => [
      'sh',
      '-c',
      'echo "$1 $2 began" >>ledger; sleep 1 && echo "$1 $2 ended" >>ledger',
      'sh',
      id,
      String(attempt),
    ];
    let session: SmallSession | null = null;
    let kills = 0;
    let acceptedAt = Number.POSITIVE_INFINITY;
    while (kills < 20 && !session?.done) {
      const site = new MortalSite(cluster);
      session = await app(memory, site, { folder, count: 500, workers: 16, argv });
      await Promise.race([sleep(500 + Math.random() * 1500), until(() => session?.done ?? false, 300)]);
      kills++;
      if ([...memory.jobs.values()].some(({ engineId }) => engineId))
        acceptedAt = Math.min(acceptedAt, Date.now());
      if (kills % 5 === 0) {
        // What a controller has not written down it forgets: that is given up and handed over again, after minutes.
        if (kills === 5) await until(() => hasWrittenDown(cluster, acceptedAt), 60);
        await cluster.kill('slurmctld');
        await sleep(1000);
        await cluster.start('slurmctld');
      }
      site.alive = false;
    }
    const site = new MortalSite(cluster);
    session = await app(memory, site, { folder, count: 500, workers: 16, argv });
    await until(() => session?.done ?? false, 400);
    const ledger = (await site.exec(['cat', `${folder}/ledger`])).stdout.trim().split('\n');
    const began = Map.groupBy(
      ledger.filter((line) => line.endsWith('began')),
      (line) => line.split(' ')[0],
    );
    expect(
      [...memory.instances].filter(([, { final, ends }]) => final !== 'succeeded' || ends !== 1),
    ).toEqual([]);
    expect(kills).toBe(20);
    expect(began.size).toBe(500);
    const twice = [...began].filter(([, lines]) => lines.length > 1).map(([id]) => id);
    console.log(JSON.stringify({ kills, twice }));
    for (const id of twice) {
      // Only the last of its attempts came to its end.
      expect(ledger.filter((line) => line.startsWith(`${id} `) && line.endsWith('ended'))).toHaveLength(1);
    }
  }, 900_000);
});
