import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionsService } from '../../main/api/services/connections-service.ts';
import type { SignInEvent } from '../../main/connections/aws/sso-login.ts';
import { PendingPrompts } from '../../main/connections/pending-prompts.ts';
import { memorySecrets } from '../../main/connections/secrets.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { AwsAccount } from '../doubles/aws/account.ts';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { SsoDouble } from '../doubles/aws/sso.ts';
import { cli } from '../unit/cli/fake-io.ts';
import { type CloudRig, cloudRig } from './cloud-rig.ts';
import { runGreetings } from './greetings.ts';

const START = 'https://lab.awsapps.com/start';
const CONFIG = `[sso-session lab]
sso_start_url = ${START}
sso_region = eu-central-1
sso_registration_scopes = sso:account:access

[profile lab]
sso_session = lab
sso_account_id = 123456789012
sso_role_name = Research
region = eu-central-1
`;

describe('signing in with IAM Identity Center, through the real SDK on a double of AWS', () => {
  let cloud: AwsCloud;
  let account: AwsAccount;
  let sso: SsoDouble;
  let rig: CloudRig;

  beforeEach(async () => {
    cloud = await new AwsCloud().open();
    account = new AwsAccount(cloud);
    sso = new SsoDouble(account);
    rig = cloudRig({ AWS_ENDPOINT_URL: cloud.server.url });
    rig.write('.aws/config', CONFIG);
    await rig.add({ kind: 'aws', name: 'lab', profile: 'lab' });
  });
  afterEach(async () => {
    rig.close();
    await cloud.close();
  });

  const service = () =>
    connectionsService({
      ...rig,
      secrets: memorySecrets(),
      prompts: new PendingPrompts(systemClock),
      clock: systemClock,
    });
  const signIn = async (name = 'lab', signal = new AbortController().signal) => {
    const events: SignInEvent[] = [];
    for await (const event of service().signIn(name, signal)) events.push(event);
    return events;
  };
  const cached = (key: string) =>
    join(rig.home, '.aws/sso/cache', `${createHash('sha1').update(key).digest('hex')}.json`);

  it('shows a page and a code, waits, and leaves the token where the SDK looks for it', async () => {
    expect((await rig.guide('lab')).results.get('credentials')).toMatchObject({
      code: 'E_CREDENTIALS_EXPIRED',
      detail: 'The AWS sign-in of the connection lab has expired or was never made.',
      hint: expect.stringContaining('scalable connections login lab'),
    });
    const events = await signIn();
    expect(events).toMatchObject([
      { kind: 'asked', code: 'WDDD-PLQX', url: expect.stringContaining('?user_code=WDDD-PLQX') },
      { kind: 'done' },
    ]);
    expect(sso.requests.map(({ operation }) => operation)).toEqual([
      'RegisterClient',
      'StartDeviceAuthorization',
      'CreateToken',
      'CreateToken',
    ]);
    expect(sso.requests[0]?.input).toMatchObject({ clientType: 'public', scopes: ['sso:account:access'] });
    expect(statSync(cached('lab')).mode & 0o777).toBe(0o600);
    const token = JSON.parse(readFileSync(cached('lab'), 'utf8'));
    expect(token).toMatchObject({
      startUrl: START,
      region: 'eu-central-1',
      accessToken: 'sso-token-1',
      clientId: 'client-of-the-double',
      refreshToken: 'refresh-of-the-double',
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const { results } = await rig.guide('lab');
    expect(results.get('credentials')?.detail).toContain('signed in by IAM Identity Center');
    expect(results.get('identity')?.ok).toBe(true);
  });

  it('needs no ~/.aws/config where the connection says where to sign in', async () => {
    await rig.add({
      kind: 'aws',
      name: 'own',
      region: 'eu-central-1',
      sso: { startUrl: START, region: 'eu-central-1', accountId: '123456789012', roleName: 'Research' },
    });
    await signIn('own');
    expect(statSync(cached(START)).mode & 0o777).toBe(0o600);
    expect((await rig.guide('own')).results.get('identity')?.ok).toBe(true);
  });

  it('says that a session has expired, and goes on after a new sign-in', async () => {
    await rig.add({
      kind: 'aws',
      name: 'own',
      region: 'eu-central-1',
      sso: { startUrl: START, region: 'eu-central-1', accountId: '123456789012', roleName: 'Research' },
    });
    const old = {
      startUrl: START,
      region: 'eu-central-1',
      accessToken: 'old',
      expiresAt: '2020-01-01T00:00:00Z',
    };
    rig.write(`.aws/sso/cache/${createHash('sha1').update(START).digest('hex')}.json`, JSON.stringify(old));
    expect((await rig.guide('own')).results.get('credentials')?.code).toBe('E_CREDENTIALS_EXPIRED');
    await signIn('own');
    expect((await rig.guide('own')).results.get('credentials')?.ok).toBe(true);
  });

  it('asks less often when it is told to', async () => {
    sso.refusal = 'SlowDownException';
    const began = Date.now();
    await signIn();
    // One second, then six twice: five more, as RFC 8628 wants.
    expect(Date.now() - began).toBeGreaterThan(6000);
  });

  it.each([
    ['AccessDeniedException', 'E_CREDENTIALS_DENIED'],
    ['ExpiredTokenException', 'E_CREDENTIALS_EXPIRED'],
    ['InvalidClientException', 'E_CLOUD'],
  ])('says what %s means', async (refusal, code) => {
    sso.refusal = refusal;
    await expect(signIn()).rejects.toMatchObject({ code });
    expect(() => statSync(cached('lab'))).toThrow();
  });

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://elsewhere.example/',
    'https://a:b@elsewhere.example/',
    'no address',
  ])('opens nothing but a page of the web: %s', async (verificationUriComplete) => {
    sso.answerOver = { verificationUriComplete };
    await expect(signIn()).rejects.toMatchObject({ code: 'E_CLOUD_ANSWER' });
  });

  it('stops when it is told to, and when nobody confirms in time', async () => {
    sso.pendingPolls = 1000;
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    await expect(signIn('lab', stop.signal)).rejects.toMatchObject({ code: 'E_CANCELLED' });
    sso.answerOver = { expiresIn: 1 };
    await expect(signIn()).rejects.toMatchObject({ code: 'E_CREDENTIALS_EXPIRED' });
  });

  it('refuses what cannot sign in that way', async () => {
    await rig.add({ kind: 'aws', name: 'keys' });
    await expect(signIn('keys')).rejects.toMatchObject({ code: 'E_CREDENTIALS_NO_SIGN_IN' });
  });

  it('keeps nothing of it in its own files', async () => {
    await signIn();
    const own = readFileSync(join(rig.home, 'config/connections.json'), 'utf8');
    expect(own).not.toMatch(/sso-token|refresh-of|secret/);
  });

  it('works from the command line, with the exit codes that scripts rely on', async () => {
    const call = (...args: string[]) =>
      cli(
        { cwd: rig.home, env: { ...process.env, SCALABLE_CONFIG_DIR: join(rig.home, 'config') } },
        'connections',
        ...args,
      );
    const before = await call('test', 'lab', '--format', 'json');
    expect(before.code).toBe(3);
    expect(before.json<{ checks: { code: string }[] }>().checks[0]?.code).toBe('E_CREDENTIALS_EXPIRED');
    const login = await call('login', 'lab');
    expect(login).toMatchObject({ code: 0, stdout: expect.stringContaining('Signed in to lab until') });
    expect(login.stderr).toMatch(
      /Open https:\/\/device\.sso\.\S+\nand confirm that it shows the code WDDD-PLQX/,
    );
    const after = await call('test', 'lab', '--format', 'json');
    const { ok, checks, policy } = after.json<{
      ok: boolean;
      checks: { name: string }[];
      policy: { Statement: unknown[] };
    }>();
    expect({ ok, code: after.code, first: checks[0]?.name }).toEqual({
      ok: true,
      code: 0,
      first: 'credentials',
    });
    expect(policy.Statement.length).toBeGreaterThan(3);
    cloud.denied.add('ecs:RunTask');
    const denied = await call('test', 'lab');
    expect(denied.code).toBe(3);
    expect(denied.stdout).toContain('FAIL Have the permissions: You lack ecs:RunTask (to start tasks)');
    expect(denied.stdout).toContain('"Action": [');
  });

  it('runs a manifest on AWS in the name of the connection', async () => {
    cloud.makeBucket('lab-runs');
    await signIn();
    await runGreetings(rig, 'provider: aws, connection: lab', 's3://lab-runs');
    expect(cloud.count('ecs:RunTask')).toBeGreaterThan(0);
    expect(cloud.alive()).toEqual([]);
  });
});
