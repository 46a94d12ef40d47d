import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { GcpDouble } from '../doubles/gcp/gcp-double.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import * as session from '../integration/session-projects.ts';
import { cli } from '../unit/cli/fake-io.ts';
import * as awsCli from './aws-cli.ts';
import * as aws from './aws-rig.ts';
import { cloudRig } from './cloud-rig.ts';
import * as gcpCli from './gcp-cli.ts';
import * as gcp from './gcp-rig.ts';

const SWEEP = ['sweep', '--target', 'cloud', '--yes', '--format', 'json'];
const missing = whyNoContainers();
if (missing) console.warn(`Sweeping AWS is not tried: ${missing}`);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; !condition(); await sleep(50))
    if (Date.now() > end) throw new Error(`Not within a minute: ${what}`);
}

/** As an app does that dies between what it tells people and what it does. */
async function markedAsOver(folder: string): Promise<string> {
  const { store, close } = await openWorkspace(folder, { access: 'write' });
  const runId = (await store.run('last'))?.runId ?? '';
  await store.append([{ type: 'run_finished', runId, at: Date.now(), status: 'cancelled' }]);
  await close();
  return runId;
}

async function measured(folder: string, runId: string): Promise<number | null | undefined> {
  const { store, close } = await openWorkspace(folder, { access: 'read' });
  const report = await store.report(runId);
  await close();
  return report?.cost?.measured_usd;
}

/** AWS itself cannot be had here: `AwsCloud` is a double of it. */
describe.skipIf(missing !== null)('a sweep of AWS (a double of it)', () => {
  it('ends what a run that is over has left running, and records what it cost', async () => {
    const cloud = await new AwsCloud().open();
    closing.push(() => cloud.close());
    cloud.makeBucket(aws.BUCKET);
    const task = 't:\n  component: model\n  command: sleep 60\n  params: { x: [1, 2] }\n';
    const folder = aws.project(aws.manifest(task));
    const { handle, workspace } = await aws.begin(folder, cloud.access());
    await until(() => cloud.alive().filter(({ startedAt }) => startedAt !== null).length === 2, 'both run');
    await handle.interrupt();
    await workspace.close();
    const runId = await markedAsOver(folder);

    const { out, err } = await awsCli.scalable(cloud, folder, SWEEP);
    expect(JSON.parse(out), err).toMatchObject({
      removed: 2,
      billed: [{ run: runId, workers: 2, complete: true }],
    });
    expect(cloud.alive()).toEqual([]);
    expect(await measured(folder, runId)).toBeCloseTo(cloud.ledger(), 6);
    const again = JSON.parse((await awsCli.scalable(cloud, folder, SWEEP)).out);
    expect(again).toMatchObject({ billed: [] });
    expect(await measured(folder, runId)).toBeCloseTo(cloud.ledger(), 6);
  });
});

/** Google Cloud itself cannot be had here: `GcpDouble` is a double of it. */
describe('a sweep of Google Cloud (a double of it)', () => {
  it('ends what a run that is over has left running, and records what it cost', async () => {
    const double = await GcpDouble.start();
    closing.push(() => double.close());
    const task = 'work: { component: model, command: "sleep 60", params: { x: [1, 2] } }';
    using study = session.project(gcp.manifest(double, task, ', chunk_target: 1'));
    const { folder } = study;
    const app = gcpCli.scalable(double, folder, 'run', '--target', 'cloud', '--sizing', 'manifest');
    await until(() => double.batch.running === 2, 'both run');
    app.kill();
    await app.ended;
    const runId = await markedAsOver(folder);

    const { out, err } = await gcpCli.scalable(double, folder, ...SWEEP).ended;
    expect(JSON.parse(out), err).toMatchObject({
      orphans: [{ kind: 'job', run: runId }],
      removed: 1,
      billed: [{ run: runId, workers: 2, complete: true }],
    });
    expect(double.batch.running).toBe(0);
    expect(double.batch.jobs.size).toBe(0);
    expect(await measured(folder, runId)).toBeCloseTo(double.sold(gcp.ON_DEMAND), 6);
  });

  it('removes the copy of the project, and nothing that tasks have written there', async () => {
    const double = await GcpDouble.start();
    closing.push(() => double.close());
    const task = `work:
  component: model
  command: "cat in.txt > {outputs.all}; echo more >> changed.txt; echo beside > beside.txt"
  outputs: { all: results/all.txt }`;
    using study = session.project(gcp.manifest(double, task));
    study.write('in.txt', 'input\n');
    study.write('changed.txt', 'as it was\n');
    const { runId } = await gcp.run(study, double);
    const rig = cloudRig(gcpCli.envOf(double));
    closing.push(async () => rig.close());
    const where = { cwd: study.folder, env: process.env };
    const copies = join(double.storage.root, 'lab-data/study/.scalable/projects');
    const inCopy = () =>
      readdirSync(copies, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort();
    const before = inCopy();
    expect(before).toEqual(expect.arrayContaining(['in.txt', 'scalable.yaml', 'all.txt', 'changed.txt']));
    const listed = await cli(where, 'sweep', '--target', 'cloud', '--format', 'json');
    expect(listed.json(), listed.stderr).toMatchObject({
      orphans: [{ kind: 'copy', name: expect.stringContaining('/projects/'), run: null }],
      removed: 0,
    });
    expect(inCopy()).toEqual(before);
    expect((await cli(where, ...SWEEP)).json()).toMatchObject({ removed: 1 });
    expect(inCopy()).toEqual(['all.txt', 'beside.txt', 'changed.txt', 'copied.json']);
    expect((await cli(where, ...SWEEP)).json()).toMatchObject({ orphans: [] });
    const fetched = await cli(where, 'outputs', runId, '--to', tempFolder('fetched'), '--format', 'json');
    expect(fetched.json(), fetched.stderr).toMatchObject({ copied: 1 });
    // The next run brings it again.
    expect((await gcp.run(study, double)).report.status).toBe('succeeded');
    expect(inCopy()).toEqual(before);
  });
});
