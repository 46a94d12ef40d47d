import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newHome, openApp, startHost, type TestApp, type TestHome } from './support/app.ts';
import { describeInBrowser } from './support/browser.ts';
import {
  planAndRun,
  replaceInManifest,
  saveManifest,
  stopAtFirstFailure,
  taskRows,
  tasksIn,
  trySample,
  waitForEndOfRun,
} from './support/walk.ts';

describeInBrowser('a run that is stopped', () => {
  let home: TestHome;
  let app: TestApp;
  let page: Page;
  let restarted: Awaited<ReturnType<typeof startHost>> | undefined;

  beforeAll(async () => {
    home = await newHome();
    app = await openApp({ home });
    page = app.page;
    await trySample(page);
    await replaceInManifest(page, '[300, 1800, 300]', '[300, 900, 300]');
    await saveManifest(page);
  });
  afterAll(async () => {
    await app?.close();
    await restarted?.stop();
    await home.remove();
  });
  stopAtFirstFailure();

  it('is cancelled only when asked twice, after saying what is lost', async () => {
    await planAndRun(page);
    await expect.poll(() => tasksIn(page, 'Succeeded'), { timeout: 60_000 }).toBeGreaterThan(0);
    const dialog = page.getByRole('dialog', { name: 'Cancel this run?' });
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await dialog
      .getByText(
        /running tasks? will be ended.*waiting tasks? will not begin.*finished tasks? and their measurements are kept/,
      )
      .waitFor();
    await dialog.getByRole('button', { name: 'Keep it going' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await dialog.getByRole('button', { name: 'Cancel the run' }).click();
    await waitForEndOfRun(page, 30_000);
    expect(await tasksIn(page, 'Cancelled')).toBeGreaterThan(0);
    expect(await tasksIn(page, 'Succeeded')).toBeGreaterThan(0);
    expect(await tasksIn(page, 'Running')).toBe(0);
  });

  it('survives the kill of the app: it is shown as interrupted, resumed, and nothing is repeated', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Manifest' }).click();
    await planAndRun(page);
    const succeeded = async () => (await taskRows(page)).filter(([state]) => state === 'Succeeded');
    await expect.poll(async () => (await succeeded()).length, { timeout: 60_000 }).toBeGreaterThan(4);
    const done = await succeeded();
    await app.host.stop('SIGKILL');
    await page.getByRole('status').getByText('The connection to Scalable is gone').waitFor();

    restarted = await startHost(home);
    await page.goto(restarted.url);
    await page.getByRole('button', { name: 'energy-forecast', exact: true }).click();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).click();
    const row = page.getByRole('row', { name: /Interrupted/ });
    await row.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('heading', { level: 1, name: /^Run of/ }).waitFor();
    await expect.poll(() => tasksIn(page, 'Succeeded'), { timeout: 120_000 }).toBe(25);
    await waitForEndOfRun(page);

    for (const [, name, , , , attempts, startedAt] of done) {
      await page.getByRole('textbox', { name: 'Search tasks' }).fill(name ?? '');
      const found = async () => (await taskRows(page)).find((cells) => cells[1] === name)?.slice(5);
      await expect.poll(found, { message: name }).toEqual([attempts, startedAt]);
    }
  });
});
