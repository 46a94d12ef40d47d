import type { SqlDatabase, SqlRow, SqlValue } from '../database/driver.ts';

/** What a query needs beside the database. */
export interface QueryContext {
  readonly db: SqlDatabase;
  /** Milliseconds since the epoch, by the app's clock. */
  readonly now: number;
  /** Process that holds the workspace: only its runs are really running. Null when nobody does. */
  readonly livePid: number | null;
}

/** A view of one moment over several statements, while the writer goes on. */
export function atOneMoment<T>(db: SqlDatabase, read: () => T): T {
  db.exec('BEGIN');
  try {
    return read();
  } finally {
    db.exec('COMMIT');
  }
}

export function num(row: SqlRow, column: string): number {
  return Number(row[column]);
}

export function numOrNull(row: SqlRow, column: string): number | null {
  const value: SqlValue | undefined = row[column];
  return typeof value === 'number' ? value : null;
}

export function text(row: SqlRow, column: string): string {
  return String(row[column]);
}

export function textOrNull(row: SqlRow, column: string): string | null {
  const value: SqlValue | undefined = row[column];
  return typeof value === 'string' ? value : null;
}

/** Our own writer wrote it, so its shape is known. */
export function json<T>(row: SqlRow, column: string, absent: T): T {
  const value = row[column];
  return typeof value === 'string' ? (JSON.parse(value) as T) : absent;
}

/**
 * `instances` through the index that leads to its rows in the order in which they lie in the file. Where whole runs
 * are read SQLite would take the index of attention, which jumps about in the file: measured five times slower.
 */
export const INSTANCES_IN_ORDER = 'instances i INDEXED BY instances_by_task';
