import { AppError } from '../../platform/errors.ts';
import { MIGRATIONS, type Migration } from '../migrations/migrations.ts';
import { inTransaction, type SqlDatabase } from './driver.ts';

export function schemaVersion(db: SqlDatabase): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

/** @throws AppError E_TELEMETRY_NEWER before anything is touched */
export function refuseNewer(db: SqlDatabase, path: string, known: number): void {
  const found = schemaVersion(db);
  if (found <= known) return;
  throw new AppError({
    code: 'E_TELEMETRY_NEWER',
    message: `The telemetry in ${path} was written by a newer version of Scalable (format ${found}, this one knows ${known}).`,
    hint: 'Update Scalable, or choose another workspace with --workspace. The file was not changed.',
    details: { path, found, known },
  });
}

/** Brings the database to the newest version, each step in a transaction of its own. Forward only. */
export function migrate(db: SqlDatabase, migrations: readonly Migration[] = MIGRATIONS): void {
  for (const { version, sql } of migrations) {
    if (version <= schemaVersion(db)) continue;
    inTransaction(db, () => {
      db.exec(sql);
      db.exec(`PRAGMA user_version = ${version}`);
    });
  }
}
