import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProfileFile } from '../../main/connections/profile-file.ts';
import { Wire } from '../integration/ssh-rig.ts';
import { reasonWithoutSlurm } from '../slurm/cluster/packages.ts';
import { TestCluster } from '../slurm/cluster/test-cluster.ts';
import { newHome, type RunningHost, startHost, type TestHome } from './support/app.ts';
import { complaintsOf, launchBrowser, NO_BROWSER } from './support/browser.ts';
import { stopAtFirstFailure, tasksIn, waitForEndOfRun } from './support/walk.ts';

const MISSING = NO_BROWSER || reasonWithoutSlurm();
const title = 'a run on a real Slurm, as its page shows it';

/** `slow` goes on until a file is there, so that no step depends on how fast this machine is. */
const manifest = (shared: string) => `version: 1
project: { name: climate, default_storage: ./outputs }
targets:
  hpc: { provider: slurm, connection: testbed, queue: batch, walltime: "00:20:00", max_workers: 8, chunk_target: "00:00:01" }
components:
  small: { cpus: 1, memory: 128M }
  wide: { cpus: 12, memory: 128M }
tasks:
  quick:
    component: small
    command: [sh, work.sh, "{year}", "{outputs.table}"]
    params: { year: [2020, 2030] }
    outputs: { table: file }
    scouts: off
  slow:
    component: wide
    command: [sh, work.sh, "{year}", "{outputs.table}", ${shared}/release]
    params: { year: [2040, 2050, 2060, 2070] }
    outputs: { table: file }
    scouts: off
`;
const WORK = `echo "$1" >> "$LEDGER"
echo "year $1 begins"
while [ -n "$3" ] && [ ! -e "$3" ]; do echo "year $1 goes on"; sleep 1; done
echo "result of $1" > "$2"
`;

