import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { runPaths, workspacePaths } from '../../main/platform/paths.ts';
import { awsProvider } from '../../main/providers/aws/aws-provider.ts';
import type {
  ClusterEvent,
  ClusterHandle,
  ProviderContext,
  TaskInstance,
} from '../../main/providers/provider.ts';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { CONTRACT } from '../integration/provider-contract.ts';
import { BUCKET, manifest, PRICES, project, sitesOf, specOf } from './aws-rig.ts';
import { JobMemory } from './job-memory.ts';

const missing = whyNoContainers();
if (missing) console.warn(`A cluster on the double of AWS is not tried: ${missing}`);
const RUN = 'run-contract';

let cloud: AwsCloud;
const clusters: ClusterHandle[] = [];
beforeEach(async () => {
  cloud = await new AwsCloud().open();
  cloud.makeBucket(BUCKET);
});
afterEach(async () => {
  for (const cluster of clusters.splice(0)) await cluster.release?.();
  await cloud.close();
});

async function open(): Promise<ClusterHandle> {
  const folder = project(manifest('t: { component: model, command: "true" }\n', ', chunk_target: 1'));
  const spec = await specOf(folder);
  const context: ProviderContext = {
    clock: systemClock,
    logger: silentLogger,
    runId: RUN,
    paths: runPaths(workspacePaths(folder), RUN),
    jobs: new JobMemory(),
    sites: sitesOf(cloud.access()),
  };
  const provider = awsProvider(PRICES);
  await (await provider.files?.(spec, context))?.stage(folder, []);
  const cluster = await provider.buildCluster(spec, context);
  clusters.push(cluster);
  return cluster;
}

function instance(
  id: string,
  over: { seconds?: number; exitCode?: number; tag?: string; alone?: boolean } = {},
): TaskInstance {
  const script = `sleep ${over.seconds ?? 0}; echo said ${id}; exit ${over.exitCode ?? 0}`;
  return {
    id,
    task: 'work',
    tag: over.tag ?? 'a',
    attempt: 1,
    params: {},
    work: { kind: 'argv', argv: ['sh', '-c', script] },
    request: { cpus: 1, memoryBytes: null, walltimeSeconds: null },
    env: { MARK: mark(id) },
    container: null,
    folder: '/tmp',
    createFolders: [],
    predictedSeconds: over.alone ? 10 : 0.01,
  };
}

/** Found in the environment of what an instance runs, and of nothing that other tests run. */
const mark = (id: string) => `aws-${process.pid}-${id}-end`;

/** By the environment of any process of this machine. */
function runs(id: string): boolean {
  const script = `grep -lzs -- 'MARK=${mark(id)}' /proc/[0-9]*/environ; true`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim() !== '';
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; !condition(); await sleep(50))
    if (Date.now() > end) throw new Error(`Not within a minute: ${what}`);
}

function follow(cluster: ClusterHandle): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  void (async () => {
    for await (const event of cluster.events) events.push(event);
  })();
  return events;
}

const succeeded = (events: readonly ClusterEvent[]) =>
  events.filter((event) => event.type === 'task_finished' && event.result.outcome === 'succeeded').length;

/** AWS itself cannot be had here: `AwsCloud` is a double of it, whose tasks really run. */
describe.skipIf(missing !== null)(
  'a cluster of AWS ECS (a double of it) keeps the rules of a cluster',
  () => {
    // A worker of a batch system goes with its work, so how many there are afterwards is not the contract's.
    const rules = Object.entries(CONTRACT).filter(([rule]) => !rule.startsWith('scale changes'));
    test.each(rules)('%s', { timeout: 90_000 }, async (rule, check) => {
      // Others of its element keep a task alive: that has a test of its own, and takes the seconds in which tasks look.
      const alone = rule.startsWith('cancel ');
      const make: typeof instance = (id, over) => instance(id, { ...over, alone });
      await check({ open, instance: make, leftBehind: async (id) => runs(id) });
    });
  },
);

