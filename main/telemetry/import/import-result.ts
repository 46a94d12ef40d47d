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
  readonly skipped: readonly Skipped[];
}

/** At most so many reasons are kept for one file; the last one then says how many more there were. */
const MAX_PER_FILE = 100;

export class SkipList {
  readonly #skipped: Skipped[] = [];
  readonly #counts = new Map<string, number>();

  add(file: string, line: number | null, reason: string): void {
    const count = (this.#counts.get(file) ?? 0) + 1;
    this.#counts.set(file, count);
    if (count <= MAX_PER_FILE) this.#skipped.push({ file, line, reason });
  }

  all(): readonly Skipped[] {
    const more = [...this.#counts]
      .filter(([, count]) => count > MAX_PER_FILE)
      .map(([file, count]) => ({
        file,
        line: null,
        reason: `${count - MAX_PER_FILE} more lines were skipped`,
      }));
    return [...this.#skipped, ...more];
  }
}
