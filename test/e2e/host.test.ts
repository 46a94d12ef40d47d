import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newHome, openApp, startHost, type TestApp } from './support/app.ts';
import { describeInBrowser } from './support/browser.ts';

describeInBrowser('the app in a browser', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await openApp();
  });
  afterAll(() => app?.close());

  it('shows its first page from the printed link, which leaves the address', async () => {
    await app.page.getByText('Try the sample').first().waitFor();
    expect(app.page.url()).not.toContain('token');
  });

  it('paints within two seconds of opening', async () => {
    const page = await app.page.context().newPage();
    await page.goto(app.page.url());
    await page.getByText('Try the sample').first().waitFor();
    const firstPaint = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    );
    expect(firstPaint).toBeLessThan(2000);
    await page.close();
  });

  it('keeps to its security policy, which runs no injected script', async () => {
    expect(app.complaints).toEqual([]);
    const page = await app.page.context().newPage();
    await page.goto(app.page.url());
    const injected = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.head.append(script);
      setTimeout('window.injected = true');
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'injected' in window;
    });
    expect(injected).toBe(false);
    await page.close();
  });

  it('loads nothing from anywhere else', async () => {
    const elsewhere: string[] = [];
    app.page.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1') elsewhere.push(request.url());
    });
    await app.page.reload();
    await app.page.getByText('Try the sample').first().waitFor();
    expect(elsewhere).toEqual([]);
  });

  it('is closed to a browser that has no key', async () => {
    const stranger = await app.browser.newContext();
    const page = await stranger.newPage();
    const answer = await page.goto(new URL('/', app.page.url()).href);
    expect(answer?.status()).toBe(403);
    await stranger.close();
  });
});

describe('the browser host as a process', () => {
  it('ends on Ctrl-C with a clean exit code and lets its projects go', async () => {
    const home = await newHome();
    const host = await startHost(home);
    expect(await host.stop('SIGINT')).toBe(0);
    expect(existsSync(join(home.folder, 'config', 'workspace.lock'))).toBe(false);
    await home.remove();
  });
  it('ends by itself when nobody looks for the time asked', async () => {
    const home = await newHome();
    const host = await startHost(home, ['--idle-timeout', '1']);
    expect(await new Promise((resolve) => host.process.once('exit', resolve))).toBe(0);
    await home.remove();
  });
  it('says in one line why it cannot have its port', async () => {
    const home = await newHome();
    const host = await startHost(home);
    const port = new URL(host.url).port;
    const second = await startHost(home, ['--port', port]).catch((error: Error) => error.message);
    expect(second).toContain('is used by another program');
    await host.stop();
    await home.remove();
  });
});
