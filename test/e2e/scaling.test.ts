import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newHome, openApp, type TestApp, type TestHome, writeProject } from './support/app.ts';
import { describeInBrowser } from './support/browser.ts';
import { expectPicture, openProject, planAndRun, stopAtFirstFailure } from './support/walk.ts';

/** Ninety seconds of work for one worker, thirty for three: long enough to be scaled by hand while it goes. */
const MANIFEST = `version: 1
project: { name: adaptive-study }
targets:
  local: { provider: local, adaptive: { minimum: 1, maximum: 3 } }
components:
  model: { cpus: 1, memory: 64M }
tasks:
  simulate:
    component: model
    command: sleep 3
    params:
      case: { range: [1, 60, 1] }
    features: [case]
scaling: { cooldown_seconds: 2 }
`;

/** A run that scales itself, watched and steered on the Scaling page as a person would. */
describeInBrowser('the Scaling page', () => {
  let home: TestHome;
  let app: TestApp;
  let page: Page;

  beforeAll(async () => {
    home = await newHome();
    await writeProject(home, 'study', { 'scalable.yaml': MANIFEST });
    app = await openApp({ home });
    page = app.page;
  });
  afterAll(async () => {
    await app?.close();
    await home?.remove();
  });
  stopAtFirstFailure();

  const row = () => page.getByRole('table', { name: 'Workers by tag' }).getByRole('row', { name: /^model/ });
  const log = () => page.getByRole('table', { name: 'Scaling decisions' });
  const wanted = async () => Number(await row().getByLabel('Workers of model wished for').innerText());
  const mode = (name: string) => page.getByRole('radio', { name, exact: true });

  it('says what would be here before the first run', async () => {
    await openProject(page, 'study');
    await page.getByRole('link', { name: 'Scaling' }).click();
    await page.getByRole('heading', { name: 'No run to scale yet' }).waitFor();
    await page.getByRole('link', { name: 'Plan a run' }).waitFor();
  });

  it('shows the live run by itself: who decides, and what is ahead', async () => {
    await page.getByRole('link', { name: 'Manifest' }).click();
    await planAndRun(page);
    await page.getByRole('link', { name: 'Scaling' }).click();
    await row().waitFor();
    expect(await mode('Automatic').isChecked()).toBe(true);
    await expectPicture(page, /^Queue, workers and use\. After .* of 60 tasks are left/);
    await page.getByRole('status', { name: 'Latest decision' }).waitFor();
  });

  it('keeps to a new ceiling at once, and refuses one below the floor', async () => {
    await page.getByText('All tags together have at most 3, as the target allows.').waitFor();
    const most = row().getByRole('textbox', { name: 'Most workers of model' });
    const fewest = row().getByRole('textbox', { name: 'Fewest workers of model' });
    await fewest.fill('4');
    await page.getByText('model cannot have at least 4 and at most 3 workers.').waitFor();
    expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
    await fewest.fill('2');
    await most.fill('2');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    await expect.poll(wanted, { timeout: 30_000 }).toBe(2);
    await expect.poll(() => row().innerText(), { timeout: 30_000 }).toMatch(/model[\s\S]*100 %/);
  });

  it('takes a new aim, budget and deadline while the run goes on', async () => {
    const rules = page.getByRole('form', { name: 'Rules' });
    await rules.getByRole('textbox', { name: 'Budget of the run' }).fill('25');
    await rules.getByRole('textbox', { name: 'Done within' }).fill('2');
    await rules.getByRole('combobox', { name: 'Aim' }).click();
    await page.getByRole('option', { name: 'Shortest time' }).click();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    await page.reload();
    await row().waitFor();
    await expect
      .poll(() => rules.getByRole('textbox', { name: 'Budget of the run' }).inputValue())
      .toBe('$25');
    expect(await rules.getByRole('textbox', { name: 'Done within' }).inputValue()).toBe('2 h of its start');
  });

  it('holds a tag that was set by hand until it is released', async () => {
    await row().getByRole('button', { name: 'One worker of model more' }).click();
    await row().getByText('by hand').waitFor();
    expect(await wanted()).toBe(3);
    await expect.poll(() => mode('Paused').isChecked()).toBe(true);
    await log().getByText('Asked for by hand.').first().waitFor();
    await row().getByRole('button', { name: 'Release model' }).click();
    await row().getByText('the scaler').waitFor();
    await expect.poll(wanted, { timeout: 30_000 }).toBe(2);
  });

  it('pauses, is switched off, and decides again', async () => {
    await page.getByText('Paused', { exact: true }).click();
    await page.getByText('Every tag keeps the workers it has.').waitFor();
    await row().getByText('by hand').waitFor();
    await page.getByText('Manual', { exact: true }).click();
    await page.getByText('The scaler is off').waitFor();
    await page.getByText('Automatic', { exact: true }).click();
    await page.getByText('the scaler decides how many workers').waitFor();
    await row().getByText('the scaler').waitFor();
  });

  it('asks once before there are no workers, and names what would wait', async () => {
    await row().getByRole('button', { name: 'One worker of model fewer' }).click();
    await row().getByRole('button', { name: 'One worker of model fewer' }).click();
    const dialog = page.getByRole('dialog', { name: 'No workers for model?' });
    await dialog.getByText(/waiting tasks? of model will not begin until you add a worker again/).waitFor();
    await dialog.getByRole('button', { name: 'Keep one' }).click();
    await dialog.waitFor({ state: 'detached' });
    await row().getByRole('button', { name: 'Release model' }).click();
    await row().getByText('the scaler').waitFor();
  });

  it('replays the run so far under other policies, side by side', async () => {
    const panel = page.getByRole('region', { name: 'What if' });
    await panel.getByRole('textbox', { name: 'At most, model' }).fill('20');
    await panel.getByRole('button', { name: 'Replay' }).click();
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await panel.getByText('The replay was cancelled.').waitFor();
    await Promise.all([
      panel.getByText(/^\d+ % · \S/).waitFor(),
      panel.getByRole('button', { name: 'Replay' }).click(),
    ]);
    const table = panel.getByRole('table', { name: 'Policies side by side' });
    await table.waitFor({ timeout: 60_000 });
    expect(await table.getByRole('rowheader').allInnerTexts()).toEqual([
      'As it is so far',
      'Scalable, predictive',
      'Fixed, all workers',
      'Threshold rule',
      'Dask adaptive',
      'Parsl simple',
      'Kubernetes HPA',
    ]);
    await expectPicture(panel, /^Workers over time\. As it is so far: .* Scalable, predictive: /);
    await panel
      .getByRole('status', { name: 'Comparison' })
      .getByText(/^Scalable, predictive/)
      .waitFor();
  });

  it('keeps decisions and set-up of a run that is over, with no control that does nothing', async () => {
    await page.getByRole('link', { name: 'Open the run' }).click();
    const grid = page.getByRole('grid', { name: 'Tasks of this run' });
    await grid.getByRole('columnheader', { name: 'Started' }).waitFor();
    const beyond = await grid.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(beyond, 'pixels of the task table that are out of sight').toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByRole('button', { name: 'Cancel run' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Decisions and “what if”' }).click();
    await page.getByRole('region', { name: 'How it was set up' }).getByText('the scaler').waitFor();
    await log().getByText('Asked for by hand.').first().waitFor();
    expect(await page.getByRole('button', { name: 'Apply' }).count()).toBe(0);
    expect(app.complaints).toEqual([]);
  });
});
