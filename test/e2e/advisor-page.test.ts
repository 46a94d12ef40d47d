import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { eventsOf } from '../fixtures/telemetry/events-of-rows.ts';
import { energyRows } from '../unit/advisor/fixtures.ts';
import { newHome, openApp, type TestApp, type TestHome, writeProject } from './support/app.ts';
import { describeInBrowser } from './support/browser.ts';
import { expectPicture, openProject, stopAtFirstFailure } from './support/walk.ts';

const MANIFEST = `version: 1
project: { name: energy }
targets:
  local: { provider: local }
components:
  demeter: { cpus: 2, memory: 2G }
tasks:
  simulate: { component: demeter, command: "true" }
objectives: { objective: balance, policy: aggressive }
`;

const DAY_MS = 86_400_000;

/** The advisor's page over 96 recorded attempts in 8 runs, a day apart, used as a person would. Each step builds on those before. */
describeInBrowser('the advisor’s page', () => {
  let home: TestHome;
  let app: TestApp;
  let page: Page;

  beforeAll(async () => {
    home = await newHome();
    const folder = await writeProject(home, 'study', { 'scalable.yaml': MANIFEST });
    const workspace = await openWorkspace(folder, { access: 'write' });
    const rows = energyRows(96).map((row, i) => {
      const later = (i % 8) * DAY_MS;
      return { ...row, startedAt: row.startedAt! + later, finishedAt: row.finishedAt + later };
    });
    for (const runId of new Set(rows.map((row) => row.runId)))
      await workspace.store.append(
        eventsOf(
          runId,
          rows.filter((row) => row.runId === runId),
        ),
      );
    await workspace.close();
    app = await openApp({ home });
    page = app.page;
  });
  afterAll(async () => {
    await app?.close();
    await home?.remove();
  });
  stopAtFirstFailure();

  const tab = (name: string) => page.getByRole('tab', { name }).click();
  const panel = () => page.getByRole('tabpanel');
  const trust = () => page.getByRole('region', { name: 'When not to trust this' });

  it('says how much there is, how varied, and what so much allows', async () => {
    await openProject(page, 'study');
    await page.getByRole('link', { name: 'Advisor' }).click();
    await panel()
      .getByText(/^The task known best was measured in 8 runs: basic predictions\./)
      .waitFor();
    await panel()
      .getByRole('row', { name: /num_nodes/ })
      .waitFor();
    await panel().getByText('Nothing: memory, time and inputs of every attempt are known.').waitFor();
    await trust()
      .getByText(/^Nothing was trained yet: plans learn on the spot/)
      .waitFor();
  });

  it('trains, draws what it found, and keeps saying when not to trust it', async () => {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: 'Train again' }).waitFor({ timeout: 120_000 });
    const report = panel().getByRole('region', { name: 'simulate' });
    for (const described of [
      /predicted against measured\. 96 held-out values/,
      /promised and found coverage\. Share of held-out values/,
      /error by fold\. Mean error of peak memory by fold: fold 1/,
      /learning curve\. Mean error of predicted memory/,
      /drift of inputs\./,
      /wastage by method\. manifest as first written: /,
    ])
      await expectPicture(report, described);
    await trust()
      .getByText(/It was learned from .*num_nodes/)
      .waitFor();
    for (const name of ['What if', 'Tune', 'Apply to manifest']) {
      await tab(name);
      expect(await trust().isVisible()).toBe(true);
    }
  });

  it('says how it did in order of time, fold by fold, too', async () => {
    await tab('Report');
    const report = panel().getByRole('region', { name: 'simulate' });
    await report
      .getByText(/^In order of time, each sized from its past only, \d+ tasks would have/)
      .waitFor();
    await report.getByText('folds of cross-validation in numbers').click();
    for (const name of ['Runs held out in turn', 'In order of time'])
      await report
        .getByRole('table', { name })
        .getByRole('columnheader', { name: /Pinball/ })
        .waitFor();
  });

  it('keeps saying when not to trust it in a small window, however far it is scrolled', async () => {
    await page.setViewportSize({ width: 900, height: 700 });
    await panel().getByText('Would more runs help?').scrollIntoViewIfNeeded();
    const place = await trust().boundingBox();
    expect(place?.y).toBeGreaterThanOrEqual(0);
    expect(place?.y).toBeLessThan(200);
    const reached = page.getByRole('tab', { name: 'Report' });
    await reached.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await reached.focus();
    const above = async () => {
      const [focused, over] = [await reached.boundingBox(), await trust().boundingBox()];
      return focused!.y - (over!.y + Math.min(over!.height, 9.5 * 16));
    };
    await expect.poll(above, { timeout: 20_000 }).toBeGreaterThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it('answers what-if while a slider moves, with the distribution and its lines', async () => {
    await tab('What if');
    const answer = panel()
      .getByRole('status')
      .filter({ hasText: /Ask for/ });
    await answer.waitFor();
    const asked = async () => Number(/Ask for ([\d.]+) MB/.exec(await answer.innerText())?.[1]);
    const slider = panel().getByRole('slider', { name: 'num_nodes, slider' });
    await slider.press('Home');
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(0);
    const small = await settled(asked);
    await expectPicture(
      panel(),
      /predicted peak memory\. Half of such instances stay under .* Asked for in turn: /,
    );
    for (let press = 0; press < 60; press++) await slider.press('ArrowRight');
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(small);
    await expectPicture(panel(), /request at other inputs\. .*num_nodes: /);
    await panel()
      .getByRole('region', { name: 'Evidence' })
      .getByText(/^Learned model/)
      .waitFor();
  });

  it('asks for more where failing is never wanted', async () => {
    const answer = panel()
      .getByRole('status')
      .filter({ hasText: /Ask for/ });
    const asked = async () => Number(/Ask for ([\d.]+) MB/.exec(await answer.innerText())?.[1]);
    const balanced = await settled(asked);
    await panel().getByText('Never fail').click();
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(balanced);
    const sure = await settled(asked);
    await panel().getByText('Frugal').click();
    await expect.poll(asked, { timeout: 20_000 }).toBeLessThan(sure);
  });

  it('compares every kind of model in one table and one picture', async () => {
    await tab('Compare models');
    await panel().getByText('Nothing compared yet').waitFor();
    await panel().getByRole('button', { name: 'Compare', exact: true }).click();
    const table = page.getByRole('table', { name: 'Models side by side' });
    await table.waitFor({ timeout: 150_000 });
    const names = await table.getByRole('row').locator('td:first-child').allInnerTexts();
    expect(names).toEqual([
      'Linear',
      'Random forest',
      'Gradient boosting',
      'Auto (mixture)',
      'Quantiles',
      'Manifest',
    ]);
    const last = await table.getByRole('columnheader', { name: 'In use' }).boundingBox();
    const room = await panel().boundingBox();
    expect(last!.x + last!.width).toBeLessThanOrEqual(room!.x + room!.width);
    await expectPicture(panel(), /^Wastage of simulate by model\. Linear: /);
  });

  it('goes on searching when the page is left, and stops when told', async () => {
    await tab('Tune');
    await panel().getByRole('combobox', { name: 'Strategy' }).click();
    await page.getByRole('option', { name: 'Grid' }).click();
    await panel().getByRole('textbox', { name: 'Trials' }).fill('500');
    await panel().getByRole('textbox', { name: 'Folds' }).fill('20');
    await panel().getByRole('button', { name: 'Search', exact: true }).click();
    await panel()
      .getByText(/Trying settings \d+ of 162/)
      .waitFor();
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    await page.getByRole('link', { name: 'Advisor' }).click();
    await tab('Tune');
    await panel()
      .getByText(/Trying settings \d+ of 162; best R² so far/)
      .waitFor();
    // What was tried meanwhile is there, and more comes in as it is judged.
    const tried = panel().getByRole('region', { name: 'Tried so far' });
    await expectPicture(tried, /^Settings tried for simulate\. \d+ settings tried\./);
    const count = async () => Number(/(\d+) trials?, best R²/.exec(await tried.innerText())?.[1]);
    const before = await count();
    await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(before);
    await panel().getByRole('button', { name: 'Cancel search' }).click();
    await panel().getByText('No search yet').waitFor();
  });

  it('shows every trial as a line, and trains with the best', async () => {
    await panel().getByRole('combobox', { name: 'Strategy' }).click();
    await page.getByRole('option', { name: 'Random' }).click();
    await panel().getByRole('textbox', { name: 'Trials' }).fill('5');
    await panel().getByRole('textbox', { name: 'Folds' }).fill('3');
    await panel().getByRole('button', { name: 'Search', exact: true }).click();
    await expectPicture(panel(), /^Settings tried for simulate\. 5 settings tried\. The best explains/);
    const rows = page.getByRole('table', { name: 'The best settings, on most attempts' }).getByRole('row');
    expect(await rows.count()).toBe(6);
    await panel().getByRole('button', { name: 'Train with these' }).click();
    await tab('Report');
    await panel()
      .getByRole('region', { name: 'simulate' })
      .getByText('Learned model (gradient boosting)', { exact: true })
      .waitFor({ timeout: 120_000 });
  });

  it('has nothing to judge before advice was taken, and says so', async () => {
    await tab('How the advice did');
    await panel().getByText('No advice taken yet').waitFor();
  });

  it('starts from how sure the settings want a first request', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    const wanted = page.getByRole('combobox', { name: 'How sure a first request is' });
    await wanted.click();
    await page.getByRole('option', { name: '99 %' }).click();
    await expect.poll(() => wanted.inputValue(), { timeout: 20_000 }).toBe('99 %');
    await page.getByRole('link', { name: 'Advisor' }).click();
    for (const name of ['What if', 'Apply to manifest']) {
      await tab(name);
      const asked = panel().getByRole('combobox', { name: 'How sure the request should be' });
      await expect.poll(() => asked.inputValue(), { timeout: 20_000 }).toBe('99 %');
    }
  });

  it('had nothing to complain about in all that time', () => {
    expect(app.complaints).toEqual([]);
  });
});

/** A value that was the same twice in a row: answers in flight have come. */
async function settled(read: () => Promise<number>): Promise<number> {
  let before = Number.NaN;
  await expect
    .poll(
      async () => {
        const now = await read();
        const same = now === before;
        before = now;
        return same;
      },
      { interval: 400, timeout: 20_000 },
    )
    .toBe(true);
  return before;
}
