import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reasonWithoutSlurm } from '../slurm/cluster/packages.ts';
import { TestCluster } from '../slurm/cluster/test-cluster.ts';
import { newHome, openApp, type TestApp, type TestHome } from './support/app.ts';
import { NO_BROWSER } from './support/browser.ts';
import { stopAtFirstFailure, trySample } from './support/walk.ts';

const MISSING = NO_BROWSER || reasonWithoutSlurm();
const title = 'a cluster is set up in the browser, against a real Slurm over SSH';

describe.skipIf(MISSING)(MISSING ? `${title} (skipped: ${MISSING})` : title, () => {
  stopAtFirstFailure();
  let cluster: TestCluster;
  let home: TestHome;
  let app: TestApp;
  let page: Page;
  let fingerprint: string;

  beforeAll(async () => {
    cluster = await TestCluster.start(mkdtempSync(join(tmpdir(), 'scalable-e2e-slurm-')));
    const { folder, sshPort, user, keyFile } = cluster.facts;
    const printed = execFileSync('ssh-keygen', ['-lf', `${folder}/ssh/host_ed25519.pub`], {
      encoding: 'utf8',
    });
    fingerprint = printed.split(' ')[1] ?? '';
    home = await newHome();
    mkdirSync(join(home.folder, '.ssh'), { mode: 0o700 });
    writeFileSync(
      join(home.folder, '.ssh', 'config'),
      `Host testbed\n  HostName 127.0.0.1\n  Port ${sshPort}\n  User ${user}\n  IdentityFile ${keyFile}\n  IdentitiesOnly yes\n\nHost *\n  ServerAliveInterval 30\n`,
    );
    app = await openApp({ home });
    page = app.page;
  }, 240_000);
  afterAll(async () => {
    await app?.close();
    await home?.remove();
    await cluster?.remove();
  }, 60_000);

  const show = (path: string) => page.goto(new URL(path, page.url()).href);
  const knownHosts = () => readFileSync(join(home.folder, '.ssh', 'known_hosts'), 'utf8');
  const step = (name: string) =>
    page.getByRole('list', { name: 'Steps of the set-up' }).getByRole('listitem').filter({ hasText: name });
  const hostKeyDialog = () => page.getByRole('dialog', { name: /^Is this really/ });

  it('shows the key of a machine never seen, and stops when it is refused', async () => {
    await trySample(page);
    await show('#/connections');
    await page.getByRole('button', { name: 'Add a cluster' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a cluster' });
    await dialog.getByRole('button', { name: /^testbed/ }).click();
    await dialog
      .getByRole('textbox', { name: 'Work folder on the site' })
      .fill(`${cluster.facts.shared}/scalable`);
    await dialog.getByRole('button', { name: 'Save and set it up' }).click();
    await hostKeyDialog().getByText(fingerprint).waitFor();
    await hostKeyDialog().getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('Runs cannot go here yet.').waitFor();
    await step('Know its key').getByText('failed').waitFor();
    await step('Log in').getByText('not tried').waitFor();
    await page.reload();
    await page.getByText(/^Last tested .*“Know its key” failed\.$/).waitFor();
  });

  it('goes through every step when it is accepted, with a test job, and remembers the key', async () => {
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await hostKeyDialog()
      .getByRole('button', { name: /^It is the same/ })
      .click();
    await page.getByText('Ready: runs can go here.').waitFor({ timeout: 120_000 });
    for (const name of [
      'Log in',
      'Find Slurm',
      'Read partitions and accounts',
      'Ask the accounting',
      'Run a test job',
    ])
      await step(name).getByText('works', { exact: true }).waitFor();
    expect(knownHosts()).toContain(`[127.0.0.1]:${cluster.facts.sshPort}`);
    await page.getByRole('button', { name: 'Test again' }).click();
    await page.getByText('Ready: runs can go here.').waitFor({ timeout: 120_000 });
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('writes the site as a target that the manifest understands, and shows the site when planning', async () => {
    const panel = page.getByRole('region', { name: 'Use it in a project' });
    await panel.getByText(/^batch: 3 nodes with 16 CPUs/).waitFor();
    await panel.getByRole('textbox', { name: 'Name of the target' }).fill('hpc');
    await panel.getByRole('button', { name: 'Put it into the manifest' }).click();
    const dialog = page.getByRole('dialog', { name: 'The target hpc in the manifest' });
    await dialog.getByRole('textbox', { name: 'With the target' }).getByText('connection: testbed').waitFor();
    await dialog.getByRole('button', { name: 'Save the manifest' }).click();
    await dialog.getByRole('link', { name: 'Plan a run' }).click();
    await page.getByRole('combobox', { name: 'Target' }).click();
    await page.getByRole('option', { name: /hpc/ }).click();
    const site = page.getByRole('region', { name: 'The site now' });
    await site.getByText('Reachable').waitFor({ timeout: 60_000 });
    await site.getByText(/Partition batch: \d of 3 nodes idle/).waitFor();
    await page.getByRole('table', { name: 'Requests by task' }).waitFor();
  });

  it('asks for a password, again after a wrong one, and shows it nowhere', async () => {
    const { user, sshPort, password, shared } = cluster.facts;
    await show('#/connections');
    await page.getByText(/^Test passed/).waitFor();
    await page.getByRole('button', { name: 'Add a cluster' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a cluster' });
    await dialog.getByRole('textbox', { name: 'Login node' }).fill(`${user}@127.0.0.1:${sshPort}`);
    await dialog.getByRole('textbox', { name: 'Name' }).fill('by-password');
    await dialog.getByRole('textbox', { name: 'Work folder on the site' }).fill(`${shared}/scalable`);
    await dialog.getByRole('button', { name: 'Save and set it up' }).click();
    await page.getByRole('heading', { level: 1, name: 'by-password' }).waitFor();
    const asked = page.getByRole('dialog', { name: /^(Password|One-time code) for/ });
    for (const answer of ['wrong', password]) {
      const field = asked.locator('input:not([type=checkbox])');
      await field.waitFor({ timeout: 60_000 });
      expect(await field.getAttribute('type')).toBe('password');
      await expect.poll(() => field.inputValue(), { timeout: 30_000 }).toBe('');
      await field.fill(answer);
      await page.keyboard.press('Enter');
    }
    await step('Log in').getByText('works', { exact: true }).waitFor({ timeout: 60_000 });
    expect(await page.content()).not.toContain(password);
    await page.getByText('Ready: runs can go here.').waitFor({ timeout: 120_000 });
  });

  it('refuses a key that changed, with the reason and no way on', async () => {
    const { folder, sshPort } = cluster.facts;
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${folder}/ssh/other`]);
    const other = readFileSync(`${folder}/ssh/other.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const file = join(home.folder, '.ssh', 'known_hosts');
    writeFileSync(file, '');
    appendFileSync(file, `[127.0.0.1]:${sshPort} ${other}\n`);
    // A connection that is open was checked when it was made: change something, so that it is made anew.
    await show('#/connections/testbed');
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('dialog', { name: 'Change testbed' }).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText('Why the app refuses').waitFor({ timeout: 60_000 });
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(knownHosts()).toBe(`[127.0.0.1]:${sshPort} ${other}\n`);
    expect(app.complaints).toEqual([]);
  });
});
