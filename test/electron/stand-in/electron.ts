/**
 * A double of the `electron` module for tests on machines without its binary: each BrowserWindow is a Chromium page
 * that runs the real built page and the real preload. It shows that our wiring is right, not that Electron is: the
 * preload runs in the page's own world here, and `app://scalable` is carried as `http://scalable.localhost`.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Page, Route } from 'playwright';
import { launchBrowser } from '../../e2e/support/browser.ts';

const toPage = (url: string) => url.replace(/^app:\/\/scalable/, 'http://scalable.localhost');
const fromPage = (url: string) => url.replace(/^http:\/\/scalable\.localhost/, 'app://scalable');

type Handler = (request: Request) => Promise<Response>;
type BeforeRequest = (details: { url: string }, decide: (answer: { cancel?: boolean }) => void) => void;

/** What a test may set and see. */
export const control = {
  isFirstInstance: true,
  /** Index of the button that the next message boxes are answered with. */
  messageBoxAnswer: 0,
  folderChosen: null as string | null,
  messageBoxes: [] as string[],
  opened: [] as string[],
  userData: '',
  exited: Promise.withResolvers<void>(),
  menu: [] as readonly { label?: string; submenu?: unknown; click?: () => void }[],
  decidePermission: null as null | ((permission: string, url: string) => boolean),
};

let handler: Handler | null = null;
let beforeRequest: BeforeRequest | null = null;
const windows: BrowserWindow[] = [];
let browser: ReturnType<typeof launchBrowser> | null = null;

class App extends EventEmitter {
  #quitting = false;
  readonly setName = () => undefined;
  setPath(_name: string, path: string): void {
    control.userData = path;
  }
  requestSingleInstanceLock(): boolean {
    return control.isFirstInstance;
  }
  isReady(): boolean {
    return true;
  }
  whenReady(): Promise<void> {
    return Promise.resolve();
  }
  quit(): void {
    if (this.#quitting || !this.#emitPreventable('before-quit')) return;
    this.#quitting = true;
    void (async () => {
      for (const window of [...windows]) await window.closeForGood();
      await (await browser)?.close();
      browser = null;
      this.#quitting = false;
      control.exited.resolve();
    })();
  }
  #emitPreventable(name: string): boolean {
    let prevented = false;
    this.emit(name, {
      preventDefault: () => {
        prevented = true;
      },
    });
    return !prevented;
  }
}

class WebContents extends EventEmitter {
  readonly ready: Promise<Page>;
  #windowOpen: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  readonly mainFrame = { url: 'about:blank' };
  #destroyed = false;

  constructor(preload: string) {
    super();
    this.ready = this.#create(preload);
  }

