export interface IdleOptions {
  readonly seconds: number;
  /** True while a run goes on: it must not be stopped because nobody looks. */
  isBusy(): boolean;
  onIdle(): void;
}

/** Counts pages; says so once when there was none for long enough and nothing is being done. */
export class IdleTimer {
  readonly #options: IdleOptions;
  #pages = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: IdleOptions) {
    this.#options = options;
    this.#arm();
  }

  pageCame(): void {
    this.#pages++;
    this.stop();
  }

  pageLeft(): void {
    this.#pages--;
    if (this.#pages === 0) this.#arm();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(): void {
    this.stop();
    this.#timer = setTimeout(() => {
      if (this.#options.isBusy()) this.#arm();
      else this.#options.onIdle();
    }, this.#options.seconds * 1000);
  }
}
