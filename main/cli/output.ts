import { styleText } from 'node:util';
import type { ErrorData } from '../platform/errors.ts';
import type { CliIo } from './io.ts';

export type OutputFormat = 'text' | 'json';
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

export interface OutputOptions {
  readonly format: OutputFormat;
  readonly quiet: boolean;
  readonly color: boolean;
}

/** Results on stdout, as text or as one JSON document; everything else on stderr. */
export class Output {
  readonly format: OutputFormat;
  readonly quiet: boolean;
  readonly #io: CliIo;
  readonly #color: boolean;

  constructor(io: CliIo, options: OutputOptions) {
    this.#io = io;
    this.format = options.format;
    this.quiet = options.quiet;
    this.#color = options.color && !io.env.NO_COLOR;
  }

  /** The command's answer. The text is made only when it is wanted. */
  result(json: unknown, text: () => string): void {
    this.#io.stdout.write(this.rendered(json, text));
  }

  /** The same for a file. */
  rendered(json: unknown, text: () => string): string {
    if (this.format === 'json') return `${JSON.stringify(json, null, 2)}\n`;
    const body = text();
    return body === '' || body.endsWith('\n') ? body : `${body}\n`;
  }

  /** A word on the way, for people. */
  note(line: string): void {
    if (!this.quiet) this.#io.stderr.write(`${line}\n`);
  }

  problem(error: ErrorData): void {
    if (this.format === 'json') {
      const { code, message, hint, details } = error;
      const problems = details?.errors;
      const json = { code, message, hint: hint ?? null, ...(problems !== undefined && { problems }) };
      this.#io.stdout.write(`${JSON.stringify({ error: json }, null, 2)}\n`);
      return;
    }
    this.#io.stderr.write(`${this.#painted('red', codeAndSentence(error), this.#io.stderr.isTTY)}\n`);
    if (error.hint) this.#io.stderr.write(`${error.hint}\n`);
    const stack = error.details?.stack;
    if (error.code === 'E_INTERNAL' && typeof stack === 'string') this.#io.stderr.write(`${stack}\n`);
  }

  /** Colour for stdout, where somebody watches. */
  paint(style: Style, text: string): string {
    return this.#painted(style, text, this.#io.stdout.isTTY);
  }

  #painted(style: Style, text: string, isTTY: boolean): string {
    return this.#color && isTTY ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** The code comes first, as `validate` writes it. A manifest's problems have a code each already. */
function codeAndSentence({ code, message, details }: ErrorData): string {
  return details?.errors === undefined ? `${code} ${message}` : message;
}
