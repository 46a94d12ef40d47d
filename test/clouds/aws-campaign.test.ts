import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { AwsCloud, type CloudOptions } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { BUCKET, begin, manifest, project } from './aws-rig.ts';

const missing = whyNoContainers();
if (missing) console.warn(`Campaigns on the double of AWS are not tried: ${missing}`);

/** Programs of images: those of Debian, and nothing but busybox and curl, as in Alpine's. */
const IMAGES: readonly (readonly [string, string | null])[] = [['Debian', null], ...busybox()];

function busybox(): (readonly [string, string])[] {
  const folder = mkdtempSync(join(tmpdir(), 'busybox-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const installed = spawnSync('busybox', ['--install', '-s', folder]);
  if (installed.status !== 0) {
    console.warn('Images of busybox are not tried: busybox is not installed');
    return [];
  }
  symlinkSync(execFileSync('which', ['curl'], { encoding: 'utf8' }).trim(), join(folder, 'curl'));
  return [['busybox', folder]];
}

let cloud: AwsCloud;
async function open(options: CloudOptions = {}): Promise<AwsCloud> {
  cloud = await new AwsCloud(options).open();
  cloud.makeBucket(BUCKET);
  return cloud;
}
afterEach(async () => cloud?.close());

/** AWS itself cannot be had here: `AwsCloud` is a double of it, whose tasks really run. */
describe.skipIf(missing !== null)('a campaign on AWS (a double of it)', () => {
  it.each(IMAGES)(
    'runs its tasks in images of %s, with the project’s files, and hands outputs on',
    async (_, path) => {
      const access = (await open(path === null ? {} : { path })).access();
      const folder = project(
        manifest(`
make:
  component: model
  command: "cat data/in.txt > {outputs.table}; echo hello {x}; echo {x} >> {outputs.table}"
  params: { x: [1, 2, 3] }
  outputs: { table: file }
sum:
  component: model
  needs: [make]
  command: "cat {make.outputs.table} > {outputs.all}"
  outputs: { all: results/all.txt }
`),
        { 'data/in.txt': 'input\n' },
      );
      const { handle, workspace } = await begin(folder, access);
      const report = await handle.finished;
      const rows = (await workspace.store.instances({ runId: handle.runId, offset: 0, limit: 50 })).rows;
      await workspace.close();
      expect(
        rows.map(({ state, message }) => [state, message]),
        [...cloud.logs.values()].join('\n'),
      ).toEqual(rows.map(() => ['succeeded', null]));
      expect(report.status).toBe('succeeded');
      const objects = cloud.s3.objects(BUCKET);
      const all = objects.get(`study/runs/${handle.runId}/project/results/all.txt`)?.body.toString('utf8');
      expect(all).toBe('input\n1\ninput\n2\ninput\n3\n');
      expect(cloud.alive()).toEqual([]);
    },
  );

  it('runs on the machines of an EC2 cluster, and costs a part of them for as long as it takes', async () => {
    await open();
    cloud.ecs.clusters.set('lab', { providers: [], status: 'ACTIVE' });
    const task =
      't:\n  component: model\n  command: "echo {x} > {outputs.out}"\n  params: { x: [1, 2] }\n  outputs: { out: file }\n';
    const target = ', cluster: lab, cluster_type: ec2, instance_type: m5.large, chunk_target: 1';
    const { handle, workspace } = await begin(project(manifest(task, target)), cloud.access());
    const report = await handle.finished;
    await workspace.close();
    expect(report.status, JSON.stringify(report.failures)).toBe('succeeded');
    const tasks = [...cloud.ecs.tasks.values()];
    // In MiB: what was asked for, and some for what brings its files.
    expect(tasks.map(({ cpu, memory }) => [cpu, memory])).toEqual(tasks.map(() => [1024, 512 + 64]));
    const seconds = tasks.map(({ pullStartedAt, stoppedAt }) =>
      Math.ceil(((stoppedAt ?? 0) - (pullStartedAt ?? 0)) / 1000),
    );
    expect(Math.max(...seconds)).toBeLessThan(60);
    const sum = seconds.reduce((all, each) => all + each, 0);
    // One of the two CPUs of a machine.
    expect(report.cost?.measured_usd).toBeCloseTo((sum * 0.115) / 2 / 3600, 6);
    expect(cloud.alive()).toEqual([]);
  });

  it('keeps outputs that are larger than S3 takes at once, in parts', async () => {
    const part = 5 * 2 ** 20;
    await open({ env: { SCALABLE_PART_BYTES: String(part) } });
    const command = 'command: "head -c 45000000 /dev/zero > {outputs.large}; echo end >> {outputs.large}"';
    const folder = project(manifest(`t:\n  component: model\n  ${command}\n  outputs: { large: file }\n`));
    const { handle, workspace } = await begin(folder, cloud.access());
    const report = await handle.finished;
    await workspace.close();
    expect(report.status, JSON.stringify(report.failures)).toBe('succeeded');
    const large = cloud.s3.objects(BUCKET).get(`study/runs/${handle.runId}/work/t.0/large`);
    expect(large?.body.length).toBe(45_000_004);
    expect(large?.body.subarray(-4).toString()).toBe('end\n');
    expect(large?.etag).toMatch(/-9"$/);
  });

  it('of 300 instances ends complete though one task in ten is taken away and one call in twenty throttled, and costs what AWS bills', async () => {
    await open({ throttled: 0.05, interrupted: 0.1 });
    const folder = project(
      manifest(
        `
work:
  component: model
  retries: 5
  command: "sleep 0.1; echo {x} > {outputs.out}"
  params: { x: [{ range: [1, 300] }] }
  outputs: { out: file }
`,
        ', spot: true, chunk_target: 10',
      ),
    );
    const { handle, workspace } = await begin(folder, cloud.access());
    const report = await handle.finished;
    await workspace.close();
    const endedAt = Date.now();
    const objects = cloud.s3.objects(BUCKET);
    const outputs = Array.from({ length: 300 }, (_, i) =>
      objects.get(`study/runs/${handle.runId}/work/work.${i}/out`)?.body.toString('utf8'),
    );
    const tasks = [...cloud.ecs.tasks.values()];
    const interrupted = tasks.filter(({ stopCode }) => stopCode === 'SpotInterruption').length;
    console.log({
      tasks: tasks.length,
      interrupted,
      throttled: cloud.throttledCalls,
      calls: Object.fromEntries(cloud.calls),
      usd: cloud.ledger(),
      seconds: report.duration_s,
    });
    expect(report).toMatchObject({ status: 'succeeded', tasks: { total: 300, succeeded: 300 } });
    expect(outputs).toEqual(Array.from({ length: 300 }, (_, i) => `${i + 1}\n`));
    expect(interrupted).toBeGreaterThan(0);
    expect(cloud.throttledCalls).toBeGreaterThan(0);
    expect(cloud.alive()).toEqual([]);
    expect(
      Math.max(...tasks.map(({ stoppedAt }) => stoppedAt ?? Number.POSITIVE_INFINITY)),
    ).toBeLessThanOrEqual(endedAt);
    expect(report.cost?.measured_usd).toBeCloseTo(cloud.ledger(), 6);
  }, 300_000);
});
