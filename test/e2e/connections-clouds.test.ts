import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { AwsAccount } from '../doubles/aws/account.ts';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { SsoDouble } from '../doubles/aws/sso.ts';
import { GcpAccount, PROJECT } from '../doubles/gcp/account.ts';
import { expectAccessible } from './support/axe.ts';
import { describeInBrowser, launchBrowser } from './support/browser.ts';
import { walkByTab } from './support/keyboard.ts';
import { type OwnApp, openOwnApp } from './support/own-app.ts';

const AWS_CONFIG = `[sso-session lab]
sso_start_url = https://lab.awsapps.com/start
sso_region = eu-central-1

[profile lab]
sso_session = lab
sso_account_id = 123456789012
sso_role_name = Research
region = eu-central-1
`;
const MANIFEST = `version: 1
project: { name: study, default_storage: s3://lab-runs }
targets:
  local: { provider: local, max_workers: 2 } # this machine
components:
  model: { cpus: 1, memory: 256M, image: ghcr.io/lab/model:2.0 }
tasks:
  simulate: { component: model, command: echo hello }
`;

/** The app's own services and the clouds' own SDKs, with doubles of the clouds at their other end. */
describeInBrowser('connections to clouds, with doubles of AWS and Google Cloud', () => {
  let browser: Browser;
  let home: string;
  let cloud: AwsCloud;
  let account: AwsAccount;
  let sso: SsoDouble;
  let google: GcpAccount;
  let app: OwnApp;
  let runtime: OwnApp['runtime'];
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'scalable-clouds-'));
    cloud = await new AwsCloud().open();
    account = new AwsAccount(cloud);
    sso = new SsoDouble(account);
    cloud.makeBucket('lab-runs');
    google = await GcpAccount.start();
    for (const name of Object.keys(process.env))
      if (/^(?:AWS_|GOOGLE_|GCLOUD_|CLOUDSDK_)/.test(name)) vi.stubEnv(name, undefined);
    const env = {
      HOME: home,
      SCALABLE_CONFIG_DIR: join(home, 'config'),
      AWS_ENDPOINT_URL: cloud.server.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      SCALABLE_GCP_ENDPOINT: google.url,
    };
    write('.aws/config', AWS_CONFIG);
    write(
      '.config/gcloud/configurations/config_default',
      `[core]\naccount = ada@lab.example\nproject = ${PROJECT}\n[compute]\nregion = europe-west4\n`,
    );
    write(
      '.config/gcloud/application_default_credentials.json',
      JSON.stringify({
        type: 'authorized_user',
        client_id: 'c',
        client_secret: 's',
        refresh_token: 'refresh-of-ada',
      }),
    );
    write('study/scalable.yaml', MANIFEST);
    app = await openOwnApp(browser, join(home, 'study'), env);
    ({ runtime, page, complaints } = app);
  });
  afterEach(async () => {
    await app.close();
    await google.close();
    await cloud.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  };
  const show = (path: string) => app.show(path);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const step = (name: string) =>
    page.getByRole('list', { name: 'Steps of the set-up' }).getByRole('listitem').filter({ hasText: name });
  const panel = (name: string) => page.getByRole('region', { name });

  /** As people have them in their environment. */
  function haveKeys(): void {
    for (const [name, value] of Object.entries(cloud.env()))
      if (/KEY|TOKEN/.test(name)) vi.stubEnv(name, value);
  }

  async function addLab(): Promise<void> {
    await show('#/connections');
    await button('Add AWS').click();
    const dialog = page.getByRole('dialog', { name: 'Add AWS' });
    await dialog.getByRole('button', { name: /^lab/ }).click();
    await dialog.getByRole('textbox', { name: 'Bucket' }).fill('s3://lab-runs');
    await dialog.getByRole('button', { name: 'Save and test it' }).click();
    await page.getByRole('heading', { level: 1, name: 'lab' }).waitFor();
  }

  it('adds AWS from ~/.aws/config, signs in by a code, and passes every step', async () => {
    await addLab();
    await step('Find credentials').getByText('failed').waitFor();
    await step('Find credentials').getByText('has expired or was never made').waitFor();
    await expectAccessible(page);
    await panel('Sign in').getByRole('button', { name: 'Sign in' }).click();
    await panel('Sign in').getByText('WDDD-PLQX').waitFor();
    const link = panel('Sign in').getByRole('link', { name: 'Open the page of AWS' });
    expect(await link.getAttribute('href')).toContain('https://device.sso.eu-central-1.amazonaws.com/');
    await expectAccessible(page);
    await panel('Sign in').getByText('Signed in.').waitFor();
    await page.getByText('Ready: runs can go here.').waitFor();
    await step('Be known by AWS').getByText('assumed-role/Research').waitFor();
    await step('Write to the bucket')
      .getByText('s3://lab-runs can be written, read and cleaned up.')
      .waitFor();
    const kept = readdirSync(join(home, '.aws/sso/cache'));
    expect(kept.map((name) => statSync(join(home, '.aws/sso/cache', name)).mode & 0o777)).toEqual([0o600]);
    await expectAccessible(page);
    expect(sso.requests.length).toBeGreaterThanOrEqual(3);
    expect(complaints).toEqual([]);
  });

  it('names the permission that is missing, and has the policy ready to be copied', async () => {
    haveKeys();
    cloud.denied.add('ecs:RunTask');
    await runtime.services.connections.add({ kind: 'aws', name: 'keys', region: 'eu-central-1' });
    await show('#/connections/keys');
    await button('Test the connection').click();
    await page.getByText('Runs cannot go here yet.').waitFor();
    const permissions = step('Have the permissions');
    await permissions.getByText('You lack ecs:RunTask (to start tasks)').waitFor();
    expect(await permissions.getByRole('listitem').first().innerText()).toBe(
      'ecs:RunTask missing, to start tasks',
    );
    await panel('Permissions to ask for').getByText('Show the policy').click();
    const policy = JSON.parse(await panel('Permissions to ask for').locator('pre').innerText());
    expect(JSON.stringify(policy)).toContain('ecs:RunTask');
    await expectAccessible(page);
    await show('#/connections');
    await page.getByText('Test failed at “Have the permissions”').waitFor();
    await expectAccessible(page);
  });

  it('asks for the code of a device, says when it is wrong, and takes on the role with the right one', async () => {
    haveKeys();
    account.mfa.set('runs', '424242');
    await runtime.services.connections.add({
      kind: 'aws',
      name: 'role',
      region: 'eu-central-1',
      roleArn: 'arn:aws:iam::123456789012:role/runs',
      mfaSerial: 'arn:aws:iam::123456789012:mfa/ada',
    });
    await show('#/connections/role');
    for (const code of ['000000', '424242']) {
      await button(/^Test (?:the connection|again)$/).click();
      const dialog = page.getByRole('dialog', { name: /code/ });
      await dialog.getByText('mfa/ada').first().waitFor();
      await expectAccessible(page);
      await dialog.locator('input:not([type=checkbox])').fill(code);
      await page.keyboard.press('Enter');
      if (code === '000000')
        await step('Find credentials').getByText('AWS did not take the MFA code').waitFor();
    }
    await step('Be known by AWS').getByText('assumed-role/runs').waitFor();
    expect(account.taken).toEqual([{ role: 'runs', code: '424242' }]);
    expect(complaints).toEqual([]);
  });

  it('offers what the account has as a target, and writes it after the diff was seen', async () => {
    haveKeys();
    await runtime.services.connections.add({ kind: 'aws', name: 'keys', region: 'eu-central-1' });
    await show('#/connections/keys');
    const target = panel('Use it in a project');
    await target.getByRole('button', { name: 'Read from AWS' }).click();
    await expect
      .poll(() => target.locator('pre').innerText(), { timeout: 20_000 })
      .toContain('subnet-4e5f6a7b');
    const block = await target.locator('pre').innerText();
    expect(block).toContain('security_groups: [sg-0a1b2c3d]');
    expect(block).toContain('task_role_arn: "arn:aws:iam::123456789012:role/scalable-task"');
    await expectAccessible(page);
    await target.getByRole('button', { name: 'Put it into the manifest' }).click();
    const dialog = page.getByRole('dialog', { name: 'The target keys in the manifest' });
    await dialog.getByRole('button', { name: 'Save the manifest' }).click();
    await dialog.getByText('The manifest is saved.').waitFor();
    const [project] = await runtime.services.projects.recent();
    const { text, report } = await runtime.services.manifests.read(project!.projectId, 'keys');
    expect(text).toContain('# this machine');
    expect(text).toMatch(
      /keys: \{ provider: aws, connection: keys, region: eu-central-1, subnets: \[subnet-0a1b2c3d/,
    );
    expect(report.errors).toEqual([]);
  });

  it('adds Google Cloud from gcloud, and says beside the field what is wrong', async () => {
    await show('#/connections');
    await button('Add Google Cloud').click();
    const dialog = page.getByRole('dialog', { name: 'Add Google Cloud' });
    await dialog.getByRole('button', { name: new RegExp(`^${PROJECT}`) }).click();
    await dialog.getByRole('textbox', { name: 'Region' }).fill('Frankfurt');
    await dialog.getByRole('button', { name: 'Save and test it' }).click();
    await dialog.getByText('It must be a region such as europe-west4.').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('textbox', { name: 'Region' }).fill('europe-wset4');
    await dialog.getByRole('button', { name: 'Save and test it' }).click();
    await page.getByRole('heading', { level: 1, name: PROJECT }).waitFor();
    await step('Use the region').getByText('did you mean europe-west4?').waitFor();
    await button('Change').click();
    const change = page.getByRole('dialog', { name: `Change ${PROJECT}` });
    await change.getByRole('textbox', { name: 'Region' }).fill('europe-west4');
    await change.getByRole('button', { name: 'Save' }).click();
    await change.waitFor({ state: 'detached' });
    await button('Test the connection').click();
    await page.getByText('Ready: runs can go here.').waitFor();
    await expectAccessible(page);
    await panel('Permissions to ask for').getByText('Show the commands').click();
    await panel('Permissions to ask for').getByText('roles/batch.jobsEditor').waitFor();
    const target = panel('Use it in a project');
    await target.getByRole('button', { name: 'Read from Google Cloud' }).click();
    await target.getByRole('combobox', { name: 'Service account' }).click();
    await page.getByRole('option', { name: 'runs@climate-42.iam.gserviceaccount.com' }).click();
    expect(await target.locator('pre').innerText()).toContain('service_account: "runs@climate-42');
    expect(complaints).toEqual([]);
  });

  it('is reached by keyboard, all of it, and names what is lost before it removes', async () => {
    await runtime.services.connections.add({
      kind: 'gcp',
      name: 'climate',
      project: PROJECT,
      region: 'europe-west4',
    });
    await show('#/connections/climate');
    await page.getByRole('heading', { level: 1, name: 'climate' }).waitFor();
    const { missed, unmarked } = await walkByTab(page);
    expect({ missed, unmarked }).toEqual({ missed: [], unmarked: [] });
    await button('Remove').click();
    const dialog = page.getByRole('dialog', { name: 'Remove the connection climate?' });
    await dialog.getByText(/Nothing in the cloud is touched/).waitFor();
    await dialog.getByRole('button', { name: 'Remove it' }).click();
    await page.getByRole('heading', { name: 'Your clusters will be listed here' }).waitFor();
    expect(await runtime.services.connections.list()).toMatchObject({ connections: [] });
  });
});
