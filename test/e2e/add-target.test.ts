import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type AppRuntime, startRuntime } from '../../main/api/app-runtime.ts';
import { memorySecrets } from '../../main/connections/secrets.ts';
import { type Served, serve } from '../../main/host/serve.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { packageRoot } from '../../main/platform/resources.ts';
import { expectAccessible } from './support/axe.ts';
import { complaintsOf, describeInBrowser, launchBrowser } from './support/browser.ts';

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
  let runtime: AppRuntime;
  let host: Served;
  let page: Page;
  let projectId: string;
  let complaints: readonly string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'scalable-add-target-'));
    const env = { HOME: home, SCALABLE_CONFIG_DIR: join(home, 'config') };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const study = join(home, 'study');
    mkdirSync(study);
    writeFileSync(join(study, 'scalable.yaml'), MANIFEST);
    // How long the work takes is known from a run on this machine.
    const cli = join(packageRoot, 'main/cli/main.ts');
    execFileSync(process.execPath, [cli, 'run', '--quiet'], { cwd: study, stdio: 'ignore' });
    runtime = startRuntime({ host: 'browser', logger: silentLogger, secrets: () => memorySecrets() });
    ({ projectId } = await runtime.services.projects.open(study));
    host = await serve({ services: runtime.services });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      bypassCSP: true, // axe is put into the page as a script
    });
    context.setDefaultTimeout(30_000);
    page = await context.newPage();
    complaints = complaintsOf(page);
    await page.goto(host.issueUrl());
    await page.goto(new URL(`#/p/${projectId}/manifest`, page.url()).href);
    await page.getByRole('button', { name: 'Add a target' }).click();
  });
  afterEach(async () => {
    await page.context().close();
    await host.close();
    await runtime.close();
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

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
    const { text, report } = await runtime.services.manifests.read(projectId, 'burst');
    expect(report.errors).toEqual([]);
    expect(text).toContain('# this machine');
    expect(text).toContain('default_storage: "s3://lab-runs/study"');
    for (const said of ['region: us-east-1', 'cluster_type: fargate', 'subnet-0a1b2c3d', 'disk_gb: 40'])
      expect(text).toContain(said);
    expect(complaints).toEqual([]);
  });

  it('on Google Cloud, with the cost on the plan page', async () => {
    await form().getByText('Google Cloud', { exact: true }).click();
    await fill('Bucket for the files of runs', 'gs://lab-data/study');
    await fill('Google Cloud project', 'climate-42');
    await fill('Region', 'us-central1');
    await fill('Machine type', 'n2-standard-4');
    await (await costOf('gcp')).waitFor();
    const { text, report } = await runtime.services.manifests.read(projectId, 'gcp');
    expect(report.errors).toEqual([]);
    expect(text).toContain('machine_type: n2-standard-4');
    expect(complaints).toEqual([]);
  });

  it('and says before it is written what would not work', async () => {
    await fill('Region', 'Frankfurt');
    await form().getByRole('button', { name: 'See the change' }).click();
    const change = page.getByRole('dialog', { name: 'The target aws in the manifest' });
    await change.getByText('The target would not work like this.').waitFor();
    await change.getByText(/region must be like eu-central-1/).waitFor();
    await change.getByRole('button', { name: 'Leave it as it is' }).click();
    expect((await runtime.services.manifests.read(projectId, null)).text).toBe(MANIFEST);
  });
});
