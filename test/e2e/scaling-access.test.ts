import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Served, serve } from '../../main/host/serve.ts';
import { fakeServices } from '../fixtures/fake-services.ts';
import { expectAccessible } from './support/axe.ts';
import { describeInBrowser, launchBrowser } from './support/browser.ts';
import { walkByTab } from './support/keyboard.ts';

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
  let browser: Browser;
  let host: Served;
  let page: Page;
  let projectId: string;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  // A new host for every test: its made-up live run is over soon.
  beforeEach(async () => {
    const services = fakeServices();
    host = await serve({ services });
    projectId = (await services.projects.recent())[0]?.projectId ?? '';
    const context = await browser.newContext({
      viewport: { width: 1280, height: 860 },
      reducedMotion: 'reduce',
      bypassCSP: true, // axe is put into the page as a script
    });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    await page.goto(host.issueUrl());
  });
  afterEach(async () => {
    await page.context().close();
    await host.close();
  });

  const show = async (place: string) => {
    const path = place.startsWith('a past run') ? PAST : LIVE;
    await page.goto(new URL(`#/p/${projectId}/scaling${path}`, page.url()).href);
    await page.locator('canvas').first().waitFor();
    await PLACES[place]?.(page);
  };

  it.each(Object.keys(PLACES))('axe finds nothing on %s, light or dark', async (place) => {
    await show(place);
    await expectAccessible(page);
  });

  it.each(['a live run', 'a past run, replayed'])(
    'Tab reaches everything on %s, with the focus in sight',
    async (place) => {
      await show(place);
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      const { missed, unmarked } = await walkByTab(page);
      expect({ missed, unmarked }).toEqual({ missed: [], unmarked: [] });
    },
  );

  it('is reached by the keys g and x, and by its name in the palette', async () => {
    await page.goto(new URL(`#/p/${projectId}/runs`, page.url()).href);
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    const scaling = page.getByRole('heading', { level: 1, name: 'Scaling' });
    // Both keys count only when they follow each other closely, which a busy machine may not manage at once.
    const pressed = async () => {
      await page.keyboard.press('g');
      await page.keyboard.press('x');
      return scaling.isVisible();
    };
    await expect.poll(pressed, { timeout: 60_000 }).toBe(true);
    await page.goto(new URL(`#/p/${projectId}/runs`, page.url()).href);
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').getByRole('combobox').fill('scaling');
    await page.getByRole('option', { name: /Scaling/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await scaling.waitFor();
  });

  it('saves the decisions and the replay as data', async () => {
    await show('a past run, replayed');
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