describe.skipIf(MISSING)(MISSING ? `${title} (skipped: ${MISSING})` : title, () => {
  stopAtFirstFailure();
  const wire = new Wire();
  let cluster: TestCluster;
  let home: TestHome;
  let host: RunningHost;
  let page: Page;
  let complaints: readonly string[];
  let closeBrowser: () => Promise<void>;
  let shared: string;

  beforeAll(async () => {
    cluster = await TestCluster.start(mkdtempSync(join(tmpdir(), 'scalable-e2e-run-')));
    const { sshPort, user, keyFile, knownHosts } = cluster.facts;
    shared = mkdtempSync(join(cluster.facts.shared, 'e2e-'));
    chmodSync(shared, 0o777);
    await wire.open(sshPort);
    home = await newHome();
    // The key of the machine is known at its own port; what is between has another.
    const known = join(home.folder, 'known_hosts');
    writeFileSync(known, readFileSync(knownHosts, 'utf8').replaceAll(`:${sshPort}`, `:${wire.port}`));
    await new ProfileFile(join(home.folder, 'config')).add({
      kind: 'ssh',
      name: 'testbed',
      host: '127.0.0.1',
      port: wire.port,
      user,
      identityFile: keyFile,
      knownHostsFile: known,
      agent: false,
      workDir: `${shared}/scalable`,
      pollSeconds: 5,
    });
    // Nobody but its owner sees this folder, so the site does not either.
    const project = join(home.folder, 'climate');
    mkdirSync(project, { mode: 0o700 });
    writeFileSync(join(project, 'scalable.yaml'), manifest(shared));
    writeFileSync(join(project, 'work.sh'), `LEDGER=${shared}/ledger\n${WORK}`);
    writeFileSync(join(project, 'large.bin'), Buffer.alloc(40 * 2 ** 20, 7));
    const browser = await launchBrowser();
    closeBrowser = () => browser.close();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(60_000);
    page = await context.newPage();
    complaints = complaintsOf(page);
    host = await startHost(home);
    await page.goto(host.url);
  }, 240_000);
  afterAll(async () => {
    await closeBrowser?.();
    await host?.stop();
    await wire.close();
    await home?.remove();
    await cluster?.remove();
  }, 60_000);

  const region = (name: string) => page.getByRole('region', { name, exact: true });
  const count = (state: string) => expect.poll(() => tasksIn(page, state), { timeout: 90_000 });
  const begun = () => readFileSync(join(shared, 'ledger'), 'utf8').trim().split('\n').toSorted();

  it('copies the project first, with its progress, and can be stopped and begun again', async () => {
    await page.getByRole('button', { name: /^Open a project folder/ }).click();
    const dialog = page.getByRole('dialog');
    // What the field says is opened, also when it has not been looked at yet.
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(join(home.folder, 'climate'));
    await dialog.getByRole('button', { name: 'Open', exact: false }).last().click();
    await page.getByRole('main').getByRole('button', { name: 'Plan' }).click();
    await region('The site now').getByText('Reachable').waitFor();
    await page.getByRole('table', { name: 'Requests by task' }).waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await region('Copying the project to the site')
      .getByText(/of 40 MB; 3 of 3 files differ/)
      .waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText(/was stopped, and no run was started/).waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Run of climate' }).waitFor();
  });

  it('shows the site, the queue there in words, and a log as it grows', async () => {
    await count('Succeeded').toBe(2);
    await count('Running').toBe(3);
    await region('Site').getByText('Reachable').waitFor();
    await region('Site')
      .getByText(/^1 job: next in line; waits for free nodes/)
      .waitFor();
    await region('Site')
      .getByText(/^Nobody else waits in batch\./)
      .waitFor();
    await page
      .getByRole('row', { name: /^Running/ })
      .first()
      .click();
    const log = page.getByRole('region', { name: 'stdout of attempt 1' });
    await log.getByText(/year \d+ begins/).waitFor();
    const before = (await log.innerText()).length;
    await expect
      .poll(async () => (await log.innerText()).length, { timeout: 60_000 })
      .toBeGreaterThan(before);
  });

  it('keeps what it knows while the connection is cut, and says so', async () => {
    await wire.close();
    await page.getByText('The site does not answer: this is what was read before.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(/does not answer\.$/).waitFor();
    await region('Site').getByText('Not answering').waitFor();
    expect(await tasksIn(page, 'Running')).toBe(3);
    await wire.open(cluster.facts.sshPort);
    await page.getByRole('button', { name: 'Connect now' }).click();
    await region('Site').getByText('Reachable').waitFor();
  });

  it('keeps the project at hand on pages that belong to none', async () => {
    const main = page.getByRole('navigation', { name: 'Main' });
    await main.getByRole('link', { name: 'Connections' }).click();
    await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
    await main.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: 'Run of climate' }).waitFor();
  });

  it('changes the number of workers by tag', async () => {
    await page.getByRole('button', { name: 'One worker of wide more' }).click();
    await page.getByRole('status', { name: 'Workers of wide wished for' }).getByText('9').waitFor();
    await page.getByRole('button', { name: 'One worker of wide fewer' }).click();
  });

  it('brings the outputs of what has finished, and of one task', async () => {
    await region('Outputs').getByRole('button', { name: 'Fetch outputs' }).click();
    await region('Outputs')
      .getByText(/^2 files copied from/)
      .waitFor();
    await page
      .getByRole('row', { name: /^Succeeded/ })
      .first()
      .click();
    const own = page.getByRole('region', { name: 'Outputs of this task' });
    await own.getByRole('button', { name: 'Fetch outputs' }).click();
    await own.getByText(/^0 files copied from .*, 1 were here already\.$/).waitFor();
    await page.keyboard.press('Escape');
  });

  it('is found again by another app, goes on to its end, and nothing was done twice', async () => {
    const path = new URL(page.url()).hash;
    await host.stop('SIGKILL');
    await wire.close();
    host = await startHost(home);
    await page.goto(host.url);
    await page.goto(new URL(path, page.url()).href);
    await page
      .getByText('The app does not follow this run now; what testbed has of it goes on there.')
      .waitFor();
    writeFileSync(join(shared, 'release'), '');
    await page.getByRole('button', { name: 'Resume' }).click();
    const refused = page.getByRole('dialog', { name: 'The run was not resumed' });
    await refused.getByText('E_SSH_UNREACHABLE').waitFor();
    await wire.open(cluster.facts.sshPort);
    await refused.getByRole('button', { name: 'Try again' }).click();
    await refused.waitFor({ state: 'detached' });
    await waitForEndOfRun(page);
    await count('Succeeded').toBe(6);
    expect(begun()).toEqual(['2020', '2030', '2040', '2050', '2060', '2070']);
    await region('Outputs')
      .getByRole('button', { name: /^Fetch/ })
      .click();
    await region('Outputs')
      .getByText(/^4 files copied from .*, 2 were here already\.$/)
      .waitFor();
    const folder = await region('Outputs').locator('code').first().innerText();
    expect(folder.startsWith(join(home.folder, 'climate', 'outputs'))).toBe(true);
    expect(readFileSync(join(folder, 'slow.3', 'table'), 'utf8')).toBe('result of 2070\n');
    expect(complaints.filter((line) => !/WebSocket|ERR_CONNECTION_REFUSED/.test(line))).toEqual([]);
  });
});
