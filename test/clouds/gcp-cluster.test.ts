import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, test } from 'vitest';
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { newId } from '../../main/platform/ids.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { runPaths, workspacePaths } from '../../main/platform/paths.ts';
import { realTimer } from '../../main/providers/batch/timer.ts';
import { machineLog } from '../../main/providers/gcp/machine-log.ts';
import { gcpOrphans, removeGcpOrphans } from '../../main/providers/gcp/sweep.ts';
import type {
  ClusterEvent,
  ClusterHandle,
  ProviderContext,
  TaskInstance,
} from '../../main/providers/provider.ts';
import { providerFor } from '../../main/providers/registry.ts';
import { GcpDouble, type GcpDoubleOptions } from '../doubles/gcp/gcp-double.ts';
import { CONTRACT } from '../integration/provider-contract.ts';
import { accessTo, manifest, sitesOf } from './gcp-rig.ts';
import { JobMemory } from './job-memory.ts';

const STUDY = mkdtempSync(join(tmpdir(), 'scalable-gcp-cluster-'));
const RUN = `run-20261121T000000Z-campaign-${newId()}`;
afterAll(() => rmSync(STUDY, { recursive: true, force: true, maxRetries: 5 }));
const doubles: GcpDouble[] = [];
const clusters: ClusterHandle[] = [];

afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close({ drain: false })));
  await Promise.all(doubles.splice(0).map((double) => double.close()));
  rmSync(`/tmp/scalable-${RUN}`, { recursive: true, force: true });
});

async function doubleOf(options: GcpDoubleOptions = {}): Promise<GcpDouble> {
  const double = await GcpDouble.start(options);
  doubles.push(double);
  return double;
}

async function specOf(double: GcpDouble) {
  const path = join(STUDY, 'scalable.yaml');
  writeFileSync(
    path,
    manifest(double, 'simulate: { component: model, command: "true" }', ', chunk_target: 1'),
  );
  const { spec } = await loadManifest({ path, env: {} });
  if (!spec) throw new Error('The manifest is not valid');
  return spec;
}

function contextOf(double: GcpDouble, memory: JobMemory): ProviderContext {
  const paths = runPaths(workspacePaths(STUDY), RUN);
  return {
    clock: systemClock,
    logger: silentLogger,
    runId: RUN,
    paths,
    jobs: memory,
    sites: sitesOf(double),
  };
}

async function open(double: GcpDouble, memory = new JobMemory()): Promise<ClusterHandle> {
  const cluster = await providerFor('gcp').buildCluster(await specOf(double), contextOf(double, memory));
  clusters.push(cluster);
  return cluster;
}

function instance(
  id: string,
  over: { seconds?: number; exitCode?: number; tag?: string } = {},
): TaskInstance {
  return {
    id,
    task: 'work',
    tag: over.tag ?? 'a',
    attempt: 1,
    params: {},
    work: {
      kind: 'argv',
      argv: ['sh', '-c', `sleep ${over.seconds ?? 0}; echo said ${id}; exit ${over.exitCode ?? 0}`],
    },
    request: { cpus: 1, memoryBytes: null, walltimeSeconds: null },
    env: { MARK: `mark-${id}-end` },
    container: null,
    folder: '/tmp',
    createFolders: [],
    predictedSeconds: 10,
  };
}

/** By the environment of any process of this machine. */
function runs(id: string): boolean {
  const script = `grep -lzs -- 'MARK=mark-${id}-end' /proc/[0-9]*/environ; true`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim() !== '';
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; !(await condition()); await sleep(50))
    if (Date.now() > end) throw new Error(`Not within a minute: ${what}`);
}

function follow(cluster: ClusterHandle): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  void (async () => {
    for await (const event of cluster.events) events.push(event);
  })();
  return events;
}

const ends = (events: readonly ClusterEvent[]) =>
  events.flatMap((e) => (e.type === 'task_finished' ? [[e.instanceId, e.result.outcome]] : []));

const started = (events: readonly ClusterEvent[]) =>
  events.filter(({ type }) => type === 'task_started').length;

describe('a cluster of Google Cloud Batch (a double of it) keeps the rules of a cluster', () => {
  // A worker of a batch system goes with its work, so how many there are afterwards is not the contract's.
  const rules = Object.entries(CONTRACT).filter(([rule]) => !rule.startsWith('scale changes'));
  test.each(rules)('%s', { timeout: 90_000 }, async (_, check) => {
    const double = await doubleOf();
    await check({ open: () => open(double), instance, leftBehind: async (id) => runs(id) });
  });
});

