import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../../platform/errors.ts';

/** Where the output of one attempt lies: `logs/simulate.17.1.out`. */
export function logPaths(logs: string, instanceId: string, attempt: number): { out: string; err: string } {
  const base = join(logs, `${instanceId}.${attempt}`);
  return { out: `${base}.out`, err: `${base}.err` };
}

const LOOK_BACK_BYTES = 8192;
const LONGEST_LINE = 500;

/** The last line that says something; null when the file is empty or absent. */
export function lastLine(path: string): string | null {
  const lines = tail(path).split(/[\r\n]+/);
  return (
    lines
      .findLast((line) => line.trim() !== '')
      ?.trim()
      .slice(0, LONGEST_LINE) ?? null
  );
}

/** The last few kilobytes of a text file; empty when it is absent. */
export function tail(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, LOOK_BACK_BYTES));
    const count = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, count);
  } finally {
    closeSync(fd);
  }
}
