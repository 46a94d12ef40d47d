import { createRequire } from 'node:module';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { OpenDriver, SqlDatabase, SqlRow, SqlStatement } from './driver.ts';

const require = createRequire(import.meta.url);

/** Node's own SQLite. Loaded at first use only, because the module announces itself as experimental on import. */
export const openNodeSqlite: OpenDriver = (path, { readOnly }): SqlDatabase => {
  const { DatabaseSync: Database }: typeof import('node:sqlite') = require('node:sqlite');
  const db: DatabaseSync = new Database(path, { readOnly });
  return {
    driver: 'node:sqlite',
    exec: (sql) => db.exec(sql),
    prepare: (sql) => wrap(db.prepare(sql)),
    close: () => db.close(),
  };
};

function wrap(statement: StatementSync): SqlStatement {
  return {
    run: (...values) => Number(statement.run(...values).changes),
    insert: (...values) => Number(statement.run(...values).lastInsertRowid),
    get: (...values) => statement.get(...values) as SqlRow | undefined,
    all: (...values) => statement.all(...values) as SqlRow[],
  };
}
