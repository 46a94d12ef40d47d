import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../main/platform/resources.ts';
import { electronObstacle, findElectron } from '../../scripts/lib/electron-binary.mjs';
import { newHome, type TestHome } from '../e2e/support/app.ts';

/** Why these are skipped here: `npm test` prints the same sentence at its end. */
const obstacle = electronObstacle() ?? (findElectron() ? null : 'its binary is not here');

describe.skipIf(obstacle)(`Electron itself${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let home: TestHome;
  let electron: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    home = await newHome();
    electron = await _electron.launch({
      executablePath: findElectron() ?? '',
      args: [packageRoot],
      env: Object.fromEntries(
        Object.entries(home.env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
      ),
    });
    page = await electron.firstWindow();
  });
  afterAll(async () => {
    await electron?.close();
    await home?.remove();
  });

  it('shows the first page from its own scheme', async () => {
    await page.getByText('Try the sample').first().waitFor();
    expect(page.url()).toMatch(/^app:\/\/scalable\/index\.html/);
  });
  it('gives the page the bridge and nothing of Node', async () => {
    const seen = await page.evaluate(() => ({
      bridge: Object.keys((globalThis as unknown as { scalableBridge: object }).scalableBridge),
      node: 'require' in globalThis || 'process' in globalThis || 'module' in globalThis,
    }));
    expect(seen).toEqual({ bridge: ['connect'], node: false });
  });
  it('refuses injected scripts, foreign fetches and navigation', async () => {
    const injected = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.head.append(script);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'injected' in window;
    });
    expect(injected).toBe(false);
    expect(await page.evaluate(() => fetch('http://127.0.0.1:9/').catch(() => 'refused'))).toBe('refused');
    await page.evaluate(() => {
      location.href = 'https://evil.example/';
    });
    expect(page.url()).toMatch(/^app:\/\/scalable\//);
  });
  it('does not open a second window', async () => {
    await page.evaluate(() => void window.open('https://evil.example/'));
    expect(electron.windows()).toHaveLength(1);
  });
});
