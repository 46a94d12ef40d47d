import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { expectAccessible } from './support/axe.ts';
import { describeInBrowser } from './support/browser.ts';
import { fakePage } from './support/fake-page.ts';
import { goByKeys, walkByTab } from './support/keyboard.ts';

type Show = (page: Page) => Promise<unknown>;

const heading =
  (name: string | RegExp): Show =>
  (page) =>
    page.getByRole('heading', { level: 1, name }).waitFor();
const opened = (path: string, ...steps: Show[]) => ({ path, steps });
const button =
  (name: string | RegExp): Show =>
  (page) =>
    page.getByRole('button', { name }).click();
const tab =
  (name: string): Show =>
  (page) =>
    page.getByRole('tab', { name }).click();
const dialog: Show = (page) => page.getByRole('dialog').waitFor();
const pictures =
  (count: number): Show =>
  (page) =>
    expect.poll(() => page.locator('canvas').count(), { timeout: 10_000 }).toBeGreaterThanOrEqual(count);

const FAILED_RUN = '#/p/PROJECT/runs/run-fake-1';

/** Every page, and what opens over it. */
const PLACES: Readonly<Record<string, { path: string; steps: readonly Show[] }>> = {
  'the start page': opened('#/projects', heading('Projects'), (page) => page.getByText('Recent').waitFor()),
  'the folder dialog': opened('#/projects', button(/^Open a project folder/), dialog),
  'the manifest': opened('#/p/PROJECT/manifest', (page) =>
    page.getByRole('textbox', { name: /^Manifest/ }).waitFor(),
  ),
  'a manifest with problems': opened('#/p/BROKEN/manifest', (page) =>
    page.getByText('Did you mean').first().waitFor(),
  ),
  'the resolved manifest': opened('#/p/PROJECT/manifest', tab('Resolved')),
  'a plan': opened(
    '#/p/PROJECT/plan',
    (page) => page.getByRole('table', { name: 'Requests by task' }).waitFor(),
    button(/instances of simulate/),
    pictures(1),
  ),
  'the runs': opened('#/p/PROJECT/runs', (page) => page.getByRole('checkbox').first().waitFor()),
  'a comparison of runs': opened(
    '#/p/PROJECT/runs',
    async (page) => {
      for (const index of [1, 2]) await page.getByRole('checkbox').nth(index).check();
    },
    button('Compare two'),
    pictures(1),
  ),
  'a question before a loss': opened(
    '#/p/PROJECT/runs',
    (page) =>
      page
        .getByRole('button', { name: /^Delete the run/ })
        .last()
        .click(),
    dialog,
  ),
  'a live run': opened(
    '#/p/PROJECT/runs/run-fake-3',
    button('Cancel run'),
    dialog,
    (page) => page.keyboard.press('Escape'),
    pictures(2),
  ),
  'a run with failures': opened(
    FAILED_RUN,
    (page) =>
      page
        .getByRole('row', { name: /^Failed/ })
        .first()
        .waitFor(),
    pictures(2),
  ),
  'a failed task': opened(
    FAILED_RUN,
    (page) =>
      page
        .getByRole('row', { name: /^Failed/ })
        .first()
        .click(),
    dialog,
    (page) => page.getByRole('region', { name: /of attempt/ }).waitFor(),
  ),
  'the report of a run': opened(FAILED_RUN, tab('Report'), pictures(2)),
  telemetry: opened('#/p/PROJECT/telemetry', heading('Telemetry'), (page) =>
    page.getByRole('cell', { name: 'simulate' }).waitFor(),
  ),
  'the advisor’s report': opened('#/p/PROJECT/advisor', pictures(4)),
  'the advisor’s data': opened('#/p/PROJECT/advisor', tab('Data'), (page) =>
    page.getByRole('row', { name: /num_nodes/ }).waitFor(),
  ),
  'a what-if': opened('#/p/PROJECT/advisor', tab('What if'), pictures(2)),
  'a comparison of models': opened(
    '#/p/PROJECT/advisor',
    tab('Compare models'),
    button('Compare'),
    (page) => page.getByRole('table', { name: 'Models side by side' }).waitFor(),
    pictures(1),
  ),
  'a search for settings': opened(
    '#/p/PROJECT/advisor',
    tab('Tune'),
    (page) => page.getByRole('tabpanel').getByRole('button', { name: 'Search' }).click(),
    (page) => page.getByRole('button', { name: 'Train with these' }).waitFor(),
    pictures(1),
  ),
  'how the advice did': opened('#/p/PROJECT/advisor', tab('How the advice did'), pictures(1)),
  'the advice': opened(
    '#/p/PROJECT/advisor',
    tab('Apply to manifest'),
    button('Show the changes'),
    dialog,
    (page) => page.getByRole('textbox', { name: 'With the advice' }).waitFor(),
  ),
  settings: opened('#/settings', heading('Settings'), (page) =>
    page.getByRole('radiogroup').first().waitFor(),
  ),
  'the command palette': opened(
    '#/p/PROJECT/plan',
    heading('Plan'),
    (page) => page.keyboard.press('ControlOrMeta+k'),
    dialog,
  ),
  'the list of shortcuts': opened(
    '#/projects',
    heading('Projects'),
    (page) => page.keyboard.press('?'),
    dialog,
  ),
  'a page that does not exist': opened('#/nowhere', (page) =>
    page.getByRole('heading', { name: 'There is no such page' }).waitFor(),
  ),
};

