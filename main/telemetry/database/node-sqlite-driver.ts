import { createRequire } from 'node:module';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { OpenDriver, SqlDatabase, SqlRow, SqlStatement } from './driver.ts';

const require = createRequire(import.meta.url);

/** Node's own SQLite. Loaded at first use only, because the module announces itself as experimental on import. */
export const openNodeSqlite: OpenDriver = (path, { readOnly }): SqlDatabase => {
  const { DatabaseSync: Database }: typeof import('node:sqlite') = require('node:sqlite');
  return wrapDatabase(new Database(path, { readOnly }));
};

/**
 * For a file in a folder that may not be written to: in WAL mode SQLite needs a side file there even to read. Nobody
 * may write to the file meanwhile, and what is in a `-wal` beside it is not seen.
 */
export const openImmutable: OpenDriver = (path): SqlDatabase => {
  const { DatabaseSync: Database }: typeof import('node:sqlite') = require('node:sqlite');
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return wrapDatabase(new Database(url, { readOnly: true }));
};

function wrapDatabase(db: DatabaseSync): SqlDatabase {
  return {
    driver: 'node:sqlite',
    exec: (sql) => db.exec(sql),
    prepare: (sql) => wrap(db.prepare(sql)),
    close: () => db.close(),
  };
}

function wrap(statement: StatementSync): SqlStatement {
  return {
    run: (...values) => Number(statement.run(...values).changes),
    insert: (...values) => Number(statement.run(...values).lastInsertRowid),
    get: (...values) => statement.get(...values) as SqlRow | undefined,
    all: (...values) => statement.all(...values) as SqlRow[],
  };
}
