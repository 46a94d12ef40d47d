import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApp, type TestApp } from './support/app.ts';
import { describeInBrowser } from './support/browser.ts';
import {
  editorOf,
  expectPicture,
  fact,
  replaceInManifest,
  saveManifest,
  startPlanned,
  stopAtFirstFailure,
  taskRows,
  tasksIn,
  trySample,
  waitForEndOfRun,
} from './support/walk.ts';

/** What a new user does in the first ten minutes, on the real sample, seen as they see it. Each step builds on those before. */
describeInBrowser('the ten-minute story', () => {
  let app: TestApp;
  let page: Page;
  const wasted: number[] = [];

  beforeAll(async () => {
    app = await openApp();
    page = app.page;
  });
  afterAll(() => app?.close());
  stopAtFirstFailure();

  /** Reads the report of the run on this page and comes back. */
  async function readReport(): Promise<{ attempts: string; wastedPercent: number }> {
    await page.getByRole('tab', { name: 'Report' }).click();
    const summary = page.getByRole('region', { name: 'Summary' });
    const attempts = await fact(summary, 'Attempts');
    const note = await page.getByText(/^Wasted: /).innerText();
    await page
      .getByText(/^Nothing failed\.$|^No task failed in the end; \d+ attempts? failed on the way\.$/)
      .waitFor();
    await page.getByRole('tab', { name: 'Course and tasks' }).click();
    return { attempts, wastedPercent: Number(/\((\d+)\s*%/.exec(note)?.[1]) };
  }

  it('opens a copy of the sample beside its outline', async () => {
    await trySample(page);
    const outline = page.getByRole('navigation', { name: 'Outline of the manifest' });
    for (const name of ['local', 'model', 'simulate', 'summarize'])
      await outline.getByRole('button', { name }).first().waitFor();
    await page.getByRole('region', { name: 'Problems' }).getByText('No problems').waitFor();
  });

  it('underlines a wrong key, lists it with its fix, and takes it back', async () => {
    await replaceInManifest(page, 'cpus: 1', 'cpu: 1');
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems
      .getByRole('button', { name: /“cpu” is not known here.*Did you mean “cpus”\?/ })
      .first()
      .click();
    const underlined = await editorOf(page)
      .getByText('cpu', { exact: true })
      .first()
      .evaluate((word) =>
        [word, word.parentElement].some(
          (part) => part && getComputedStyle(part).textDecorationLine === 'underline',
        ),
      );
    expect(underlined).toBe(true);
    await page.keyboard.press('ControlOrMeta+z');
    await problems.getByText('No problems').waitFor();
    await page.getByText('scalable.yaml · saved').waitFor();
  });

  it('completes with the names the file defines', async () => {
    await replaceInManifest(page, 'needs: [simulate]', 'needs: []');
    const outline = page.getByRole('navigation', { name: 'Outline of the manifest' });
    await outline.getByRole('button', { name: /^summarize/ }).click();
    await expect
      .poll(() => editorOf(page).evaluate((editor) => editor === document.activeElement))
      .toBe(true);
    // From the task's name down to `needs: []` and between the brackets.
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'End', 'ArrowLeft', 'Control+Space'])
      await page.keyboard.press(key);
    await page
      .getByRole('listbox')
      .getByRole('option', { name: /^simulate/ })
      .click();
    await editorOf(page).getByText('needs: [simulate]').waitFor();
  });

  it('saves a change', async () => {
    await replaceInManifest(page, 'retries: 2', 'retries: 3');
    await page.getByText('scalable.yaml · unsaved changes').waitFor();
    await saveManifest(page);
  });

  it('plans with the guesses of the manifest, says what it does not know, and runs', async () => {
    await page.getByRole('main').getByRole('button', { name: 'Plan' }).click();
    await page.getByRole('table', { name: 'Requests by task' }).waitFor();
    expect(await fact(page, 'Task instances')).toBe('49 2 tasks on local');
    expect(await fact(page, 'Workers')).toMatch(/^\d .*\d model · .*1 report$/);
    const notes = page.getByRole('list', { name: 'What to know before running' });
    await notes.getByText(/Nothing is recorded yet/).waitFor();
    const simulate = page.getByRole('row', { name: /^48 instances of simulate/ });
    expect(await simulate.innerText()).toContain('192 MB');
    await startPlanned(page);
  });

  it('shows how the run goes: progress, queue and lanes', async () => {
    await expect.poll(() => tasksIn(page, 'Succeeded'), { timeout: 60_000 }).toBeGreaterThan(0);
    const early = await tasksIn(page, 'Succeeded');
    await expectPicture(page, /^Worker lanes\. \d+ attempts? on \d+ workers?/);
    await expectPicture(page, /^Queue and workers\. Over/);
    await expect.poll(() => tasksIn(page, 'Succeeded'), { timeout: 60_000 }).toBeGreaterThan(early);
    await waitForEndOfRun(page);
    expect(await fact(page, 'Done')).toBe('49 of 49');
  });

  it('says of a task that was killed for memory what happened, with its command, log and usage', async () => {
    await expect.poll(async () => (await taskRows(page))[0]?.[5], { timeout: 20_000 }).toMatch(/[23]/);
    await page.getByRole('grid', { name: 'Tasks of this run' }).getByRole('row').nth(1).click();
    const task = page.getByRole('dialog', { name: /^simulate\./ });
    await task.getByRole('tab', { name: 'Attempt 1: out of memory' }).click();
    await task.getByText(/It needed ([\d.]+ MB and had 192 MB|more than the 192 MB it had)\./).waitFor();
    await task.getByText(/node energy-model\.mjs --nodes 1[258]00 --scenario high_renewables/).waitFor();
    await task
      .getByRole('region', { name: 'stdout of attempt 1' })
      .getByText(/factorising the covariance/)
      .waitFor();
    await expectPicture(task, /^Usage of simulate\.\d+, attempt 1\. .* of the 192 MB it asked for/);
    await page.keyboard.press('Escape');
    await task.waitFor({ state: 'detached' });
  });

  it('adds up what was asked for and used, and leads to the advisor', async () => {
    const { attempts, wastedPercent } = await readReport();
    expect(attempts).toMatch(/[2-9] failed$/);
    wasted.push(wastedPercent);
    await page.getByText(/^You asked for [\d.]+ [kMG]B·h of memory and used [\d.]+ [kMG]B·h\.$/).waitFor();
    await page.getByRole('link', { name: 'Train the advisor' }).click();
  });

  it('trains, and reports how good it is in words and pictures', async () => {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: 'Train again' }).waitFor({ timeout: 120_000 });
    const report = page.getByRole('tabpanel', { name: 'Report' }).getByRole('region', { name: 'simulate' });
    await report.getByText(/^Learned model \([a-z ]+\)$/).waitFor();
    await report.getByText(/Peak memory predictions are off by [\d.]+ MB on average.*90 %/).waitFor();
    await report
      .getByText(
        /On the runs you have it would have wasted [\d.]+ [kMG]B·h instead of [\d.]+ [kMG]B·h with the manifest as first written, \d+ % less/,
      )
      .waitFor();
    await expectPicture(report, /predicted against measured\. 48 held-out values of peak memory/);
    await expectPicture(report, /calibration\. Share of held-out values/);
    await expectPicture(report, /inputs that matter\. (scenario_type|num_nodes) \d+ %/);
  });

  it('applies its advice to the manifest, a diff first', async () => {
    await page.getByRole('tab', { name: 'Apply to manifest' }).click();
    await page.getByRole('button', { name: 'Show the changes' }).click();
    const dialog = page.getByRole('dialog', { name: 'Changes to the manifest' });
    await dialog.getByText('components.model.memory').waitFor();
    await dialog.getByRole('textbox', { name: 'The manifest now' }).getByText('192M # a guess').waitFor();
    await dialog
      .getByRole('textbox', { name: 'With the advice' })
      .getByText(/memory: (?!192)\d+M # a guess/)
      .waitFor();
    await dialog.getByRole('button', { name: 'Save the manifest' }).click();
    await dialog.getByText('The manifest is saved.').waitFor();
    await dialog.getByRole('link', { name: 'Plan the next run' }).click();
  });

  it('plans again, every simulation with a request of its own', async () => {
    await page.getByRole('button', { name: '48 instances of simulate' }).click();
    const instances = page.getByRole('table', { name: 'Instances of simulate' });
    await expect
      .poll(() => instances.getByRole('cell', { name: 'learned', exact: true }).count(), { timeout: 20_000 })
      .toBe(25);
    const memory = await instances
      .getByRole('row')
      .evaluateAll((rows) => rows.slice(1).map((row) => row.children[3]?.textContent ?? ''));
    expect(new Set(memory).size).toBeGreaterThan(3);
    expect(await fact(page, 'Predicted time')).toMatch(/\d+ (s|min)/);
  });

  it('runs again with less waste and fewer failures, and shows both runs side by side', async () => {
    await startPlanned(page);
    await waitForEndOfRun(page);
    expect(await fact(page, 'Done')).toBe('49 of 49');
    await page
      .getByText(/It wasted \d+ % less than the run before; \d attempts? failed, \d before\./)
      .waitFor();
    wasted.push((await readReport()).wastedPercent);
    expect(wasted[1]).toBeLessThan(wasted[0]!);
    await page.getByRole('link', { name: 'All runs' }).click();
    const boxes = page.getByRole('checkbox', { name: /^Compare the run/ });
    for (const index of [0, 1]) await boxes.nth(index).check();
    await page.getByRole('button', { name: 'Compare two' }).click();
    const comparison = page.getByRole('dialog', { name: 'Two runs side by side' });
    const failed = comparison.getByRole('row', { name: /^Failed attempts/ });
    await failed.waitFor();
    const [, before, after] = await failed.getByRole('cell').allInnerTexts();
    expect(Number(after)).toBeLessThan(Number(before));
    expect(await failed.innerText()).toMatch(/✓ \d+ % less/);
    await expectPicture(comparison, /^Memory requested and used in both runs/);
    await page.keyboard.press('Escape');
  });

  it('had nothing to complain about in all that time', () => {
    expect(app.complaints).toEqual([]);
  });
});
