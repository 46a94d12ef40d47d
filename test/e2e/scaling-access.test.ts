import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { expectAccessible } from './support/axe.ts';
import { describeInBrowser } from './support/browser.ts';
import { fakePage } from './support/fake-page.ts';
import { goByKeys, walkByTab } from './support/keyboard.ts';

const LIVE = '';
const PAST = '/run-fake-2';

const PLACES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'a live run': async (page) => {
    await page.getByRole('button', { name: 'One worker of model more' }).click();
    await page.getByRole('button', { name: 'Release model' }).waitFor();
    await page.getByRole('textbox', { name: 'Fewest workers of model' }).fill('9');
    await page.getByRole('alert').waitFor();
  },
  'the question before there are no workers': async (page) => {
    await page.getByRole('button', { name: 'One worker of postprocess fewer' }).click();
    await page.getByRole('dialog').waitFor();
  },
  'a past run, replayed': async (page) => {
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('table', { name: 'Policies side by side' }).waitFor();
    await expect.poll(() => page.locator('canvas').count(), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  },
};

describeInBrowser('the Scaling page for everybody', () => {
  const app = fakePage();

  const show = async (place: string) => {
    const path = place.startsWith('a past run') ? PAST : LIVE;
    await app.show(`#/p/PROJECT/scaling${path}`);
    const { page } = app;
    await page.locator('canvas').first().waitFor();
    await PLACES[place]?.(page);
  };

  it.each(Object.keys(PLACES))('axe finds nothing on %s, light or dark', async (place) => {
    const { page } = app;
    await show(place);
    await expectAccessible(page);
  });

  it.each(['a live run', 'a past run, replayed'])(
    'Tab reaches everything on %s, with the focus in sight',
    async (place) => {
      const { page } = app;
      await show(place);
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      const { missed, unmarked } = await walkByTab(page);
      expect({ missed, unmarked }).toEqual({ missed: [], unmarked: [] });
    },
  );

  it('is reached by the keys g and x, and by its name in the palette', async () => {
    const { page } = app;
    await app.show('#/p/PROJECT/runs');
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    const scaling = page.getByRole('heading', { level: 1, name: 'Scaling' });
    await goByKeys(page, ['g', 'x'], scaling);
    await app.show('#/p/PROJECT/runs');
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').getByRole('combobox').fill('scaling');
    await page.getByRole('option', { name: /Scaling/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await scaling.waitFor();
  });

  it('saves the decisions and the replay as data', async () => {
    await show('a past run, replayed');
    const { page } = app;
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    expect((await saved).suggestedFilename()).toBe('scaling-decisions.csv');
    for (const [title, format] of [
      ['Workers over time', 'Data as CSV'],
      ['Workers over time', 'Picture as SVG'],
      ['Queue, workers and use', 'Picture as PNG'],
    ] as const) {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: `Save: ${title}` }).click();
      await page.getByRole('menuitem', { name: format }).click();
      expect((await download).suggestedFilename()).toMatch(/^(workers-over-time|queue-workers-and-use)\./);
    }
  });
});
