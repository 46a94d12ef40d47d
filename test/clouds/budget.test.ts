import { afterEach, describe, expect, it } from 'vitest';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { BUCKET, begin, manifest, project } from './aws-rig.ts';

const missing = whyNoContainers();
if (missing) console.warn(`Budgets on AWS are not tried: ${missing}`);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const budget = (usd: number) => `objectives: { budget_usd: ${usd} }\n`;
const REACHED = { code: 'E_BUDGET_REACHED', message: expect.stringContaining('budget of $') };

/** AWS itself cannot be had here: `AwsCloud` is a double of it. */
describe.skipIf(missing !== null)('a budget on AWS (a double of it)', () => {
  it('lets what has begun end, knows what that cost, leaves nothing running, and says why nothing more begins', async () => {
    const cloud = await new AwsCloud().open();
    closing.push(() => cloud.close());
    cloud.makeBucket(BUCKET);
    // A task takes up to 30 instances in a pack, goes on with them while nothing more may begin, and costs a minute at the least: 0.00082.
    const usd = 0.0045;
    const task = `t:\n  component: model\n  command: sleep 0.3\n  params: { x: { range: [1, 60, 1] } }\n`;
    const text = manifest(task, ', chunk_target: 1, walltime: "00:00:30"').replace(
      'workers: 30',
      'workers: 2',
    );
    const { handle, workspace } = await begin(project(text + budget(usd)), cloud.access());
    const report = await handle.finished;
    await workspace.close();
    expect(report).toMatchObject({ status: 'interrupted', tasks: { failed: 0 } });
    expect(report.failures).toContainEqual(expect.objectContaining(REACHED));
    expect(report.tasks.succeeded).toBeGreaterThan(0);
    expect(cloud.alive()).toEqual([]);
    expect(cloud.ledger()).toBeLessThanOrEqual(usd);
    expect(report.cost?.measured_usd).toBeCloseTo(cloud.ledger(), 6);
  });
});
