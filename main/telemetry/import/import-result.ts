import { ownText } from './own-text.ts';

/** Something that was not taken in, and why; `line` from 1, null for a whole file. */
export interface Skipped {
  readonly file: string;
  readonly line: number | null;
  readonly reason: string;
}

export interface ImportResult {
  /** Runs that were added or replaced; what was here already counts nothing. */
  readonly runs: number;
  readonly tasks: number;
  /** Runs that were here already, just as they are in the source. */
  readonly unchanged: number;
  readonly skipped: readonly Skipped[];
  /** All that was skipped: of very many, `skipped` lists the first only. */
  readonly skippedTotal: number;
  /** The import was stopped before its end: doing it again completes it. */
  readonly stopped: boolean;
}

/** At most so many reasons are kept for one file; the last one then says how many more there were. */
const MAX_PER_FILE = 100;
/** And for all files together. */
const MAX_IN_ALL = 5000;

export class SkipList {
  readonly #skipped: Skipped[] = [];
  readonly #notes: Skipped[] = [];
  readonly #counts = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(file: string, line: number | null, reason: string): void {
    const count = (this.#counts.get(file) ?? 0) + 1;
    this.#counts.set(file, count);
    this.#total += 1;
    if (count <= MAX_PER_FILE && this.#skipped.length < MAX_IN_ALL)
      this.#skipped.push({ file, line, reason: ownText(reason) });
  }

  /** What is to be said of a whole file; never crowded out by its lines. */
  note(file: string, reason: string): void {
    this.#total += 1;
    if (this.#notes.length < MAX_IN_ALL) this.#notes.push({ file, line: null, reason });
  }

  /** Every reason, a file's own last, bounded as said. */
  all(): readonly Skipped[] {
    const more = [...this.#counts]
      .filter(([, count]) => count > MAX_PER_FILE)
      .map(([file, count]) => ({
        file,
        line: null,
        reason: `${count - MAX_PER_FILE} more lines were skipped`,
      }));
    return [...this.#skipped, ...more, ...this.#notes];
  }
}
