/**
 * The little of SQLite that the store uses, so that two drivers can stand behind it: better-sqlite3 where its
 * prebuilt library loads (Linux: glibc 2.34 or newer), Node's own `node:sqlite` everywhere else.
 */
export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface SqlStatement {
  /** Rows changed. */
  run(...values: readonly SqlValue[]): number;
  /** Id of the row just inserted. */
  insert(...values: readonly SqlValue[]): number;
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

export interface SqlDatabase {
  readonly driver: DriverName;
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

export type DriverName = 'better-sqlite3' | 'node:sqlite';

export interface OpenOptions {
  readonly readOnly: boolean;
}

export type OpenDriver = (path: string, options: OpenOptions) => SqlDatabase;

/** All of it or nothing of it. SQLite may have rolled back by itself (disk full), so a second one may find nothing. */
export function inTransaction<T>(db: SqlDatabase, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      db.exec('ROLLBACK');
    } catch (rollback) {
      if (sqlFailure(rollback) !== 'other') throw rollback;
    }
    throw error;
  }
}

/** What a driver's failure means for the store. `other` is a bug of ours or a broken constraint. */
export type SqlFailure = 'full' | 'io' | 'busy' | 'corrupt' | 'readonly' | 'unopenable' | 'other';

const BY_CODE: Readonly<Record<number, SqlFailure>> = {
  5: 'busy',
  6: 'busy',
  8: 'readonly',
  10: 'io',
  11: 'corrupt',
  13: 'full',
  14: 'unopenable',
  26: 'corrupt',
};

const BY_NAME: readonly (readonly [string, SqlFailure])[] = [
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_READONLY', 'readonly'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_CANTOPEN', 'unopenable'],
];

/** better-sqlite3 names its codes (`SQLITE_FULL`), node:sqlite numbers them (`errcode`, extended in the high bits). */
export function sqlFailure(thrown: unknown): SqlFailure {
  if (typeof thrown !== 'object' || thrown === null) return 'other';
  if ('errcode' in thrown && typeof thrown.errcode === 'number') {
    return BY_CODE[thrown.errcode & 0xff] ?? 'other';
  }
  if ('code' in thrown && typeof thrown.code === 'string') {
    const code = thrown.code;
    return BY_NAME.find(([name]) => code.startsWith(name))?.[1] ?? 'other';
  }
  return 'other';
}
