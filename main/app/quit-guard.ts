export type QuitChoice = 'keep-running' | 'stop' | 'stay';

export interface QuitActions {
  isBusy(): boolean;
  /** Asks the person; called only while something runs. */
  ask(): Promise<QuitChoice>;
  /** Resolves when the last run has ended by itself. */
  runsEnded(): Promise<void>;
  /** Interrupts what runs, to be resumed, and closes every workspace. */
  close(): Promise<void>;
  hideWindows(): void;
  showWindow(): void;
  quit(): void;
  onFailure(error: unknown): void;
}

/**
 * Stands between the wish to quit and the end of the process: a run is never ended without asking, and nothing
 * ends before what was recorded is on disk.
 */
export class QuitGuard {
  readonly #actions: QuitActions;
  #state: 'open' | 'asking' | 'waiting' | 'closing' | 'closed' = 'open';

  constructor(actions: QuitActions) {
    this.#actions = actions;
  }

  /** True when the process may end now. Otherwise it calls `quit` again when it may. */
  mayQuit(): boolean {
    if (this.#state === 'closed') return true;
    // A second wish while runs finish in the background asks again; while closing there is nothing to decide.
    if (this.#state === 'open' || this.#state === 'waiting') {
      this.#state = 'asking';
      this.#decide().catch((error: unknown) => {
        this.#state = 'closed'; // it cannot be closed well, but it must be possible to quit
        this.#actions.onFailure(error);
        this.#actions.quit();
      });
    }
    return false;
  }

  async #decide(): Promise<void> {
    const choice = this.#actions.isBusy() ? await this.#actions.ask() : 'stop';
    switch (choice) {
      case 'stay':
        this.#state = 'open';
        this.#actions.showWindow();
        return;
      case 'stop':
        return this.#close();
      case 'keep-running':
        this.#state = 'waiting';
        this.#actions.hideWindows();
        await this.#actions.runsEnded();
        // Meanwhile somebody may have opened the window again or asked once more.
        if (this.#state === 'waiting') await this.#close();
        return;
    }
  }

  /** The window was opened again while runs finish: the app stays. */
  reopened(): void {
    if (this.#state === 'waiting') this.#state = 'open';
  }

  async #close(): Promise<void> {
    this.#state = 'closing';
    await this.#actions.close();
    this.#state = 'closed';
    this.#actions.quit();
  }
}