describe('workers of Google Cloud Batch (a double of it)', () => {
  it('are raised with another job, held at zero without ending what runs, and go on', {
    timeout: 120_000,
  }, async () => {
    const double = await doubleOf();
    const cluster = await open(double);
    const events = follow(cluster);
    const ids = Array.from({ length: 24 }, (_, i) => `w.${i}`);
    await cluster.scale({ a: 2 });
    cluster.submit(ids.map((id) => instance(id, { seconds: 1 })));
    await until(() => double.batch.running === 2, 'two run');
    await cluster.scale({ a: 4 });
    await until(() => double.batch.running === 4 && started(events) > 0, 'four run');
    expect(double.batch.jobs.size).toBeGreaterThan(1);

    await cluster.scale({ a: 0 });
    await until(() => double.batch.running === 0, 'nothing runs any more');
    await until(() => ends(events).length === started(events), 'what had begun has ended');
    const before = ends(events);
    expect(before.length).toBeLessThan(ids.length);
    expect(before.every(([, outcome]) => outcome === 'succeeded')).toBe(true);

    await cluster.scale({ a: 3 });
    await until(() => ends(events).length === ids.length, 'all have ended');
    expect(
      ends(events)
        .map(([id]) => id)
        .sort(),
    ).toEqual([...ids].sort());
    expect(ends(events).every(([, outcome]) => outcome === 'succeeded')).toBe(true);
    await cluster.close({ drain: true });
  });

  it('cost nothing after a close, and each is billed once for what was sold', {
    timeout: 90_000,
  }, async () => {
    const double = await doubleOf({ lagMs: 200 });
    const spec = await specOf(double);
    const { prices } = sitesOf(double);
    const provider = providerFor('gcp', { ...(prices && { prices: await prices() }) });
    const cluster = await provider.buildCluster(spec, contextOf(double, new JobMemory()));
    const events = follow(cluster);
    await cluster.scale({ a: 3 });
    cluster.submit(['b.1', 'b.2', 'b.3'].map((id) => instance(id, { seconds: 60 })));
    await until(() => double.batch.running === 3, 'all run');
    await cluster.close({ drain: false });
    expect(double.batch.running).toBe(0);
    expect([...double.batch.jobs.values()].every(({ isOver }) => isOver)).toBe(true);
    await until(() => events.filter(({ type }) => type === 'worker_billed').length === 3, 'all are billed');
    const billed = events.flatMap((event) => (event.type === 'worker_billed' ? event : []));
    expect(new Set(billed.map(({ workerId }) => workerId)).size).toBe(3);
    // A task that its job's end took along is billed until then, which is a moment more.
    const usd = billed.reduce((sum, bill) => sum + bill.usd, 0);
    expect(usd).toBeGreaterThan(0);
    expect(usd).toBeCloseTo(double.sold({ vcpu: 0.021811, memoryGb: 0.002923 }), 2);
    const sold = double.batch.ledger.reduce((sum, { from, to }) => sum + ((to ?? 0) - from) / 1000, 0);
    expect(billed.reduce((sum, { seconds }) => sum + seconds, 0)).toBeGreaterThanOrEqual(sold - 0.01);
  });

  it('are found again by another app from the bucket and the service alone', {
    timeout: 120_000,
  }, async () => {
    const double = await doubleOf();
    const memory = new JobMemory();
    const first = await open(double, memory);
    await first.scale({ a: 2 });
    first.submit(Array.from({ length: 6 }, (_, i) => instance(`f.${i}`, { seconds: 1 })));
    await until(() => double.batch.running === 2, 'two run');
    await first.release?.();
    const second = await open(double, memory);
    const events = follow(second);
    expect(second.adopted).toHaveLength(6);
    await second.scale({ a: 2 });
    await until(() => ends(events).length === 6, 'all are told to the second app');
    expect(ends(events).every(([, outcome]) => outcome === 'succeeded')).toBe(true);
    await second.close({ drain: true });
  });

  it('end single instances, begun or not, and go on with the rest of their element', {
    timeout: 90_000,
  }, async () => {
    const double = await doubleOf();
    const cluster = await open(double);
    const events = follow(cluster);
    await cluster.scale({ a: 1 });
    const short = { predictedSeconds: 0.1 };
    cluster.submit([
      { ...instance('i.1', { seconds: 60 }), ...short },
      { ...instance('i.2', { seconds: 60 }), ...short },
      { ...instance('i.3'), ...short },
    ]);
    await until(
      () => events.some((e) => e.type === 'task_started' && e.instanceId === 'i.1'),
      'it has begun',
    );
    // One that has not begun, and the one that runs.
    await cluster.cancel(['i.2', 'i.1']);
    await until(() => ends(events).length === 3, 'all have ended');
    expect(ends(events)).toEqual([
      ['i.1', 'cancelled'],
      ['i.2', 'cancelled'],
      ['i.3', 'succeeded'],
    ]);
    expect(double.batch.ledger).toHaveLength(1);
    expect(runs('i.1') || runs('i.2')).toBe(false);
  });

  it('tell why they wait, in the words of the service', { timeout: 60_000 }, async () => {
    const stuck = 'Quota N2_CPUS exceeded. Limit: 0.0 in region us-central1.';
    const double = await doubleOf({ faults: { stuck } });
    const cluster = await open(double);
    await cluster.scale({ a: 1 });
    cluster.submit([instance('w.1')]);
    await until(() => cluster.state?.().waiting.a?.[0]?.reason === stuck, 'it says why');
  });

  it('say what they printed, each instance in a file and the machine in its log', {
    timeout: 60_000,
  }, async () => {
    const double = await doubleOf({ faults: { noImages: ['lab/none:1'] } });
    const cluster = await open(double);
    const events = follow(cluster);
    await cluster.scale({ a: 1 });
    cluster.submit([instance('p.1'), { ...instance('p.2'), container: { image: 'lab/none:1', mounts: {} } }]);
    await until(() => ends(events).length === 2, 'both have ended');
    const files = await providerFor('gcp').files?.(await specOf(double), contextOf(double, new JobMemory()));
    const log = `${double.mountPath}/study/.scalable/runs/${RUN}/logs/p.1.1.out`;
    expect(Buffer.from((await files?.readFile(log)) ?? []).toString()).toBe('said p.1\n');
    expect(Buffer.from((await files?.readFile(log, { offset: 5, maxBytes: 3 })) ?? []).toString()).toBe(
      'p.1',
    );
    expect(await files?.readFile(`${log}x`)).toBeNull();
    const failed = [...double.batch.jobs.values()].find(({ state }) => state === 'FAILED');
    const lines = await machineLog(
      accessTo(double),
      { jobUid: failed?.uid ?? '', index: 0 },
      { timer: realTimer() },
    );
    expect(lines.map(({ text }) => text)).toEqual([expect.stringContaining('pull access denied')]);
  });
});