describe.skipIf(missing !== null)('workers on AWS ECS (a double of it)', () => {
  it('are as many as are wished for, held at zero without ending what runs, and go on', async () => {
    const cluster = await open();
    const events = follow(cluster);
    await cluster.scale({ a: 2 });
    cluster.submit(Array.from({ length: 10 }, (_, i) => instance(`w.${i}`, { seconds: 1, alone: true })));
    await until(() => cloud.alive().length === 2, 'two run');
    await cluster.scale({ a: 4 });
    await until(() => cloud.alive().length === 4, 'four run');
    await cluster.scale({ a: 0 });
    await until(() => cloud.alive().length === 0, 'what ran has ended');
    await until(() => succeeded(events) >= 4, 'and is told');
    const held = succeeded(events);
    expect(held).toBeLessThan(10);
    expect(
      [...cloud.ecs.tasks.values()].every(({ stopCode }) => stopCode === 'EssentialContainerExited'),
    ).toBe(true);
    await cluster.scale({ a: 10 });
    await until(() => succeeded(events) === 10, 'all have succeeded');
    await cluster.close({ drain: true });
    const count = (wanted: ClusterEvent['type']) => events.filter(({ type }) => type === wanted).length;
    await until(
      () => count('worker_billed') === 10 && count('worker_removed') === 10,
      'each is paid and gone',
    );
    expect(count('worker_added')).toBe(10);
  }, 120_000);

  it('end one instance alone and go on with the others of its element', async () => {
    const cluster = await open();
    const events = follow(cluster);
    await cluster.scale({ a: 1 });
    const ids = ['c.1', 'c.2', 'c.3', 'c.4'];
    cluster.submit(ids.map((id) => instance(id, { seconds: id === 'c.2' ? 300 : 3 })));
    await until(() => runs('c.2'), 'the long one runs');
    // One that runs, and one that would have come after it.
    await cluster.cancel(['c.2', 'c.3']);
    await until(() => succeeded(events) === 2, 'the others have succeeded');
    const ends = events.flatMap((e) =>
      e.type === 'task_finished' ? [[e.instanceId, e.result.outcome] as const] : [],
    );
    expect(Object.fromEntries(ends)).toEqual({
      'c.1': 'succeeded',
      'c.2': 'cancelled',
      'c.3': 'cancelled',
      'c.4': 'succeeded',
    });
    expect(cloud.ecs.tasks.size).toBe(1);
    await cluster.close({ drain: true });
  }, 120_000);

  it('end by themselves and run nothing when they are given up before they can hear of it', async () => {
    const cluster = await open();
    cloud.onCall = (action) => {
      const objects = cloud.s3.objects(BUCKET);
      const array = [...objects.keys()].find((key) => key.endsWith('/array.json'));
      const given = { body: Buffer.from('*\n'), etag: '"given-up"', modified: new Date(), meta: {} };
      if (action === 'ecs:RunTask' && array) objects.set(array.replace('array.json', 'stop/0'), given);
    };
    await cluster.scale({ a: 1 });
    cluster.submit([instance('g.1', { seconds: 300, alone: true })]);
    const begun = () => [...cloud.ecs.tasks.values()].filter(({ startedAt }) => startedAt !== null);
    await until(() => begun().some(({ lastStatus }) => lastStatus === 'STOPPED'), 'one has ended by itself');
    expect(begun()[0]).toMatchObject({ stopCode: 'EssentialContainerExited' });
    expect([...cloud.s3.objects(BUCKET).keys()].filter((key) => key.includes('/results/'))).toEqual([]);
    expect(runs('g.1')).toBe(false);
    await cluster.close({ drain: false });
  }, 120_000);

  it('wait for room, say why, and begin when there is some', async () => {
    cloud.room = 1;
    const cluster = await open();
    const events = follow(cluster);
    await cluster.scale({ a: 3 });
    cluster.submit(['r.1', 'r.2', 'r.3'].map((id) => instance(id, { alone: true })));
    await until(
      () =>
        cluster.state?.().waiting.a?.some(({ reason }) => /Capacity is unavailable/.test(reason)) ?? false,
      'it says why',
    );
    cloud.room = 10;
    await until(() => succeeded(events) === 3, 'all have succeeded');
    await cluster.close({ drain: true });
  }, 120_000);
});
