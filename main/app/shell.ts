import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, BrowserWindow, Menu, safeStorage, session, shell } from 'electron';
import { startRuntime } from '../api/app-runtime.ts';
import { CHANNELS } from '../api/bridge.ts';
import { apiConnector } from '../host/carrier-socket.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { packageRoot, resourcePath } from '../platform/resources.ts';
import { commandLineTool, installTool } from './command-line-tool.ts';
import {
  askToInstallTool,
  askToQuit,
  chooseFolder,
  showPageGone,
  showProblem,
  showToolInstalled,
} from './dialogs.ts';
import { IpcCarrier } from './ipc-carrier.ts';
import { menuTemplate } from './menu.ts';
import { servePage } from './page-protocol.ts';
import { QuitGuard } from './quit-guard.ts';
import { safeStorageSecrets } from './safe-storage-secrets.ts';
import { lockSession, openWindow } from './window.ts';
import { WindowState } from './window-state.ts';

/** The running app: runtime, window, menu and the way out. Called once, when Electron is ready. */
export function startShell(logger: Logger, logFolder: string, onFailure: (error: unknown) => void): void {
  const runtime = startRuntime({
    host: 'electron',
    logger,
    chooseFolder,
    secrets: (folder) => safeStorageSecrets(safeStorage, folder),
  });
  const carrier = new IpcCarrier(apiConnector(runtime.services, logger), logger);
  const state = new WindowState(runtime.configFolder, logger);
  lockSession(session.defaultSession);
  servePage(session.defaultSession.protocol, join(packageRoot, 'out', 'renderer'));

  let opening: Promise<BrowserWindow> | null = null;
  const showWindow = (): Promise<BrowserWindow> => {
    guard.reopened();
    const existing = BrowserWindow.getAllWindows()[0];
    if (existing) {
      if (existing.isMinimized()) existing.restore();
      existing.show();
      existing.focus();
      return Promise.resolve(existing);
    }
    opening ??= newWindow().finally(() => {
      opening = null;
    });
    return opening;
  };
  const newWindow = async () => {
    const window = await openWindow({
      preload: join(packageRoot, 'out', 'preload', 'index.cjs'),
      state,
      logger,
      onPageGone: (gone) => {
        showPageGone()
          .then((choice) => (choice === 'quit' ? app.quit() : gone.webContents.reload()))
          .catch(onFailure);
      },
      onPage: (page) => {
        // A reload or a crash begins a new page; what the old one listened to ends.
        page.on('did-start-navigation', (event) => {
          if (event.isMainFrame && !event.isSameDocument) carrier.end(page);
        });
        page.on('render-process-gone', () => carrier.end(page));
        page.once('destroyed', () => carrier.end(page));
      },
    });
    return window;
  };

  const guard = new QuitGuard({
    isBusy: runtime.isBusy,
    ask: () => askToQuit(runtime.liveRuns.list().length),
    runsEnded: runtime.runsEnded,
    close: runtime.close,
    hideWindows: () => {
      for (const window of BrowserWindow.getAllWindows()) window.hide();
    },
    showWindow: () => void showWindow().catch(onFailure),
    quit: () => app.quit(),
    onFailure,
  });
  app.on('before-quit', (event) => {
    if (!guard.mayQuit()) event.preventDefault();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('second-instance', () => void showWindow().catch(onFailure));
  app.on('activate', () => void showWindow().catch(onFailure));

  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate(process.platform, {
        show: (page) => {
          showWindow()
            .then((window) => window.webContents.send(CHANNELS.show, page))
            .catch(onFailure);
        },
        openLogFolder: () => void shell.openPath(logFolder),
        installTool: app.isPackaged ? () => void offerTool().catch(onFailure) : null,
      }),
    ),
  );
  showWindow().catch(onFailure);
}

/** Makes `scalable` a command of the user's terminal, after asking. */
async function offerTool(): Promise<void> {
  const tool = commandLineTool({
    platform: process.platform,
    env: process.env,
    home: homedir(),
    program: process.execPath,
    script: join(packageRoot, 'bin', 'scalable.mjs'),
    wrapper: resourcePath('cli', 'scalable'),
  });
  if (!(await askToInstallTool(tool.path))) return;
  try {
    await installTool(tool);
    await showToolInstalled(tool);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await showProblem(error);
  }
}
