import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AwsProfileInput, awsProfileSchema } from '../../main/connections/aws/aws-profile.ts';
import { AwsCredentialSource } from '../../main/connections/aws/credentials.ts';
import { ownerOf } from '../../main/connections/aws/open-aws.ts';
import { AWS_PERMISSIONS, permissionOf } from '../../main/connections/aws/permissions.ts';
import { CHECKS_OF, type CheckName } from '../../main/connections/check.ts';
import { noPrompts } from '../../main/connections/prompts.ts';
import { AwsAccount } from '../doubles/aws/account.ts';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { type CloudRig, cloudRig } from './cloud-rig.ts';

/** Everything a target could want, of what the double's account has. */
const LAB: AwsProfileInput = {
  kind: 'aws',
  name: 'lab',
  subnets: ['subnet-0a1b2c3d', 'subnet-4e5f6a7b'],
  securityGroups: ['sg-0a1b2c3d'],
  image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/model:2.0',
  storage: 's3://lab-runs/study',
};

describe('the guide of AWS, through the real SDK on a double of AWS', () => {
  let cloud: AwsCloud;
  let account: AwsAccount;
  let rig: CloudRig;

  beforeEach(async () => {
    cloud = await new AwsCloud().open();
    account = new AwsAccount(cloud);
    cloud.makeBucket('lab-runs');
    account.images.add('model:2.0');
    rig = cloudRig(cloud.env());
  });
  afterEach(async () => {
    rig.close();
    await cloud.close();
  });

  const guided = async (over: Partial<AwsProfileInput> = {}) => {
    await rig.add({ ...LAB, ...over });
    return rig.guide('lab');
  };
  const failure = (check: CheckName, over: Partial<AwsProfileInput> = {}) =>
    rig.failure(check, { ...LAB, ...over });

  it('tries every step, says what it found, and leaves nothing behind', async () => {
    const { ok, results, notTried } = await guided();
    expect([...results].filter(([, result]) => !result.ok)).toEqual([]);
    expect({ ok, notTried, steps: [...results.keys()] }).toEqual({
      ok: true,
      notTried: [],
      steps: CHECKS_OF.aws,
    });
    expect(results.get('credentials')?.detail).toContain('AWS_ACCESS_KEY_ID');
    expect(results.get('identity')?.detail).toContain('arn:aws:iam::123456789012:user/ada');
    expect(results.get('permissions')?.items).toHaveLength(AWS_PERMISSIONS.length);
    expect(results.get('subnets')?.detail).toContain('room for 350 tasks');
    expect(results.get('quota')?.detail).toContain('64 vCPUs');
    expect([...cloud.s3.objects('lab-runs').keys()]).toEqual([]);
    expect(cloud.alive()).toEqual([]);
    expect(await rig.profiles.lastTest('lab')).toMatchObject({ ok: true, failed: null });
  });

  it('needs no call that is not on the list of permissions', async () => {
    await guided();
    const wanted = [...cloud.calls.keys()].map((call) => {
      const [service = '', operation = ''] = call.split(':');
      return permissionOf(service, operation);
    });
    const listed = AWS_PERMISSIONS.map(({ action }) => action);
    expect(wanted.filter((action) => action !== null && !listed.includes(action))).toEqual([]);
  });

  it('works with what the account has by default where the connection names nothing', async () => {
    const { ok, results } = await guided({ subnets: [], securityGroups: [], image: null, storage: null });
    expect(ok).toBe(true);
    expect(results.get('subnets')?.detail).toContain('subnet-0a1b2c3d, subnet-4e5f6a7b in vpc-1');
    expect(results.get('security_groups')?.detail).toContain('sg-0a1b2c3d');
    expect(results.get('cluster')?.detail).toContain('the first run makes it');
    expect(results.get('storage')).toMatchObject({ ok: false, required: false, code: 'W_NOT_NAMED' });
  });

  it('names a missing permission and what it is for', async () => {
    cloud.denied.add('ecs:RunTask').add('iam:PassRole');
    const found = await failure('permissions');
    expect(found.code).toBe('E_CLOUD_PERMISSION');
    expect(found.detail).toContain(
      'ecs:RunTask (to start tasks), iam:PassRole (to let tasks run under their roles)',
    );
    expect(found.hint).toContain('scalable connections policy lab');
    const { results } = await rig.guide('lab');
    const items = results.get('permissions')?.items ?? [];
    expect(items.filter(({ ok }) => ok === false).map(({ name }) => name)).toEqual([
      'ecs:RunTask',
      'iam:PassRole',
    ]);
  });

  it('tries with harmless reads, and says so, where it may not simulate', async () => {
    cloud.denied.add('iam:SimulatePrincipalPolicy').add('ecs:ListTasks');
    const found = await failure('permissions');
    expect(found.detail).toMatch(/^You lack ecs:ListTasks .*iam:SimulatePrincipalPolicy is not allowed/);
    const { results } = await rig.guide('lab');
    const items = results.get('permissions')?.items ?? [];
    expect(items.find(({ name }) => name === 'ecs:RunTask')?.ok).toBeNull();
    expect(items.find(({ name }) => name === 'ec2:DescribeSubnets')?.ok).toBe(true);
    expect(cloud.alive()).toEqual([]);
  });

  it('stops at a region that does not exist, with the one that was meant', async () => {
    const found = await failure('region', { region: 'eu-cental-1' });
    expect(found).toMatchObject({ code: 'E_CLOUD_REGION' });
    expect(found.detail).toContain('no region eu-cental-1; did you mean eu-central-1?');
    expect((await rig.guide('lab')).notTried).toContain('storage');
  });

  it('says how to enable a region that the account has not', async () => {
    expect((await failure('region', { region: 'ap-east-1' })).hint).toContain(
      'enable-region --region-name ap-east-1',
    );
  });

  it('says in one sentence that the credentials have expired', async () => {
    cloud.expired = true;
    const found = await failure('identity');
    expect(found.code).toBe('E_CREDENTIALS_EXPIRED');
    expect(found.detail).toBe('The AWS credentials of the connection lab have expired.');
  });

  it('knows keys that AWS does not know', async () => {
    rig.close();
    rig = cloudRig({ ...cloud.env(), AWS_SECRET_ACCESS_KEY: 'another' });
    expect(await failure('identity')).toMatchObject({ code: 'E_CREDENTIALS_DENIED' });
  });

  it('says where to get credentials when there are none', async () => {
    rig.close();
    rig = cloudRig({ AWS_ENDPOINT_URL: cloud.server.url, AWS_REGION: 'eu-central-1' });
    expect(await failure('credentials')).toMatchObject({ code: 'E_CREDENTIALS_MISSING' });
    await rig.add({ ...LAB, name: 'other', profile: 'nobody' });
    const { results } = await rig.guide('other');
    expect(results.get('credentials')?.detail).toContain('no AWS credentials for the profile nobody');
  });

  it('is connected to when a run begins, also where only the target says the region', async () => {
    const { AWS_REGION: _, ...env } = cloud.env();
    rig.close();
    rig = cloudRig(env);
    await rig.add(LAB);
    await rig.add({ ...LAB, name: 'gone', region: 'eu-central-1', profile: 'nobody' });
    await expect(rig.sites.connect('lab')).resolves.toBeUndefined();
    await expect(rig.sites.connect('gone')).rejects.toMatchObject({ code: 'E_CREDENTIALS_MISSING' });
    expect(await rig.sites.workDir('lab')).toBeNull();
    await expect(rig.sites.site('lab')).rejects.toMatchObject({ code: 'E_CONNECTION_KIND' });
  });

  it('wants a region from somewhere', async () => {
    rig.close();
    const { AWS_REGION: _, ...env } = cloud.env();
    rig = cloudRig(env);
    expect(await failure('credentials')).toMatchObject({ code: 'E_CLOUD_REGION' });
  });

  it('refuses a quota of zero, and says how to ask for more', async () => {
    account.quotas.set('L-3032A538', 0).set('L-36FBB829', 0);
    const found = await failure('quota');
    expect(found.code).toBe('E_QUOTA');
    expect(found.hint).toContain('--quota-code L-3032A538');
    const { results } = await rig.guide('lab');
    expect(results.get('spot_quota')).toMatchObject({ ok: false, required: false, code: 'E_QUOTA' });
  });

  it('falls back to the default of a quota that was never changed', async () => {
    account.quotas.clear();
    expect((await guided()).results.get('quota')?.detail).toContain('6 vCPUs');
  });

  it.each([
    ['subnets', { subnets: ['subnet-0a1b2c3d', 'subnet-deadbeef'] }, 'E_CLOUD_SUBNETS', 'no such subnet'],
    ['subnets', { subnets: ['subnet-0a1b2c3d', 'subnet-0f0f0f0f'] }, 'E_CLOUD_SUBNETS', 'lie in 2 networks'],
    [
      'security_groups',
      { securityGroups: ['sg-deadbeef'] },
      'E_CLOUD_SECURITY_GROUPS',
      'no such security group',
    ],
    [
      'security_groups',
      { securityGroups: ['sg-0f0f0f0f'] },
      'E_CLOUD_SECURITY_GROUPS',
      'is of the network vpc-2',
    ],
    ['security_groups', { securityGroups: ['sg-0c0c0c0c'] }, 'E_CLOUD_SECURITY_GROUPS', 'let nothing out'],
    ['cluster', { cluster: 'labs' }, 'E_CLOUD_CLUSTER', 'no ECS cluster labs'],
    ['task_role', { taskRoleArn: 'arn:aws:iam::123456789012:role/gone' }, 'E_CLOUD_ROLE', 'no role gone'],
    ['task_role', { taskRoleArn: 'arn:aws:iam::123456789012:role/runs' }, 'E_CLOUD_ROLE', 'may not take on'],
    ['storage', { storage: 's3://nobodys-runs' }, 'E_CLOUD_STORAGE', 'no bucket nobodys-runs'],
    [
      'image',
      { image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/model:9.9' },
      'E_CLOUD_IMAGE',
      'cannot be pulled: Requested image not found',
    ],
    [
      'image',
      { image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/modle:2.0' },
      'E_CLOUD_IMAGE',
      "'modle' does not exist",
    ],
  ] as const)('finds what is wrong with %s %j', async (check, over, code, words) => {
    const found = await failure(check, over as Partial<AwsProfileInput>);
    expect(found).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
    expect(found.detail).toContain(words);
  });

  it('names what is missing to use the bucket, of the person and of the tasks', async () => {
    cloud.denied.add('s3:PutObject');
    expect(await failure('storage')).toMatchObject({
      code: 'E_CLOUD_PERMISSION',
      detail: 'You lack the permission s3:PutObject to write to the bucket.',
    });
    cloud.denied.clear();
    account.roles.set('scalable-task', {
      ...account.roles.get('scalable-task')!,
      denied: new Set(['s3:PutObject']),
    });
    const { results } = await rig.guide('lab');
    expect(results.get('task_role')?.detail).toContain('lack s3:PutObject on s3://lab-runs/study');
  });

  it('takes on a role with the code of a device, asked once for all services', async () => {
    account.mfa.set('runs', '424242');
    rig.answers.push('424242');
    const { ok, results } = await guided({
      roleArn: 'arn:aws:iam::123456789012:role/runs',
      mfaSerial: 'arn:aws:iam::123456789012:mfa/ada',
    });
    expect([...results].filter(([, result]) => !result.ok)).toEqual([]);
    expect(ok).toBe(true);
    expect(rig.asked).toMatchObject([
      { kind: 'secret', what: 'code', subject: 'arn:aws:iam::123456789012:mfa/ada' },
    ]);
    expect(account.taken).toEqual([{ role: 'runs', code: '424242' }]);
    expect(results.get('identity')?.detail).toContain('assumed-role/runs');
  });

  it('says when a code was wrong, not given, or the role may not be taken on', async () => {
    account.mfa.set('runs', '424242');
    rig.answers.push('000000');
    const role = {
      roleArn: 'arn:aws:iam::123456789012:role/runs',
      mfaSerial: 'arn:aws:iam::123456789012:mfa/ada',
    };
    expect(await failure('credentials', role)).toMatchObject({
      code: 'E_CREDENTIALS_MFA',
      detail: expect.stringContaining('did not take the MFA code'),
    });
    const { results } = await rig.guide('lab');
    expect(results.get('credentials')).toMatchObject({
      code: 'E_CREDENTIALS_MFA',
      detail: expect.stringContaining('nobody gave it'),
    });
    await rig.add({ ...LAB, name: 'other', roleArn: 'arn:aws:iam::123456789012:role/boss' });
    const other = await rig.guide('other');
    expect(other.results.get('credentials')).toMatchObject({ code: 'E_CREDENTIALS_DENIED' });
  });

  it('leaves people alone for a while when nobody gave a code, until somebody tests the connection', async () => {
    account.mfa.set('runs', '424242');
    const role = {
      roleArn: 'arn:aws:iam::123456789012:role/runs',
      mfaSerial: 'arn:aws:iam::123456789012:mfa/ada',
    };
    await rig.add({ ...LAB, ...role });
    const { credentials } = await rig.sites.aws('lab', {});
    const ask = credentials as () => Promise<unknown>;
    for (let i = 0; i < 3; i++) await expect(ask()).rejects.toMatchObject({ code: 'E_CREDENTIALS_MFA' });
    expect(rig.asked).toHaveLength(1);
    rig.answers.push('424242');
    expect((await rig.guide('lab')).results.get('identity')?.ok).toBe(true);
    await expect(ask()).resolves.toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA/) });
    expect(rig.asked).toHaveLength(2);
  });

  it('renews a role before it ends, and uses what is still good when that fails', async () => {
    let now = Date.now();
    const profile = awsProfileSchema.parse({ ...LAB, roleArn: 'arn:aws:iam::123456789012:role/runs' });
    const source = new AwsCredentialSource({
      profile,
      of: ownerOf(profile, null),
      region: 'eu-central-1',
      endpointUrl: cloud.server.url,
      prompts: noPrompts,
      clock: { now: () => now },
      signal: new AbortController().signal,
    });
    const minutes = (more: number) => {
      now += more * 60_000;
      return source.get().then(({ accessKeyId }) => accessKeyId);
    };
    const first = await minutes(0);
    expect(await minutes(50)).toBe(first);
    const second = await minutes(6);
    expect(second).not.toBe(first);
    account.roles.delete('runs');
    expect(await minutes(2)).toBe(second);
    await expect(minutes(5)).rejects.toMatchObject({ code: 'E_CREDENTIALS_DENIED' });
  });

  it('asks for the code that a profile of ~/.aws/config wants', async () => {
    rig.close();
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...env } = cloud.env();
    rig = cloudRig(env);
    rig.write(
      '.aws/credentials',
      `[base]\naws_access_key_id=${AWS_ACCESS_KEY_ID}\naws_secret_access_key=${AWS_SECRET_ACCESS_KEY}\naws_session_token=${AWS_SESSION_TOKEN}\n`,
    );
    rig.write(
      '.aws/config',
      '[profile runs]\nrole_arn = arn:aws:iam::123456789012:role/runs\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/ada\nregion = eu-central-1\n',
    );
    account.mfa.set('runs', '424242');
    rig.answers.push('424242');
    const { results } = await guided({ profile: 'runs', region: null });
    expect(results.get('credentials')?.detail).toContain('the profile runs of ~/.aws');
    expect(results.get('identity')?.detail).toContain('assumed-role/runs');
    expect(rig.asked).toHaveLength(1);
  });

  it('does not believe an answer that is no identity', async () => {
    account.arn = 'arn:aws:iam::nobody';
    expect(await failure('identity')).toMatchObject({ code: 'E_CLOUD_ANSWER' });
  });

  it('says when nothing answers at the endpoint', async () => {
    const found = await failure('identity', { endpointUrl: 'http://127.0.0.1:9' });
    expect(found.code).toBe('E_SITE_UNREACHABLE');
  });
});
