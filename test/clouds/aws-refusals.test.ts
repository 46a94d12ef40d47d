import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { BUCKET, manifest, project } from './aws-rig.ts';
import { type CloudRig, cloudRig, runHere } from './cloud-rig.ts';

const TASK = 't:\n  component: model\n  command: echo hello\n';
const SIGNED_IN_LONG_AGO = `[sso-session lab]
sso_start_url = https://lab.awsapps.com/start
sso_region = eu-central-1
[profile lab]
sso_session = lab
sso_account_id = 123456789012
sso_role_name = Research
region = eu-central-1
`;

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

const run = (text = manifest(TASK)) => runHere(rig, project(text));

/** AWS itself cannot be had here: `AwsCloud` is a double of it. */
describe('what AWS refuses (a double of it) is said in a sentence with what to do, and the command ends with 3', () => {
  it.each([
    'ecs:RunTask',
    'ecs:TagResource',
    'ecs:RegisterTaskDefinition',
    'ecs:CreateCluster',
    'iam:PassRole',
    'logs:CreateLogGroup',
    'ec2:DescribeSubnets',
    's3:PutObject',
    's3:ListBucket',
  ])('the permission %s', async (action) => {
    cloud.denied.add(action);
    const { code, said } = await run();
    expect(said).toContain(`AWS does not allow you ${action} on `);
    expect(said).toContain(`add ${action} to your policy`);
    expect(code).toBe(3);
    expect(cloud.ecs.tasks.size).toBe(0);
  });

  it('the permission to tag, where the cluster and what tasks look like are there already', async () => {
    await expect(run()).resolves.toMatchObject({ code: 0 });
    const before = cloud.ecs.tasks.size;
    cloud.denied.add('ecs:TagResource');
    const { code, said } = await run();
    expect(said).toContain('AWS does not allow you ecs:TagResource');
    expect(code).toBe(3);
    expect(cloud.ecs.tasks.size).toBe(before);
  });

  it('a permission that is taken away before the work has begun', async () => {
    const runTask = 'ecs:RunTask';
    cloud.onCall = (action) => {
      // The first is to find out whether tasks may be run at all.
      if (action === runTask && cloud.count(runTask) > 0) cloud.denied.add(runTask);
    };
    const { code, said } = await run();
    expect(said).toContain('AWS does not allow you ecs:RunTask');
    expect(code).toBe(3);
    expect(cloud.ecs.tasks.size).toBe(0);
  });

  it('credentials that have expired', async () => {
    cloud.expired = true;
    const { code, said } = await run();
    expect(said).toMatch(/expired/);
    expect(said).toMatch(/sso login|Sign in again|Get new ones/);
    expect(code).toBe(3);
  });

  it('a session of IAM Identity Center that has expired', async () => {
    const { AWS_ENDPOINT_URL = '' } = cloud.env();
    rig.close();
    rig = cloudRig({ AWS_ENDPOINT_URL, AWS_PROFILE: 'lab' });
    rig.write('.aws/config', SIGNED_IN_LONG_AGO);
    const { code, said } = await run();
    expect(said).toMatch(/sign-in of the profile lab has expired or was never made/);
    expect(said).toContain('aws sso login --profile lab');
    expect(code).toBe(3);
  });

  it('another region than the bucket’s', async () => {
    cloud.s3.buckets.set(BUCKET, { region: 'us-east-1', objects: new Map() });
    const { code, said } = await run();
    expect(said).toMatch(/in another region/);
    expect(said).toMatch(/Set the target’s region/);
    expect(code).toBe(3);
  });

  it('a bucket that is not there', async () => {
    const { code, said } = await run(manifest(TASK).replace(BUCKET, 'no-such-bucket'));
    expect(said).toMatch(/There is no bucket/);
    expect(said).toMatch(/aws s3 mb/);
    expect(code).toBe(3);
  });

  it('a manifest without a bucket', async () => {
    const { code, said } = await run(manifest(TASK).replace(`s3://${BUCKET}/study`, './results'));
    expect(said).toMatch(/default_storage: s3:\/\//);
    expect(code).toBe(3);
  });

  it('a cluster that is not there', async () => {
    const { code, said } = await run(manifest(TASK, ', cluster: theirs'));
    expect(said).toMatch(/cluster theirs does not exist/);
    expect(code).toBe(3);
  });

  it('a quota of zero', async () => {
    cloud.quota = 0;
    const { code, said } = await run(manifest(TASK, ', spot: true'));
    expect(said).toMatch(/may run no Fargate Spot tasks/);
    expect(said).toContain('aws service-quotas request-service-quota-increase');
    expect(code).toBe(3);
  });

  it('no network', async () => {
    cloud.subnets = [];
    const { code, said } = await run();
    expect(said).toMatch(/subnets: \[subnet-/);
    expect(code).toBe(3);
  });

  it.skipIf(whyNoContainers() !== null)('an image that cannot be pulled', async () => {
    cloud.missingImages.add('lab/model:1');
    const { code, said } = await run();
    expect(said).toMatch(/the image does not exist: correct the component’s image or its tag/);
    expect(code).toBe(3);
  });
});

describe.skipIf(whyNoContainers() !== null)('what AWS refuses to tasks (a double of it)', () => {
  it.each(['s3:PutObject', 's3:GetObject'])('the permission %s is named', async (action) => {
    cloud.denied.add(`task:${action}`);
    const { code, said } = await run();
    expect(said).toMatch(
      new RegExp(`the role of the tasks \\(task_role_arn\\) may not .*: give it ${action}`),
    );
    expect(code).toBe(3);
  });
});

it('a request that no Fargate task holds is refused before anything is asked of AWS', async () => {
  const { code, said } = await run(manifest(TASK).replace('memory: 512M', 'memory: 200G'));
  expect(said).toMatch(/no Fargate task has/);
  expect(said).toMatch(/The largest has 16 CPUs with 120/);
  expect(code).toBe(1);
  expect(cloud.calls.size).toBe(0);
});
