import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { whyNoContainers } from '../doubles/aws/container.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { scalable } from './aws-cli.ts';
import { BUCKET, manifest, project } from './aws-rig.ts';
import { startScalable } from './cloud-cli.ts';

const TASK = 't:\n  component: model\n  command: echo hello\n';
let cloud: AwsCloud;
beforeEach(async () => {
  cloud = await new AwsCloud().open();
  cloud.makeBucket(BUCKET);
});
afterEach(() => cloud.close());

const RUN = ['run', '--target', 'cloud', '--quiet', '--sizing', 'manifest'];
const run = (text = manifest(TASK)) => scalable(cloud, project(text), RUN);
const SIGNED_IN_LONG_AGO = `[sso-session lab]
sso_start_url = https://lab.awsapps.com/start
sso_region = eu-central-1
[profile lab]
sso_session = lab
sso_account_id = 123456789012
sso_role_name = Research
region = eu-central-1
`;

/** AWS itself cannot be had here: `AwsCloud` is a double of it. */
describe('what AWS refuses (a double of it) is said in a sentence with what to do, and the command ends with 3', () => {
  it.each([
    ['ecs:RunTask', 'ecs:RunTask'],
    ['ecs:RegisterTaskDefinition', 'ecs:RegisterTaskDefinition'],
    ['ecs:CreateCluster', 'ecs:CreateCluster'],
    ['logs:CreateLogGroup', 'logs:CreateLogGroup'],
    ['ec2:DescribeSubnets', 'ec2:DescribeSubnets'],
    ['s3:PutObject', 's3:PutObject'],
    ['s3:ListBucket', 's3:ListBucket'],
  ])('the permission %s', async (action, named) => {
    cloud.denied.add(action);
    const { code, err } = await run();
    expect(err).toContain(named);
    expect(err).toMatch(/not allow you/);
    expect(code).toBe(3);
    expect(cloud.ecs.tasks.size).toBe(0);
  });

  it('credentials that have expired', async () => {
    cloud.expired = true;
    const { code, err } = await run();
    expect(err).toMatch(/expired/);
    expect(err).toMatch(/sso login|Sign in again|Get new ones/);
    expect(code).toBe(3);
  });

  it('a session of IAM Identity Center that has expired', async () => {
    const home = tempFolder('aws-home');
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws/config'), SIGNED_IN_LONG_AGO);
    const { AWS_ENDPOINT_URL = '' } = cloud.env();
    const { code, err } = await startScalable(project(manifest(TASK)), RUN, {
      AWS_ENDPOINT_URL,
      AWS_PROFILE: 'lab',
      HOME: home,
    }).ended;
    expect(err).toMatch(/sign-in of the profile lab has expired or was never made/);
    expect(err).toContain('aws sso login --profile lab');
    expect(code).toBe(3);
  });

  it('another region than the bucket’s', async () => {
    cloud.s3.buckets.set(BUCKET, { region: 'us-east-1', objects: new Map() });
    const { code, err } = await run();
    expect(err).toMatch(/in another region/);
    expect(err).toMatch(/Set the target’s region/);
    expect(code).toBe(3);
  });

  it('a bucket that is not there', async () => {
    const { code, err } = await run(manifest(TASK).replace(BUCKET, 'no-such-bucket'));
    expect(err).toMatch(/There is no bucket/);
    expect(err).toMatch(/aws s3 mb/);
    expect(code).toBe(3);
  });

  it('a manifest without a bucket', async () => {
    const { code, err } = await run(manifest(TASK).replace(`s3://${BUCKET}/study`, './results'));
    expect(err).toMatch(/default_storage: s3:\/\//);
    expect(code).toBe(3);
  });

  it('a cluster that is not there', async () => {
    const { code, err } = await run(manifest(TASK, ', cluster: theirs'));
    expect(err).toMatch(/cluster theirs does not exist/);
    expect(code).toBe(3);
  });

  it('a quota of zero', async () => {
    cloud.quota = 0;
    const { code, err } = await run(manifest(TASK, ', spot: true'));
    expect(err).toMatch(/may run no Fargate Spot tasks/);
    expect(err).toContain('aws service-quotas request-service-quota-increase');
    expect(code).toBe(3);
  });

  it('no network', async () => {
    cloud.subnets = [];
    const { code, err } = await run();
    expect(err).toMatch(/subnets: \[subnet-/);
    expect(code).toBe(3);
  });

  it.skipIf(whyNoContainers() !== null)('an image that cannot be pulled', async () => {
    cloud.missingImages.add('lab/model:1');
    const { code, out } = await run();
    expect(out).toMatch(/the image does not exist: correct the component’s image or its tag/);
    expect(code).toBe(3);
  });
});

describe.skipIf(whyNoContainers() !== null)('what AWS refuses to tasks (a double of it)', () => {
  it.each(['s3:PutObject', 's3:GetObject'])('the permission %s is named', async (action) => {
    cloud.denied.add(`task:${action}`);
    const { code, out } = await run();
    expect(out).toMatch(
      new RegExp(`the role of the tasks \\(task_role_arn\\) may not .*: give it ${action}`),
    );
    expect(code).toBe(3);
  });
});

it('a request that no Fargate task holds is refused before anything is asked of AWS', async () => {
  const { code, err } = await run(manifest(TASK).replace('memory: 512M', 'memory: 200G'));
  expect(err).toMatch(/no Fargate task has/);
  expect(err).toMatch(/The largest has 16 CPUs with 120/);
  expect(code).toBe(1);
  expect(cloud.calls.size).toBe(0);
});
