import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../platform/errors.ts';
import { SCHEMA_VERSION } from '../migrations/migrations.ts';
import { openBetterSqlite3 } from './better-sqlite3-driver.ts';
import { type OpenDriver, type SqlDatabase, sqlFailure } from './driver.ts';
import { migrate, refuseNewer, schemaVersion } from './migrate.ts';
import { openImmutable, openNodeSqlite } from './node-sqlite-driver.ts';

/** How long a statement waits for another connection before it gives up. */
const BUSY_TIMEOUT_MS = 5000;

/** The first driver that loads and opens; a failure of SQLite itself is the same in both and is not tried twice. */
export const openAnyDriver: OpenDriver = (path, options) => {
  try {
    return openBetterSqlite3(path, options);
  } catch (error) {
    if (sqlFailure(error) !== 'other') throw error;
    return openNodeSqlite(path, options);
  }
};

/**
 * The one writing connection. `synchronous = NORMAL` in WAL mode: a commit survives the death of the process;
 * a power cut may take the last ones but never leaves a damaged file.
 *
 * @throws AppError E_TELEMETRY_NEWER, E_TELEMETRY_CORRUPT (the file is then kept aside), E_DISK_FULL, E_TELEMETRY_OPEN
 */
export function openForWriting(
  path: string,
  open: OpenDriver = openAnyDriver,
  now = Date.now(),
): SqlDatabase {
  let db: SqlDatabase | null = null;
  try {
    db = open(path, { readOnly: false });
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    refuseNewer(db, path, SCHEMA_VERSION);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    // A large cache and few checkpoints: pages that many commits touch are then written back once.
    db.exec('PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY');
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw writingFailure(path, error, now);
  }
}

/** Why the first use of the writing connection failed. A damaged file is kept aside; its connection must be closed. */
export function writingFailure(path: string, error: unknown, now = Date.now()): AppError {
  return openFailure(path, error, () => keepAside(path, now));
}

/** @throws AppError E_TELEMETRY_NEWER, E_TELEMETRY_CORRUPT (nothing is renamed), E_TELEMETRY_OPEN */
export function openForReading(path: string, open: OpenDriver = openAnyDriver): SqlDatabase {
  try {
    return readerOf(path, open);
  } catch (error) {
    const inReadOnlyFolder = sqlFailure(error) === 'readonly' && !existsSync(`${path}-wal`);
    if (!inReadOnlyFolder) throw openFailure(path, error, () => null);
  }
  try {
    return readerOf(path, openImmutable);
  } catch (error) {
    throw openFailure(path, error, () => null);
  }
}

function readerOf(path: string, open: OpenDriver): SqlDatabase {
  const db = open(path, { readOnly: true });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    refuseNewer(db, path, SCHEMA_VERSION);
    db.exec('PRAGMA cache_size = -65536; PRAGMA mmap_size = 1073741824; PRAGMA temp_store = MEMORY');
    if (schemaVersion(db) === SCHEMA_VERSION) return db;
    const copy = newestCopy(db);
    db.close();
    return copy;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A reader changes nothing: what an older version wrote is brought up to date in a copy that goes when it is closed. */
function newestCopy(db: SqlDatabase): SqlDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'scalable-telemetry-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'telemetry.db');
    db.exec(`VACUUM INTO '${path.replaceAll("'", "''")}'`);
    const copy = openAnyDriver(path, { readOnly: false });
    migrate(copy);
    return {
      ...copy,
      close: () => {
        copy.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function openFailure(path: string, error: unknown, keep: () => string | null): AppError {
  if (error instanceof AppError) return error;
  const failure = sqlFailure(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (failure === 'corrupt') {
    const kept = keep();
    return new AppError(
      {
        code: 'E_TELEMETRY_CORRUPT',
        message: kept
          ? `The telemetry file ${path} is damaged. It was kept as ${kept}.`
          : `The telemetry file ${path} is damaged.`,
        hint: kept
          ? 'Open the workspace again: it starts with an empty history. Exported or imported run folders can be imported again; `sqlite3 FILE .recover` may save more from the damaged file.'
          : 'Open the workspace for writing once: the damaged file is then kept aside.',
        details: { path, kept, reason },
      },
      { cause: error },
    );
  }
  if (failure === 'full') return diskFull(error);
  return new AppError(
    {
      code: 'E_TELEMETRY_OPEN',
      message: `The telemetry file ${path} cannot be opened: ${reason}.`,
      hint: 'Check that the folder exists and that you may read and write it.',
      details: { path },
    },
    { cause: error },
  );
}

export function diskFull(cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_DISK_FULL',
      message: 'The disk is full, so what happens in this run cannot be recorded for now.',
      hint: 'Free some space: recording goes on by itself, and nothing is lost while the app stays open.',
    },
    { cause },
  );
}

/** Moves a damaged file and its side files out of the way and answers where the main one is. Never overwrites. */
function keepAside(path: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  let kept = `${path}.damaged-${stamp}`;
  for (let n = 2; existsSync(kept); n++) kept = `${path}.damaged-${stamp}-${n}`;
  for (const side of ['', '-wal', '-shm']) {
    if (existsSync(path + side)) renameSync(path + side, kept + side);
  }
  return kept;
}