  async #create(preload: string): Promise<Page> {
    browser ??= launchBrowser();
    const context = await (await browser).newContext({ viewport: { width: 1280, height: 860 } });
    const page = await context.newPage();
    await page.exposeBinding('standInSend', (_source, channel: string, ...args: unknown[]) => {
      ipcMain.emit(channel, { sender: this, senderFrame: this.mainFrame }, ...args);
    });
    await page.addInitScript({
      content: `(() => {
        const listeners = new Map();
        window.standInDispatch = (channel, ...args) => (listeners.get(channel) ?? []).forEach((l) => l({}, ...args));
        const ipcRenderer = {
          send: (channel, ...args) => void window.standInSend(channel, ...args),
          on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
        };
        const contextBridge = { exposeInMainWorld: (name, value) => { window[name] = value; } };
        const require = (name) => { if (name !== 'electron') throw new Error(name); return { ipcRenderer, contextBridge }; };
        ((require, module, exports) => {${readFileSync(preload, 'utf8')}})(require, {}, {});
      })();`,
    });
    await context.route('**/*', (route) => this.#answer(route));
    context.on('page', (popup) => {
      if (popup !== page) void popup.close();
    });
    await page.exposeBinding('standInOpen', (_source, url: string) => this.#windowOpen({ url }).action);
    await page.addInitScript(() => {
      window.open = (url) => {
        void (window as unknown as { standInOpen(url: string): void }).standInOpen(String(url));
        return null;
      };
    });
    return page;
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = fromPage(request.url());
    if (request.isNavigationRequest() && this.mainFrame.url !== 'about:blank') {
      let prevented = false;
      this.emit('will-navigate', {
        url,
        preventDefault: () => {
          prevented = true;
        },
      });
      if (prevented) return route.abort('aborted');
    }
    let cancelled = false;
    beforeRequest?.({ url }, ({ cancel }) => {
      cancelled = cancel === true;
    });
    if (cancelled || !handler || !url.startsWith('app:')) return route.abort('blockedbyclient');
    if (request.isNavigationRequest()) {
      this.mainFrame.url = url;
      this.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    }
    const response = await handler(new Request(url));
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  setWindowOpenHandler(handle: (details: { url: string }) => { action: string }): void {
    this.#windowOpen = handle;
  }
  send(channel: string, ...args: unknown[]): void {
    this.ready
      .then((page) =>
        page.evaluate(
          ([name, values]) =>
            (
              window as unknown as { standInDispatch(name: unknown, ...values: unknown[]): void }
            ).standInDispatch(name, ...(values as unknown[])),
          [channel, args] as const,
        ),
      )
      .catch((error: unknown) => {
        // What is sent to a page that is leaving is lost there too, without a word.
        const isLeaving = error instanceof Error && error.message.includes('Execution context was destroyed');
        if (!this.#destroyed && !isLeaving) throw error;
      });
  }
  reload(): void {
    void this.ready.then((page) => page.reload());
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  destroy(): void {
    this.#destroyed = true;
    this.emit('destroyed');
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents;
  readonly options: Record<string, unknown> & { webPreferences: { preload: string } };
  focused = 0;

  constructor(options: BrowserWindow['options']) {
    super();
    this.options = options;
    this.webContents = new WebContents(options.webPreferences.preload);
    windows.push(this);
  }
  static getAllWindows(): readonly BrowserWindow[] {
    return windows;
  }
  static getFocusedWindow(): BrowserWindow | null {
    return windows[0] ?? null;
  }
  async loadURL(url: string): Promise<void> {
    await (await this.webContents.ready).goto(toPage(url));
    this.emit('ready-to-show');
  }
  /** The user closes the window. */
  async close(): Promise<void> {
    await this.closeForGood();
    if (windows.length === 0) app.emit('window-all-closed');
  }
  async closeForGood(): Promise<void> {
    this.emit('close');
    windows.splice(windows.indexOf(this), 1);
    this.webContents.destroy();
    await (await this.webContents.ready).context().close();
  }
  focus(): void {
    this.focused++;
  }
  readonly show = () => undefined;
  readonly hide = () => undefined;
  readonly maximize = () => undefined;
  readonly restore = () => undefined;
  isMinimized(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return false;
  }
  isDestroyed(): boolean {
    return this.webContents.isDestroyed();
  }
  getNormalBounds() {
    const { x, y, width, height } = this.options;
    return { x, y, width, height };
  }
}

export const app = new App();
export const ipcMain = new EventEmitter();
const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } };
export const screen = { getPrimaryDisplay: () => display, getAllDisplays: () => [display] };
export const shell = {
  openExternal: async (url: string) => void control.opened.push(url),
  openPath: async (path: string) => void control.opened.push(path),
};
/** As on a machine without a keychain. */
export const safeStorage = {
  isEncryptionAvailable: () => false,
  encryptString: () => {
    throw new Error('there is no keychain');
  },
  decryptString: () => {
    throw new Error('there is no keychain');
  },
};
export const clipboard = { writeText: () => undefined };
export const protocol = {
  registerSchemesAsPrivileged: () => undefined,
  handle: (_scheme: string, handle: Handler) => {
    handler = handle;
  },
};
export const session = {
  defaultSession: {
    protocol,
    setPermissionRequestHandler: () => undefined,
    setPermissionCheckHandler: (check: (page: null, permission: string, origin: string) => boolean) => {
      control.decidePermission = (permission, url) => check(null, permission, url);
    },
    webRequest: {
      onBeforeRequest: (listener: BeforeRequest) => {
        beforeRequest = listener;
      },
    },
  },
};
export const dialog = {
  showMessageBox: async ({ message, detail = '' }: { message: string; detail?: string }) => {
    control.messageBoxes.push(detail === '' ? message : `${message} ${detail}`);
    return { response: control.messageBoxAnswer };
  },
  showOpenDialog: async () => ({
    canceled: control.folderChosen === null,
    filePaths: control.folderChosen === null ? [] : [control.folderChosen],
  }),
};
export const Menu = {
  buildFromTemplate: (template: typeof control.menu) => template,
  setApplicationMenu: (menu: typeof control.menu) => {
    control.menu = menu;
  },
};
