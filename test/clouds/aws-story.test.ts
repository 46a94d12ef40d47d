import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { scalable } from './aws-cli.ts';
import { BUCKET, begin, manifest, project } from './aws-rig.ts';
import { type CloudRig, callHere, cloudRig } from './cloud-rig.ts';

const missing = whyNoContainers();
if (missing) console.warn(`The command line on the double of AWS is not tried: ${missing}`);
let cloud: AwsCloud;
let rig: CloudRig;
beforeEach(async () => {
  cloud = await new AwsCloud().open();
  cloud.makeBucket(BUCKET);
  rig = cloudRig(cloud.env());
});
afterEach(async () => {
  rig.close();
  await cloud.close();
});

/** AWS itself cannot be had here: `AwsCloud` is a double of it, whose tasks really run. */
describe.skipIf(missing !== null)('the command line on AWS (a double of it)', () => {
  it('runs commands and Python functions, shows logs, fetches outputs, and sweeps', async () => {
    const folder = project(
      manifest(`
odd names:
  component: model
  command: ["sh", "-c", "echo to out; echo to err >&2; mkdir -p {outputs.all}; echo '{x}' > \\"{outputs.all}/a b'c.txt\\"; : > {outputs.all}/empty"]
  params: { x: ["it's", 'say "yes"'] }
  outputs: { all: dir }
python:
  component: model
  python: tools.sums:add
  params: { a: [1, 2], b: [10] }
fails:
  component: model
  command: "echo no >&2; exit 3"
`),
      { 'tools/__init__.py': '', 'tools/sums.py': 'def add(a, b):\n    print("adding")\n    return a + b\n' },
    );
    const ran = await scalable(cloud, folder, [
      'run',
      '--target',
      'cloud',
      '--format',
      'json',
      '--sizing',
      'manifest',
    ]);
    expect(ran.code, ran.err).toBe(1);
    const report = JSON.parse(ran.out) as {
      run_id: string;
      tasks: unknown;
      cost_usd: number | null;
      failures: { message: string }[];
    };
    expect(report.tasks).toMatchObject({ total: 5, succeeded: 4, failed: 1 });
    expect(report.failures[0]?.message).toBe('It ended with exit code 3: no');
    // The tables that come with the app do not know this region, and no other's stands for it.
    expect(report.cost_usd).toBeNull();
    const plan = await callHere(rig, folder, ['plan', '--target', 'cloud']);
    expect(plan.out).toContain('scalable prices refresh aws --region eu-central-1');
    expect(plan.out).not.toContain('Cost:');

    const logs = await callHere(rig, folder, ['logs', 'last', 'odd-names.0', '--format', 'json']);
    expect(JSON.parse(logs.out)).toMatchObject({
      stdout: 'to out\n',
      stderr: 'to err\n',
      outcome: 'succeeded',
    });
    const python = await callHere(rig, folder, ['logs', 'last', 'python.1', '--format', 'json']);
    expect(JSON.parse(python.out)).toMatchObject({ stdout: 'adding\n', outcome: 'succeeded' });

    const fetched = await callHere(rig, folder, ['outputs', 'last', '--to', 'here', '--format', 'json']);
    expect(JSON.parse(fetched.out), fetched.err).toMatchObject({ copied: 4, already_here: 0 });
    expect(readFileSync(join(folder, "here/odd-names.0/all/a b'c.txt"), 'utf8')).toBe("it's\n");
    expect(readFileSync(join(folder, "here/odd-names.1/all/a b'c.txt"), 'utf8')).toBe('say "yes"\n');
    const again = await callHere(rig, folder, ['outputs', 'last', '--to', 'here', '--format', 'json']);
    expect(JSON.parse(again.out)).toMatchObject({ copied: 0, already_here: 4 });

    const found = await callHere(rig, folder, [
      'sweep',
      '--target',
      'cloud',
      '--run-id',
      report.run_id,
      '--format',
      'json',
    ]);
    expect(JSON.parse(found.out), found.err).toMatchObject({
      removed: 0,
      orphans: [{ kind: 'files', run: report.run_id }],
    });
    const swept = await callHere(rig, folder, [
      'sweep',
      '--target',
      'cloud',
      '--run-id',
      report.run_id,
      '--yes',
      '--format',
      'json',
    ]);
    expect(JSON.parse(swept.out)).toMatchObject({ removed: 1 });
    expect([...cloud.s3.objects(BUCKET).keys()].filter((key) => key.includes('/runs/'))).toEqual([]);

    // What all runs share, as no other needs it now.
    const all = await callHere(rig, folder, ['sweep', '--target', 'cloud', '--yes', '--format', 'json']);
    const kinds = JSON.parse(all.out).orphans.map(({ kind }: { kind: string }) => kind);
    expect(new Set(kinds), all.err).toEqual(new Set(['archive', 'cluster', 'definition', 'log group']));
    expect([...cloud.s3.objects(BUCKET).keys()]).toEqual([]);
    expect([cloud.ecs.clusters.size, cloud.logGroups.size]).toEqual([0, 0]);
  }, 180_000);

  it('sweeps tasks of runs that are over, and asks before it touches those that nobody here knows', async () => {
    const folder = project(manifest('t:\n  component: model\n  command: sleep 60\n'));
    const { handle, workspace } = await begin(folder, cloud.access());
    for (const end = Date.now() + 30_000; cloud.alive().length === 0 && Date.now() < end; ) await sleep(100);
    await handle.interrupt();
    await workspace.close();
    expect(cloud.alive()).toHaveLength(1);
    const sweep = (...argv: string[]) =>
      callHere(rig, folder, ['sweep', '--target', 'cloud', '--format', 'json', ...argv]);
    // It goes on without the app, and a resume finds it.
    expect(JSON.parse((await sweep()).out)).toMatchObject({ orphans: [] });

    const stranger = project(manifest('t:\n  component: model\n  command: "true"\n'));
    const theirs = await callHere(rig, stranger, ['sweep', '--target', 'cloud', '--yes', '--format', 'json']);
    expect(JSON.parse(theirs.out)).toMatchObject({ removed: 0 });
    expect(JSON.parse(theirs.out).orphans).toContainEqual(
      expect.objectContaining({ kind: 'task', known: false }),
    );
    expect(cloud.alive()).toHaveLength(1);
    const all = await callHere(rig, stranger, [
      'sweep',
      '--target',
      'cloud',
      '--yes',
      '--unknown',
      '--format',
      'json',
    ]);
    expect(JSON.parse(all.out).removed).toBeGreaterThanOrEqual(2);
    for (const end = Date.now() + 30_000; cloud.alive().length > 0 && Date.now() < end; ) await sleep(100);
    expect(cloud.alive()).toEqual([]);
  }, 180_000);

  it('says of a run that is left what goes on by itself, and what waits for the app', async () => {
    const tasks = ['model', 'large'].map(
      (component) => `${component}:\n  component: ${component}\n  command: sleep 2\n`,
    );
    const folder = project(
      manifest(tasks.join(''), '', ' }\n  large: { cpus: 2, memory: 4G').replace('workers: 30', 'workers: 1'),
    );
    const { out, err } = await callHere(rig, folder, [
      'run',
      '--target',
      'cloud',
      '--detach',
      '--sizing',
      'manifest',
      '--format',
      'json',
    ]);
    expect(err).toMatch(/ECS has no queue and goes on only with what its workers have begun/);
    expect(JSON.parse(out)).toMatchObject({ handed_over: 1, left: 1 });
    const again = await callHere(rig, folder, ['run', '--resume', 'last', '--format', 'json']);
    expect(JSON.parse(again.out), again.err).toMatchObject({ tasks: { succeeded: 2 } });
    expect(cloud.ecs.tasks.size).toBe(2);
  }, 120_000);

  it('leaves nothing running when a run is cancelled', async () => {
    const folder = project(
      manifest('t:\n  component: model\n  command: "echo begun; sleep 60"\n  params: { x: [1, 2, 3] }\n'),
    );
    const { handle, workspace } = await begin(folder, cloud.access());
    for (const end = Date.now() + 30_000; handle.live().tasks.running < 2 && Date.now() < end; )
      await sleep(100);
    await handle.cancel();
    const report = await handle.finished;
    await workspace.close();
    expect(report).toMatchObject({ status: 'cancelled', tasks: { cancelled: 3 } });
    expect(cloud.alive()).toEqual([]);
    expect(report.cost?.measured_usd).toBeCloseTo(cloud.ledger(), 6);
  }, 120_000);
});
