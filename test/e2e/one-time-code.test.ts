import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProfileFile } from '../../main/connections/profile-file.ts';
import { askCodes, codeServer } from '../integration/code-server.ts';
import { newHome, openApp, type TestApp, type TestHome } from './support/app.ts';
import { NO_BROWSER } from './support/browser.ts';

const MISSING = NO_BROWSER || (existsSync('/usr/bin/ssh-keygen') ? '' : 'there is no ssh-keygen');
const title = 'a site that asks for a password and a one-time code, in the app';

describe.skipIf(MISSING)(MISSING ? `${title} (skipped: ${MISSING})` : title, () => {
  let home: TestHome;
  let app: TestApp;
  let server: Awaited<ReturnType<typeof codeServer>>;

  beforeAll(async () => {
    home = await newHome();
    for (const name of ['host', 'mine'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home.folder, name)]);
    server = await codeServer(home.folder, (connection) => askCodes(connection));
    await new ProfileFile(join(home.folder, 'config')).add({
      kind: 'ssh',
      name: 'hpc',
      host: '127.0.0.1',
      port: server.port,
      user: 'ada',
      agent: false,
      identityFile: join(home.folder, 'mine'),
      knownHostsFile: join(home.folder, 'known_hosts'),
    });
    app = await openApp({ home });
  }, 120_000);
  afterAll(async () => {
    await app?.close();
    server?.close();
    await home?.remove();
  });

  it('shows both questions in turn with what the server says, and logs in', async () => {
    const { page } = app;
    await page.goto(new URL('#/connections/hpc', page.url()).href);
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page
      .getByRole('dialog', { name: /^Is this really/ })
      .getByRole('button', { name: /^It is the same/ })
      .click();
    const password = page.getByRole('dialog', { name: /^Password for ada@127\.0\.0\.1/ });
    await password.getByText('Look at your phone').waitFor();
    await password.locator('input:not([type=checkbox])').fill('swordfish');
    await page.keyboard.press('Enter');
    const code = page.getByRole('dialog', { name: /^One-time code for ada@127\.0\.0\.1/ });
    const field = code.locator('input:not([type=checkbox])');
    await field.waitFor();
    expect(await field.getAttribute('type')).not.toBe('password'); // the server lets it be seen
    await field.fill('424242');
    await page.keyboard.press('Enter');
    const steps = page.getByRole('list', { name: 'Steps of the set-up' }).getByRole('listitem');
    await steps.filter({ hasText: 'Log in' }).getByText('Logged in as ada.').waitFor();
    await steps.filter({ hasText: 'Find Slurm' }).getByText('failed').waitFor(); // there is none
    expect(await page.content()).not.toMatch(/swordfish|424242/);
    expect(app.host.stderr()).not.toMatch(/swordfish|424242/);
    expect(app.complaints).toEqual([]);
  });
});