describe('what is left on Google Cloud (a double of it)', () => {
  it('is listed by its run and removed, and what a live run needs stays', { timeout: 90_000 }, async () => {
    const double = await doubleOf();
    const lost = await open(double);
    await lost.scale({ a: 1 });
    lost.submit([instance('l.1', { seconds: 60 })]);
    await until(() => double.batch.running === 1, 'it runs');
    await lost.release?.();
    clusters.pop();
    const access = accessTo(double);
    const storage = { bucket: 'lab-data', prefix: 'study' };
    const timer = realTimer();
    const live = new Map([[RUN, 'live' as const]]);
    expect(await gcpOrphans(access, { timer, storage, copy: null, runs: live })).toEqual([]);

    const orphans = await gcpOrphans(access, { timer, storage, copy: null, runs: new Map() });
    expect(orphans).toEqual([
      { kind: 'job', name: expect.stringMatching(/^sd-/), run: RUN, state: expect.any(String) },
      { kind: 'files', name: `study/.scalable/runs/${RUN}/`, run: RUN, bytes: expect.any(Number) },
    ]);
    await removeGcpOrphans(access, orphans, { timer, storage });
    expect(double.batch.running).toBe(0);
    expect(await gcpOrphans(access, { timer, storage, copy: null, runs: new Map() })).toEqual([]);
  });

  it('are files of a project, copied once and again only where they differ', {
    timeout: 60_000,
  }, async () => {
    const double = await doubleOf();
    const spec = await specOf(double);
    const files = await providerFor('gcp').files?.(spec, contextOf(double, new JobMemory()));
    writeFileSync(join(STUDY, 'large.bin'), Buffer.alloc(20 * 2 ** 20, 'x'));
    writeFileSync(join(STUDY, 'small.txt'), 'one');
    const staged = ['large.bin', 'small.txt'].map((path) => ({
      path,
      bytes: readFileSync(join(STUDY, path)).length,
      executable: false,
    }));
    const seen: number[] = [];
    const stage = () => files?.stage(STUDY, staged, { onProgress: (done) => seen.push(done) });
    expect(await stage()).toBe(20 * 2 ** 20 + 3);
    expect(seen.at(-1)).toBe(20 * 2 ** 20 + 3);
    expect(await stage()).toBe(0);
    writeFileSync(join(STUDY, 'small.txt'), 'two');
    expect(await stage()).toBe(3);
    const path = `${double.mountPath}/${files?.projectPlace.replace('gs://lab-data/', '')}/large.bin`;
    const copy = join(STUDY, 'copy.bin');
    await files?.download(path, copy);
    expect(readFileSync(copy).equals(readFileSync(join(STUDY, 'large.bin')))).toBe(true);
    const broken = join(STUDY, 'broken.bin');
    const stop = new AbortController();
    const begun = files?.download(path, broken, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(begun).rejects.toMatchObject({ code: 'E_CANCELLED' });
    const pieces: number[] = [];
    await files?.download(path, broken, { onProgress: (done) => pieces.push(done) });
    expect(pieces[0]).toBeGreaterThan(8 * 2 ** 20);
    expect(readFileSync(broken).equals(readFileSync(copy))).toBe(true);
    const sums = await files?.treeSums([path]);
    expect(sums?.get(path)).toBe(await files?.sumOf?.(copy));
    staged.shift();
    await stage();
    expect(await files?.stat(path)).toBeNull();
  });
});
