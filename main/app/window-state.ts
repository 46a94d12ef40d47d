import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import type { Logger } from '../platform/logger.ts';
import { readJsonFile, writeFileAtomically } from '../workspaces/json-file.ts';
import { type Bounds, parseBounds } from './window-bounds.ts';

/** Remembers where the window was. Losing it is no harm, so a failure is logged and nothing more. */
export class WindowState {
  readonly #path: string;
  readonly #logger: Logger;

  constructor(configFolder: string, logger: Logger) {
    this.#path = join(configFolder, 'window.json');
    this.#logger = logger;
  }

  async read(): Promise<{ bounds: Bounds | null; maximized: boolean }> {
    try {
      const saved = await readJsonFile(this.#path);
      const maximized =
        typeof saved === 'object' && saved !== null && 'maximized' in saved && saved.maximized === true;
      return { bounds: parseBounds(saved), maximized };
    } catch (error) {
      this.#logger.log('warn', 'Window place not read', { error: String(error) });
      return { bounds: null, maximized: false };
    }
  }

  /** Saves when the window closes: the size it has when it is not maximised. */
  follow(window: BrowserWindow): void {
    window.on('close', () => {
      const state = { ...window.getNormalBounds(), maximized: window.isMaximized() };
      writeFileAtomically(this.#path, `${JSON.stringify(state)}\n`).catch((error: unknown) =>
        this.#logger.log('warn', 'Window place not saved', { error: String(error) }),
      );
    });
  }
}
