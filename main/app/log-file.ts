import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from '../platform/errors.ts';
import { jsonLogger, type Logger } from '../platform/logger.ts';

const MAX_BYTES = 5 * 1024 * 1024;

/**
 * The app's log: one JSON object a line, the former file kept beside it when it has grown. Lines are few and are
 * written at once, so that the last one before a crash is there.
 */
export function fileLogger(path: string, now: () => number): Logger {
  mkdirSync(dirname(path), { recursive: true });
  if (sizeOf(path) > MAX_BYTES) renameSync(path, path.replace(/(\.log)?$/, '.1.log'));
  const logger = jsonLogger((line) => {
    try {
      appendFileSync(path, line, { mode: 0o600 });
    } catch (error) {
      // A full disk must not stop a run; the terminal, if there is one, still hears it.
      process.stderr.write(`${line}(log file: ${systemErrorCode(error) ?? String(error)})\n`);
    }
  }, now);
  return {
    log: (level, message, fields) => {
      if (level !== 'debug') logger.log(level, message, fields);
    },
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
