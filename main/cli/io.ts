import type { Readable } from 'node:stream';

/** Where text goes, and whether a person watches it there. */
export interface TextSink {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
}

/** All that a command touches of the process around it, so that tests can be that process. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
