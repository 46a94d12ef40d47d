/** The Electron main process: wires the parts and decides nothing. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { configFolder } from '../workspaces/config-folder.ts';
import { showUnexpected } from './dialogs.ts';
import { fileLogger } from './log-file.ts';
import { registerPageScheme } from './page-protocol.ts';
import { startShell } from './shell.ts';

const config = configFolder({ env: process.env, platform: process.platform, home: homedir() });
const logFolder = join(config, 'logs');
app.setName('Scalable');
// Chromium's own files; the single-instance lock is per such folder, so tests and other profiles stay apart.
app.setPath('userData', join(config, 'electron'));

if (app.requestSingleInstanceLock()) {
  const logger = fileLogger(join(logFolder, 'app.log'), Date.now);
  let showing = false;
  const onFailure = (error: unknown) => {
    const stack = error instanceof Error ? error.stack : String(error);
    logger.log('error', 'Unexpected failure', { stack });
    if (showing || !app.isReady()) return;
    showing = true;
    showUnexpected(error)
      .catch((failure: unknown) => logger.log('error', 'Dialog failed', { error: String(failure) }))
      .finally(() => {
        showing = false;
      });
  };
  process.on('uncaughtException', onFailure);
  process.on('unhandledRejection', onFailure);
  registerPageScheme();
  app
    .whenReady()
    .then(() => startShell(logger, logFolder, onFailure))
    .catch(onFailure);
} else {
  // The first instance shows its window.
  app.quit();
}
