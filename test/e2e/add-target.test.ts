import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { packageRoot } from '../../main/platform/resources.ts';
import { expectAccessible } from './support/axe.ts';
import { describeInBrowser, launchBrowser } from './support/browser.ts';
import { type OwnApp, openOwnApp } from './support/own-app.ts';

const MANIFEST = `version: 1
project: { name: study }
targets:
  local: { provider: local, max_workers: 2 } # this machine
components:
  model: { cpus: 1, memory: 256M }
tasks:
  simulate: { component: model, command: sleep 0.2, params: { x: [1, 2, 3] } }
`;

describeInBrowser('a target on a cloud, added by a form alone', () => {
  let browser: Browser;
  let home: string;
  let app: OwnApp;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'scalable-add-target-'));
    const env = { HOME: home, SCALABLE_CONFIG_DIR: join(home, 'config') };
    const study = join(home, 'study');
    mkdirSync(study);
    writeFileSync(join(study, 'scalable.yaml'), MANIFEST);
    // How long the work takes is known from a run on this machine.
    const cli = join(packageRoot, 'main/cli/main.ts');
    execFileSync(process.execPath, [cli, 'run', '--quiet'], {
      cwd: study,
      stdio: 'ignore',
      env: { ...process.env, ...env },
    });
    app = await openOwnApp(browser, study, env);
    ({ page } = app);
    await app.show(`#/p/${app.projectId}/manifest`);
    await page.getByRole('button', { name: 'Add a target' }).click();
  });
  afterEach(async () => {
    await app.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const read = (target: string | null) => app.runtime.services.manifests.read(app.projectId, target);
  const form = () => page.getByRole('dialog', { name: 'Add a target' });
  const fill = (label: string, text: string) =>
    form().getByRole('textbox', { name: label, exact: true }).fill(text);
  const choose = async (label: string, option: string) => {
    await form().getByRole('combobox', { name: label, exact: true }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };

  /** Writes what the form says and shows what a run there costs. */
  async function costOf(name: string): Promise<Locator> {
    await form().getByRole('button', { name: 'See the change' }).click();
    const change = page.getByRole('dialog', { name: `The target ${name} in the manifest` });
    await expectAccessible(page);
    await change.getByRole('button', { name: 'Save the manifest' }).click();
    await change.getByRole('link', { name: 'Plan a run' }).click();
    await page.getByRole('combobox', { name: 'Target' }).click();
    await page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
    return page.getByText('Prices of ');
  }

  it('on AWS, with the cost on the plan page', async () => {
    await fill('Name of the target', 'burst');
    await fill('Bucket for the files of runs', 's3://lab-runs/study');
    await fill('Region', 'us-east-1');
    await choose('Capacity', 'fargate');
    await choose('Spare capacity (spot)', 'no');
    await fill('Image', 'ghcr.io/lab/model:2.0');
    await form().getByRole('textbox', { name: 'Workers at the most' }).fill('4');
    await form().getByRole('combobox', { name: 'Subnets' }).fill('subnet-0a1b2c3d,');
    await fill('Role of the tasks', 'scalable-task');
    await form().getByText('Everything else that a target on AWS can say').click();
    await fill('Disk in GiB', '40');
    await expectAccessible(page);
    await (await costOf('burst')).waitFor();
    expect(await page.getByText('Fargate', { exact: false }).first().innerText()).toMatch(/\$\d/);
    const { text, report } = await read('burst');
    expect(report.errors).toEqual([]);
    expect(text).toContain('# this machine');
    expect(text).toContain('default_storage: "s3://lab-runs/study"');
    for (const said of ['region: us-east-1', 'cluster_type: fargate', 'subnet-0a1b2c3d', 'disk_gb: 40'])
      expect(text).toContain(said);
    expect(app.complaints).toEqual([]);
  });

  it('on Google Cloud, with the cost on the plan page', async () => {
    await form().getByText('Google Cloud', { exact: true }).click();
    await fill('Bucket for the files of runs', 'gs://lab-data/study');
    await fill('Google Cloud project', 'climate-42');
    await fill('Region', 'us-central1');
    await fill('Machine type', 'n2-standard-4');
    await (await costOf('gcp')).waitFor();
    const { text, report } = await read('gcp');
    expect(report.errors).toEqual([]);
    expect(text).toContain('machine_type: n2-standard-4');
    expect(app.complaints).toEqual([]);
  });

  it('and says before it is written what would not work', async () => {
    await fill('Region', 'Frankfurt');
    await form().getByRole('button', { name: 'See the change' }).click();
    const change = page.getByRole('dialog', { name: 'The target aws in the manifest' });
    await change.getByText('The target would not work like this.').waitFor();
    await change.getByText(/region must be like eu-central-1/).waitFor();
    await change.getByRole('button', { name: 'Leave it as it is' }).click();
    expect((await read(null)).text).toBe(MANIFEST);
  });
});
