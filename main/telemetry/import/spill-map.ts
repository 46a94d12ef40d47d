import { createHash } from 'node:crypto';
import { AppError } from '../../platform/errors.ts';
import { inTransaction, type SqlDatabase, sqlFailure } from '../database/driver.ts';
import { openAnyDriver } from '../database/open-database.ts';
import { ownText } from './own-text.ts';

/** Entries held before they go to the disk together: enough that small files never touch it. */
export const MOST_HELD = 8192;

/** And their length together, since a hostile file may make long ones. */
export const MOST_HELD_CHARACTERS = 4_000_000;

/** SQLite's memory for what it looks up again. */
const CACHE_KIB = 4096;

/** Longer keys stand as their hash, so that a hostile file cannot make entries of any size. */
const LONGEST_KEY = 200;

/**
 * A map that the disk bounds and not the memory, of values that JSON can say: the newest entries are held, the others
 * lie in a database without a name in the system's temporary folder, of which nothing is left when it is closed or
 * the process dies.
 */
export class SpillMap<Value> {
  readonly #held = new Map<string, string>();
  #heldCharacters = 0;
  #disk: Disk | null = null;

  /** Entries in memory now; never more than `MOST_HELD`. */
  get held(): number {
    return this.#held.size;
  }

  /** @throws AppError E_IMPORT_SCRATCH */
  get(key: string): Value | undefined {
    const short = shortKey(key);
    const text = this.#held.get(short) ?? this.#disk?.get(short);
    return text === undefined ? undefined : (JSON.parse(text) as Value);
  }

  /** @throws AppError E_IMPORT_SCRATCH */
  set(key: string, value: Value): void {
    const text = JSON.stringify(value);
    this.#held.set(ownText(shortKey(key)), text);
    this.#heldCharacters += text.length;
    if (this.#held.size < MOST_HELD && this.#heldCharacters < MOST_HELD_CHARACTERS) return;
    this.#disk ??= new Disk();
    this.#disk.putAll(this.#held);
    this.#held.clear();
    this.#heldCharacters = 0;
  }

  [Symbol.dispose](): void {
    this.#held.clear();
    this.#disk?.close();
    this.#disk = null;
  }
}

class Disk {
  readonly #db: SqlDatabase;
  readonly #find: ReturnType<SqlDatabase['prepare']>;
  readonly #put: ReturnType<SqlDatabase['prepare']>;

  constructor() {
    this.#db = openAnyDriver('', { readOnly: false });
    this.#db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}`);
    this.#db.exec('CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID');
    this.#find = this.#db.prepare('SELECT value FROM entries WHERE key = ?');
    this.#put = this.#db.prepare('REPLACE INTO entries VALUES (?, ?)');
  }

  get(key: string): string | undefined {
    const value = attempt(() => this.#find.get(key)?.value);
    return typeof value === 'string' ? value : undefined;
  }

  /** In the order of the keys, so that a page is met once. */
  putAll(entries: ReadonlyMap<string, string>): void {
    const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
    attempt(() =>
      inTransaction(this.#db, () => {
        for (const [key, value] of sorted) this.#put.run(key, value);
      }),
    );
  }

  close(): void {
    this.#db.close();
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (sqlFailure(error) === 'other') throw error;
    throw new AppError(
      {
        code: 'E_IMPORT_SCRATCH',
        message: `The temporary folder takes no more of what an import has to remember: ${error instanceof Error ? error.message : String(error)}.`,
        hint: 'Make room there, or set TMPDIR to a folder with more, then import again.',
      },
      { cause: error },
    );
  }
}

function shortKey(key: string): string {
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64');
}
