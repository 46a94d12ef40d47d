import { BrowserWindow, type Session, screen, shell, type WebContents } from 'electron';
import type { Logger } from '../platform/logger.ts';
import { decideLink, mayNavigate, mayRequest, originOf, PAGE_URL } from './navigation-policy.ts';
import { mayHavePermission } from './permission-policy.ts';
import { MINIMUM_SIZE, windowBounds } from './window-bounds.ts';
import type { WindowState } from './window-state.ts';

/** Opens the window. Every setting that keeps the page in its place is written out, the defaults too. */
export async function openWindow(options: {
  readonly preload: string;
  readonly state: WindowState;
  readonly logger: Logger;
  readonly onPageGone: (window: BrowserWindow) => void;
  /** Called before the page is loaded. */
  readonly onPage: (page: WebContents) => void;
}): Promise<BrowserWindow> {
  const { bounds, maximized } = await options.state.read();
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id);
  const window = new BrowserWindow({
    ...windowBounds(
      bounds,
      [primary, ...others].map((display) => display.workArea),
    ),
    minWidth: MINIMUM_SIZE.width,
    minHeight: MINIMUM_SIZE.height,
    title: 'Scalable',
    show: false,
    webPreferences: {
      preload: options.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    window.show();
  });
  options.state.follow(window);
  keepOnPage(window, options.logger);
  reloadWhenGone(window, options);
  options.onPage(window.webContents);
  await window.loadURL(PAGE_URL);
  return window;
}

/** Nothing leaves the page: no navigation, no second window, no web view, no request beyond its own files. */
function keepOnPage(window: BrowserWindow, logger: Logger): void {
  const page = window.webContents;
  const refuse = (event: { preventDefault(): void }, url: string) => {
    if (mayNavigate(url)) return;
    event.preventDefault();
    logger.log('warn', 'Navigation refused', { origin: originOf(url) });
  };
  page.on('will-navigate', (event) => refuse(event, event.url));
  page.on('will-frame-navigate', (event) => refuse(event, event.url));
  page.on('will-redirect', (event) => refuse(event, event.url));
  page.on('will-attach-webview', (event) => event.preventDefault());
  page.setWindowOpenHandler(({ url }) => {
    // Chromium's pop-up blocker lets only a click of the user come this far.
    if (decideLink(url) === 'open-in-browser') void shell.openExternal(url);
    else logger.log('warn', 'Link refused', { origin: originOf(url) });
    return { action: 'deny' };
  });
}

/** Once for the session that all windows share. */
export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_page, permission, decide, details) =>
    decide(mayHavePermission(permission, details.requestingUrl)),
  );
  session.setPermissionCheckHandler((_page, permission, origin) =>
    mayHavePermission(permission, origin.replace(/\/$/, '')),
  );
  session.webRequest.onBeforeRequest((details, decide) => decide({ cancel: !mayRequest(details.url) }));
}

/** A page that crashes again and again would only flicker. */
const MAX_RELOADS = 3;
const RELOADS_FORGOTTEN_MS = 60_000;

/** Runs live in this process and go on; the page only has to come back. */
function reloadWhenGone(
  window: BrowserWindow,
  { logger, onPageGone }: { logger: Logger; onPageGone: (window: BrowserWindow) => void },
): void {
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    logger.log('error', 'Page process gone', { reason, exitCode });
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    reloads++;
    setTimeout(() => reloads--, RELOADS_FORGOTTEN_MS).unref();
    if (reloads <= MAX_RELOADS) window.webContents.reload();
    else onPageGone(window);
  });
  window.webContents.on('unresponsive', () => logger.log('warn', 'Page does not answer'));
  window.webContents.on('responsive', () => logger.log('info', 'Page answers again'));
}
