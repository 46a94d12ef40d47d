import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBetterSqlite3 } from '../../../main/telemetry/database/better-sqlite3-driver.ts';
import {
  inTransaction,
  type OpenDriver,
  type SqlDatabase,
  sqlFailure,
} from '../../../main/telemetry/database/driver.ts';
import { migrate, schemaVersion } from '../../../main/telemetry/database/migrate.ts';
import { openNodeSqlite } from '../../../main/telemetry/database/node-sqlite-driver.ts';
import { openForReading, openForWriting } from '../../../main/telemetry/database/open-database.ts';
import { MIGRATIONS, type Migration, SCHEMA_VERSION } from '../../../main/telemetry/migrations/migrations.ts';
import { EventWriter } from '../../../main/telemetry/write/event-writer.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';
import { added, instance, started } from './events-of-a-run.ts';

const DRIVERS: [string, OpenDriver][] = [
  ['better-sqlite3', openBetterSqlite3],
  ['node:sqlite', openNodeSqlite],
];

describe.each(DRIVERS)('%s keeps the driver contract', (name, open) => {
  const fresh = () => open(join(tempFolder('telemetry'), 'a.db'), { readOnly: false });

  it('says who it is, and reads back what it wrote: text, numbers, nulls and bytes', () => {
    const db = fresh();
    expect(db.driver).toBe(name);
    db.exec('CREATE TABLE t (k INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL, d BLOB) STRICT');
    const insert = db.prepare('INSERT INTO t (a, b, c, d) VALUES (?, ?, ?, ?)');
    expect(insert.insert('é\u0000x', 2 ** 40, 0.1, new Uint8Array([1, 2]))).toBe(1);
    expect(insert.insert(null, null, null, null)).toBe(2);
    const [first, second] = db.prepare('SELECT * FROM t ORDER BY k').all();
    expect({ ...first, d: null }).toEqual({ k: 1, a: 'é\u0000x', b: 2 ** 40, c: 0.1, d: null });
    expect(first?.d instanceof Uint8Array && [...first.d]).toEqual([1, 2]);
    expect(second?.a).toBeNull();
    expect(db.prepare('UPDATE t SET a = ?').run('same')).toBe(2);
    expect(db.prepare('SELECT * FROM t WHERE k = ?').get(9)).toBeUndefined();
    db.close();
  });

  it('rolls back all of a transaction that fails, and hands on the failure', () => {
    const db = fresh();
    db.exec('CREATE TABLE t (k INTEGER PRIMARY KEY) STRICT');
    expect(() =>
      inTransaction(db, () => {
        db.prepare('INSERT INTO t VALUES (?)').run(1);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(db.prepare('SELECT count(*) AS n FROM t').get()?.n).toBe(0);
    db.close();
  });

  it('keeps every event of a commit that found the disk full, and takes it when there is room', () => {
    const path = join(tempFolder('telemetry'), 'a.db');
    openForWriting(path, open).close();
    const db = openForWriting(path, open);
    const writer = new EventWriter(db);
    const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count);
    db.exec(`PRAGMA max_page_count = ${pages + 1}`);
    const events = [started(), added(...Array.from({ length: 500 }, (_, i) => instance(i)))];
    let failure: unknown;
    try {
      writer.write(events);
    } catch (error) {
      failure = error;
    }
    expect(sqlFailure(failure)).toBe('full');
    expect(db.prepare('SELECT count(*) AS n FROM runs').get()?.n).toBe(0);
    db.exec('PRAGMA max_page_count = 1000000');
    writer.write(events);
    expect(db.prepare('SELECT queued FROM runs').get()?.queued).toBe(500);
    db.close();
  });

  it('refuses to write through a reading connection', () => {
    const path = join(tempFolder('telemetry'), 'a.db');
    openForWriting(path, open).close();
    const db = openForReading(path, open);
    expect(() => db.exec('DELETE FROM runs')).toThrow();
    db.close();
  });

  it('leaves a database of a newer version untouched and says so', () => {
    const path = join(tempFolder('telemetry'), 'a.db');
    const db = openForWriting(path, open);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}; PRAGMA wal_checkpoint(TRUNCATE)`);
    db.close();
    const before = readFileSync(path);
    for (const reopen of [openForWriting, openForReading]) {
      expect(() => reopen(path, open)).toThrow(expect.objectContaining({ code: 'E_TELEMETRY_NEWER' }));
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each(MIGRATIONS.slice(0, -1).map(({ version }) => version))(
    'of version %d can be read without being changed, and leaves no copy behind',
    (version) => {
      const path = join(tempFolder('telemetry'), 'a.db');
      const old = open(path, { readOnly: false });
      old.exec('PRAGMA journal_mode = WAL');
      migrate(old, MIGRATIONS.slice(0, version));
      old.close();
      const before = readFileSync(path);
      const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('scalable-telemetry-'));
      const earlier = copies();

      const db = openForReading(path, open);
      expect(schemaVersion(db)).toBe(SCHEMA_VERSION);
      db.close();
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(copies().filter((name) => !earlier.includes(name))).toEqual([]);
    },
  );

  it('can be read in a folder that may not be written to', () => {
    const path = join(tempFolder('telemetry'), 'a.db');
    openForWriting(path, open).close();
    // What every driver says there; root, whom tests may run as, may write anywhere.
    const refuses: OpenDriver = () => {
      throw Object.assign(new Error('attempt to write a readonly database'), { code: 'SQLITE_READONLY' });
    };
    const db = openForReading(path, refuses);
    expect(schemaVersion(db)).toBe(SCHEMA_VERSION);
    db.close();
    writeFileSync(`${path}-wal`, 'what is not in the file yet');
    expect(() => openForReading(path, refuses)).toThrow(
      expect.objectContaining({ code: 'E_TELEMETRY_OPEN' }),
    );
  });

  it('keeps a damaged database aside, names where, and starts anew the next time', () => {
    const folder = tempFolder('telemetry');
    const path = join(folder, 'a.db');
    writeFileSync(path, 'this was a database once, '.repeat(400));
    expect(() => openForReading(path, open)).toThrow(
      expect.objectContaining({ code: 'E_TELEMETRY_CORRUPT' }),
    );
    expect(existsSync(path)).toBe(true);
    let message = '';
    try {
      openForWriting(path, open);
    } catch (error) {
      expect(error).toMatchObject({ code: 'E_TELEMETRY_CORRUPT' });
      message = (error as Error).message;
    }
    const kept = readdirSync(folder).find((file) => file.startsWith('a.db.damaged-'));
    expect(kept).toBeDefined();
    expect(message).toContain(kept);
    expect(readFileSync(join(folder, kept ?? ''), 'utf8')).toContain('this was a database once');
    openForWriting(path, open).close();
  });
});

/** A database as version `version` left it, with a row in every table: built from the migrations alone. */
function databaseOf(version: number, migrations: readonly Migration[]): SqlDatabase {
  const db = openBetterSqlite3(':memory:', { readOnly: false });
  migrate(db, migrations.slice(0, version));
  for (const { name } of tables(db)) {
    const columns = db.prepare(`SELECT * FROM pragma_table_info('${name}')`).all();
    const values = columns.map(({ type }) => (type === 'TEXT' ? `'1'` : type === 'BLOB' ? `x'01'` : '1'));
    db.exec(`INSERT INTO ${name} VALUES (${values.join(', ')})`);
  }
  return db;
}

function tables(db: SqlDatabase) {
  return db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid`).all();
}

const schema = (db: SqlDatabase) =>
  db
    .prepare(`SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name`)
    .all();

describe('migrations', () => {
  it('are numbered without gaps', () => {
    expect(MIGRATIONS.map((one) => one.version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  it.each(Array.from({ length: SCHEMA_VERSION + 1 }, (_, version) => version))(
    'bring version %i to the newest with every row kept',
    (version) => {
      const db = databaseOf(version, MIGRATIONS);
      const before = new Map(tables(db).map(({ name }) => [name, 1]));
      migrate(db);
      expect(schemaVersion(db)).toBe(SCHEMA_VERSION);
      expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
      expect(db.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok');
      for (const [name] of before) expect(db.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.n).toBe(1);
      const newest = openBetterSqlite3(':memory:', { readOnly: false });
      migrate(newest);
      expect(schema(db)).toEqual(schema(newest));
    },
  );

  it('apply a later step to a filled database, and none of a step that fails', () => {
    const next = { version: SCHEMA_VERSION + 1, name: 'more', sql: 'ALTER TABLE runs ADD COLUMN label TEXT' };
    const db = databaseOf(SCHEMA_VERSION, MIGRATIONS);
    const broken = { ...next, sql: `${next.sql}; SELECT nonsense FROM nowhere` };
    expect(() => migrate(db, [...MIGRATIONS, broken])).toThrow(/nowhere/);
    expect(schemaVersion(db)).toBe(SCHEMA_VERSION);
    migrate(db, [...MIGRATIONS, next]);
    expect(db.prepare('SELECT run_id, label FROM runs').get()).toEqual({ run_id: '1', label: null });
  });
});
