import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { systemErrorCode } from '../../platform/errors.ts';
import type { AttemptResult } from '../provider.ts';

/** One line of `attempts.jsonl`. Times are milliseconds since the epoch, UTC. */
export type JournalEntry =
  | {
      readonly type: 'supervisor';
      readonly at: number;
      readonly pid: number;
      readonly startTicks: number | null;
    }
  | {
      readonly type: 'started';
      readonly at: number;
      readonly instanceId: string;
      readonly attempt: number;
      /** Leader of the attempt's process group; null for work inside a shared process. */
      readonly pid: number | null;
      readonly supervisor: number;
    }
  | {
      readonly type: 'finished';
      readonly at: number;
      readonly startedAt: number | null;
      readonly instanceId: string;
      readonly attempt: number;
      readonly result: AttemptResult;
    };

/**
 * Appends to the journal. Lines that a full disk refused are kept and written with the next ones, so that nothing is
 * lost when there is room again.
 */
export class JournalWriter {
  readonly #fd: number;
  /** Begins on a line of its own: the last one may have been cut short by a crash. */
  #lines = '\n';
  #unwritten = Buffer.alloc(0);

  constructor(path: string) {
    this.#fd = openSync(path, 'a');
  }

  add(entry: JournalEntry): void {
    this.#lines += `${JSON.stringify(entry)}\n`;
  }

  /** Writes what was added. Throws what the disk says; then all of it is still waiting. */
  flush(): void {
    const bytes = Buffer.concat([this.#unwritten, Buffer.from(this.#lines)]);
    this.#lines = '';
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } finally {
      this.#unwritten = bytes.subarray(written);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** All entries in order; a last line that a crash cut short is left out. An absent journal is an empty one. */
export function readJournal(path: string): JournalEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
  return parseJournal(text);
}

export function parseJournal(text: string): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const line of text.split('\n')) {
    const entry = parseLine(line);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

function parseLine(line: string): JournalEntry | null {
  if (line === '') return null;
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return null; // cut short by a crash or a full disk; the attempt then counts as unfinished
  }
}
