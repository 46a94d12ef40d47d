import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import type { OpenDriver, SqlDatabase, SqlRow, SqlStatement, SqlValue } from './driver.ts';

const require = createRequire(import.meta.url);

/** Throws where the native library does not load; the caller then takes the other driver. */
export const openBetterSqlite3: OpenDriver = (path, { readOnly }): SqlDatabase => {
  const Database: typeof BetterSqlite3 = require('better-sqlite3');
  const db = new Database(path, { readonly: readOnly, fileMustExist: readOnly });
  return {
    driver: 'better-sqlite3',
    exec: (sql) => void db.exec(sql),
    prepare: (sql) => wrap(db.prepare<SqlValue[], SqlRow>(sql)),
    close: () => void db.close(),
  };
};

function wrap(statement: BetterSqlite3.Statement<SqlValue[], SqlRow>): SqlStatement {
  return {
    run: (...values) => statement.run(...values).changes,
    insert: (...values) => Number(statement.run(...values).lastInsertRowid),
    get: (...values) => statement.get(...values),
    all: (...values) => statement.all(...values),
  };
}
