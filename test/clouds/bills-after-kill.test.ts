import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { GcpDouble } from '../doubles/gcp/gcp-double.ts';
import * as session from '../integration/session-projects.ts';
import * as aws from './aws-rig.ts';
import { scalable } from './gcp-cli.ts';
import * as gcp from './gcp-rig.ts';

const APP = fileURLToPath(new URL('./aws-app-to-kill.ts', import.meta.url));
const EACH = 3;
const missing = whyNoContainers();
if (missing) console.warn(`Bills of AWS after a kill are not tried: ${missing}`);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The run of a project, as far as it is recorded. */
async function recorded(folder: string) {
  const workspace = await openWorkspace(folder, { access: 'read' }).catch(() => null);
  try {
    const runId = (await workspace?.store.run('last'))?.runId;
    if (!workspace || runId === undefined) return null;
    const { rows } = await workspace.store.instances({ runId, offset: 0, limit: 100 });
    const succeeded = rows.filter(({ state }) => state === 'succeeded').length;
    return { runId, succeeded, bills: (await workspace.store.bills(runId)).length };
  } finally {
    await workspace?.close();
  }
}

/** Kills the app as soon as it has heard the end of every instance, which is before the cloud says what they cost. */
async function killedWhenAllIsTold(folder: string, app: { kill: () => void; ended: Promise<unknown> }) {
  let found = await recorded(folder);
  for (const end = Date.now() + 60_000; (found?.succeeded ?? 0) < EACH && Date.now() < end; ) {
    await sleep(100);
    found = await recorded(folder);
  }
  app.kill();
  await app.ended;
  const left = await recorded(folder);
  expect(left).toMatchObject({ succeeded: EACH });
  expect(left?.bills).toBe(0);
  return left?.runId ?? '';
}

/** AWS itself cannot be had here: `AwsCloud` is a double of it. */
describe.skipIf(missing !== null)('what AWS (a double of it) bills after the app was killed', () => {
  async function killed() {
    const { promise: endsAfter, resolve: letEnd } = Promise.withResolvers<void>();
    const cloud = await new AwsCloud({ endsAfter }).open();
    closing.push(() => cloud.close());
    cloud.makeBucket(aws.BUCKET);
    const task = `work:\n  component: model\n  command: "true"\n  params: { x: [1, 2, 3] }\n`;
    const folder = aws.project(aws.manifest(task, ', chunk_target: 1'));
    const app = spawn(process.execPath, [APP, folder, JSON.stringify(cloud.access())], { stdio: 'ignore' });
    const ended = new Promise((resolve) => app.on('close', resolve));
    const runId = await killedWhenAllIsTold(folder, { kill: () => app.kill('SIGKILL'), ended });
    letEnd();
    return { cloud, folder, runId };
  }
  const measured = async (folder: string, cloud: AwsCloud, runId: string) => {
    const { handle, workspace } = await aws.begin(folder, cloud.access(), runId);
    const report = await handle.finished;
    await workspace.close();
    expect(report.status).toBe('succeeded');
    return report.cost?.measured_usd;
  };

  it('is in the cost of the run when it is taken up again, to the cent', async () => {
    const { cloud, folder, runId } = await killed();
    expect(await measured(folder, cloud, runId)).toBeCloseTo(cloud.ledger(), 6);
    expect(cloud.alive()).toEqual([]);
  });

  it('is nearly that when ECS has forgotten the tasks, which it does after an hour', async () => {
    const { cloud, folder, runId } = await killed();
    while (cloud.alive().length > 0) await sleep(100);
    const ledger = cloud.ledger();
    cloud.ecs.tasks.clear();
    expect(await measured(folder, cloud, runId)).toBeCloseTo(ledger, 3);
  });
});

/** Google Cloud itself cannot be had here: `GcpDouble` is a double of it. */
describe('what Google Cloud (a double of it) bills after the app was killed', () => {
  it('is in the cost of the run when it is taken up again, to the cent', async () => {
    const double = await GcpDouble.start();
    closing.push(() => double.close());
    const task = 'work: { component: model, command: "sleep 3", params: { x: [1, 2, 3] } }';
    using study = session.project(gcp.manifest(double, task, ', chunk_target: 1'));
    const app = scalable(double, study.folder, 'run', '--target', 'cloud', '--sizing', 'manifest');
    while (double.batch.jobs.size === 0) await sleep(20);
    // From now on it says nothing of what becomes of the tasks; the bucket does.
    await sleep(200);
    double.batch.lagMs = 3_600_000;
    await killedWhenAllIsTold(study.folder, app);
    double.batch.lagMs = 0;
    const again = await scalable(double, study.folder, 'run', '--resume', 'last', '--format', 'json').ended;
    expect(again).toMatchObject({ code: 0 });
    expect(JSON.parse(again.out).cost_usd).toBeCloseTo(double.sold(gcp.ON_DEMAND), 6);
    expect(double.batch.running).toBe(0);
  });
});
