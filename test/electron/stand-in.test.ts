import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ScalableBridge } from '../../main/api/bridge.ts';
import { newHome, type TestHome } from '../e2e/support/app.ts';
import { complaintsOf, describeInBrowser } from '../e2e/support/browser.ts';
import { app, BrowserWindow, control, ipcMain } from './stand-in/electron.ts';

vi.mock('electron', () => import('./stand-in/electron.ts'));

/**
 * The real main process, preload and page, with a double where Electron's binary would be (see the stand-in). What
 * only Electron can show is in real.test.ts.
 */
describeInBrowser('the app in a window', () => {
  let home: TestHome;
  let window: BrowserWindow;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    home = await newHome();
    process.env.HOME = home.folder;
    process.env.SCALABLE_CONFIG_DIR = home.env.SCALABLE_CONFIG_DIR;
    await import('../../main/app/entry.ts');
    window = await vi.waitFor(
      () => BrowserWindow.getAllWindows()[0] ?? Promise.reject(new Error('no window')),
    );
    page = await window.webContents.ready;
    complaints = complaintsOf(page);
    await page.getByText('Try the sample').first().waitFor();
  });
  afterAll(() => home.remove());

  /**
   * One call over the preload's bridge, as text, the way the page's own client makes it. The client reconnects when
   * its connection is taken from it, so a call that is cut off is made again.
   */
  function call(procedurePath: string, method: 'query' | 'mutation', input?: unknown): Promise<unknown> {
    return page.evaluate(
      ([path, kind, value]) => {
        const bridge = (globalThis as unknown as { scalableBridge: ScalableBridge }).scalableBridge;
        const ask = () =>
          new Promise<unknown>((resolve) => {
            const connection = bridge.connect({
              onMessage: (text) => {
                const answer = JSON.parse(text);
                if (answer.id !== 'test') return;
                resolve(answer);
                connection.close();
              },
              onClose: () => resolve(null),
            });
            connection.send(JSON.stringify({ id: 'test', method: kind, params: { path, input: value } }));
          });
        return ask().then((first) => first ?? ask());
      },
      [procedurePath, method, input] as const,
    );
  }

  it('shows its first page without a complaint, in a locked window', () => {
    expect(complaints).toEqual([]);
    expect(window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
    });
  });

  it('keeps its files in the user’s folder', () => {
    expect(control.userData.startsWith(home.folder)).toBe(true);
  });

  it('answers the API over the preload’s bridge, failures too', async () => {
    expect(await call('settings.info', 'query')).toMatchObject({ result: { data: { host: 'electron' } } });
    expect(await call('projects.open', 'mutation', { path: '/no/such/folder' })).toMatchObject({
      error: { app: { code: 'E_PROJECT_NOT_FOUND' } },
    });
  });

  it('opens the folder chosen in the native dialog', async () => {
    const folder = join(home.folder, 'study');
    await mkdir(folder);
    await writeFile(join(folder, 'scalable.yaml'), 'version: 1\n');
    control.folderChosen = folder;
    expect(await call('projects.choose', 'mutation')).toMatchObject({
      result: { data: { folder, manifestFile: 'scalable.yaml' } },
    });
    control.folderChosen = null;
    expect(await call('projects.choose', 'mutation')).toMatchObject({ result: { data: null } });
  });

  it('drops messages of any frame but its own page', () => {
    const sender = window.webContents;
    const heard = vi.spyOn(sender, 'send');
    for (const senderFrame of [
      null,
      { url: 'https://evil.example/' },
      { url: 'app://scalable/index.html' },
    ]) {
      ipcMain.emit('api:open', { sender, senderFrame });
      ipcMain.emit(
        'api:message',
        { sender, senderFrame },
        '{"id":9,"method":"query","params":{"path":"settings.info"}}',
      );
    }
    expect(heard).not.toHaveBeenCalled();
    heard.mockRestore();
  });

  it('does not leave its page, fetch from elsewhere or open windows', async () => {
    const before = page.url();
    await page.evaluate(() => {
      location.href = 'https://evil.example/';
    });
    expect(await page.evaluate(() => fetch('https://evil.example/').catch(() => 'refused'))).toBe('refused');
    await page.evaluate(() => void globalThis.open('https://evil.example/'));
    await page.evaluate(() => void globalThis.open('https://github.com/JGCRI/scalable'));
    await vi.waitFor(() => expect(control.opened).toEqual(['https://github.com/JGCRI/scalable']));
    expect(page.url()).toBe(before);
    expect(BrowserWindow.getAllWindows()).toHaveLength(1);
  });

  it('gives the page no permission but copying', () => {
    expect(control.decidePermission?.('media', 'app://scalable/')).toBe(false);
    expect(control.decidePermission?.('clipboard-sanitized-write', 'app://scalable/')).toBe(true);
  });

  it('follows the menu to a page', async () => {
    const items = control.menu.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
    items.find((item) => item.label === 'Settings…').click();
    await vi.waitFor(() => expect(page.url()).toMatch(/#\/settings$/));
  });

  it('shows its window when it is started a second time', async () => {
    const before = window.focused;
    app.emit('second-instance');
    await vi.waitFor(() => expect(window.focused).toBe(before + 1));
    expect(BrowserWindow.getAllWindows()).toHaveLength(1);
  });

  it('comes back when the page’s process is gone', async () => {
    const loaded = page.waitForEvent('load');
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
    await loaded;
    expect(await call('settings.info', 'query')).toMatchObject({ result: { data: { host: 'electron' } } });
  });

  it('saves where the window was and releases its projects when it quits', async () => {
    await window.close();
    await control.exited.promise;
    expect(control.messageBoxes).toEqual([]);
    await vi.waitFor(() => access(join(home.folder, 'config', 'window.json')));
    await expect(access(join(home.folder, 'study', '.scalable', 'workspace.lock'))).rejects.toThrow();
  });
});

describe('a second instance', () => {
  it('leaves at once and lets the first show its window', async () => {
    vi.resetModules();
    control.isFirstInstance = false;
    const quit = vi.spyOn(app, 'quit').mockImplementation(() => undefined);
    await import('../../main/app/entry.ts');
    expect(quit).toHaveBeenCalledOnce();
    expect(BrowserWindow.getAllWindows()).toHaveLength(0);
    quit.mockRestore();
  });
});
