import type { CliIo } from './io.ts';

/** Without a terminal a line is written this often at the most: logs of batch jobs should stay short. */
const LINE_EVERY_MS = 30_000;

/** One line on stderr that is written over; where nobody watches, a line now and then. */
export class Progress {
  readonly #io: CliIo;
  readonly #quiet: boolean;
  readonly #now: () => number;
  #shown = false;
  #lastLine: number;

  constructor(io: CliIo, options: { readonly quiet: boolean; readonly now: () => number }) {
    this.#io = io;
    this.#quiet = options.quiet;
    this.#now = options.now;
    this.#lastLine = options.now();
  }

  show(line: string): void {
    if (this.#quiet) return;
    const { stderr } = this.#io;
    if (stderr.isTTY) {
      stderr.write(`\r\u001b[K${[...line].slice(0, Math.max(20, stderr.columns - 1)).join('')}`);
      this.#shown = true;
    } else if (this.#now() - this.#lastLine >= LINE_EVERY_MS) {
      this.#lastLine = this.#now();
      stderr.write(`${line}\n`);
    }
  }

  /** Leaves an empty line for what comes next. */
  clear(): void {
    if (this.#shown) this.#io.stderr.write('\r\u001b[K');
    this.#shown = false;
  }
}
