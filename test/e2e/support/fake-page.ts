import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { AppServices } from '../../../main/api/services.ts';
import { type Served, serve } from '../../../main/host/serve.ts';
import { fakeServices } from '../../fixtures/fake-services.ts';
import { complaintsOf, launchBrowser, stillPage } from './browser.ts';

export interface FakePage {
  readonly page: Page;
  readonly services: AppServices;
  /** What the page complained about so far. */
  readonly complaints: readonly string[];
  /** Opens a path of the app; `PROJECT` and `BROKEN` stand for the first and the second project. */
  show(path: string): Promise<void>;
  /** Begins anew with other doubles. */
  reopen(services: AppServices): Promise<void>;
}

/**
 * The built page on made-up data, in a real browser: to be called in a suite, whose tests each get a host of their own,
 * because a made-up live run is over soon. Axe can be put into it.
 */
export function fakePage(make: () => AppServices = fakeServices): FakePage {
  let browser: Browser | undefined;
  let open: { readonly host: Served; readonly page: Page; readonly services: AppServices } | null = null;
  let complaints: readonly string[] = [];
  const opened = () => {
    if (open) return open;
    throw new Error('The page is open within tests only.');
  };

  async function begin(services: AppServices): Promise<void> {
    browser ??= await launchBrowser();
    const host = await serve({ services });
    const page = await stillPage(browser, { height: 860, timeoutMs: 20_000 });
    complaints = complaintsOf(page);
    open = { host, page, services };
    await page.goto(host.issueUrl());
  }
  async function end(): Promise<void> {
    const closing = open;
    open = null;
    await closing?.page.context().close();
    await closing?.host.close();
  }

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(() => begin(make()));
  afterEach(end);

  return {
    get page() {
      return opened().page;
    },
    get services() {
      return opened().services;
    },
    get complaints() {
      return complaints;
    },
    show: async (path) => {
      const { page, services } = opened();
      const [first, second] = await services.projects.recent();
      const ids: Readonly<Record<string, string | undefined>> = {
        PROJECT: first?.projectId,
        BROKEN: second?.projectId,
      };
      await page.goto(
        new URL(
          path.replace(/PROJECT|BROKEN/, (name) => ids[name] ?? name),
          page.url(),
        ).href,
      );
    },
    reopen: async (services) => {
      await end();
      await begin(services);
    },
  };
}
