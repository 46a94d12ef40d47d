/** Structured log lines. Fields are facts for whoever debugs; secrets are never among them. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Logger {
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const silentLogger: Logger = { log: () => undefined };

/** One JSON object a line, to any sink that takes text. */
export function jsonLogger(write: (line: string) => void, now: () => number): Logger {
  return {
    log: (level, message, fields) =>
      write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...fields })}\n`),
  };
}