describeInBrowser('accessibility', () => {
  const app = fakePage();
  const { show } = app;

  it.each(Object.keys(PLACES))('axe finds nothing on %s, light or dark', async (name) => {
    const { page } = app;
    const place = PLACES[name];
    await show(place?.path ?? '');
    for (const step of place?.steps ?? []) await step(page);
    await expectAccessible(page);
  });

  it.each(['a plan', 'the runs', 'a run with failures', 'the advisor’s report', 'a what-if', 'settings'])(
    'Tab reaches everything on %s, with the focus in sight',
    async (name) => {
      const { page } = app;
      const place = PLACES[name];
      await show(place?.path ?? '');
      for (const step of place?.steps ?? []) await step(page);
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      const { missed, unmarked } = await walkByTab(page);
      expect({ missed, unmarked }).toEqual({ missed: [], unmarked: [] });
    },
  );

  it('begins with a way past the navigation', async () => {
    const { page } = app;
    await show('#/p/PROJECT/plan');
    await page.getByRole('heading', { level: 1, name: 'Plan' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByRole('main').evaluate((main) => main === document.activeElement))
      .toBe(true);
  });

  it('opens pages and actions from the palette, and closes what is open with Escape', async () => {
    const { page } = app;
    await show('#/p/PROJECT/plan');
    await page.getByRole('heading', { level: 1, name: 'Plan' }).waitFor();
    const palette = page.getByRole('dialog', { name: 'Command palette' });
    await page.keyboard.press('ControlOrMeta+k');
    await expect
      .poll(() => palette.getByRole('combobox').evaluate((field) => field === document.activeElement))
      .toBe(true);
    await page.keyboard.type('advis');
    await palette.getByRole('option', { name: /Advisor/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Advisor' }).waitFor();
    await palette.waitFor({ state: 'detached' });
    await goByKeys(page, ['g', 'r'], page.getByRole('heading', { level: 1, name: 'Runs' }));
    for (const keys of ['ControlOrMeta+k', '?']) {
      await page.keyboard.press(keys);
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });

  it('opens a task from its table without a mouse and gives the focus back', async () => {
    const { page } = app;
    await show(FAILED_RUN);
    const grid = page.getByRole('grid', { name: 'Tasks of this run' });
    await grid.getByRole('row').nth(2).waitFor();
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => grid.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('leaves the editor with Escape and Tab', async () => {
    const { page } = app;
    await show('#/p/PROJECT/manifest');
    const editor = page.getByRole('textbox', { name: /^Manifest/ });
    await editor.focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await editor.evaluate((element) => element === document.activeElement)).toBe(false);
    expect(await editor.innerText()).toContain('# A campaign of grid simulations.');
  });
});
