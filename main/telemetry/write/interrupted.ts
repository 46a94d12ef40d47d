import { inTransaction, type SqlDatabase } from '../database/driver.ts';
import { INCOMPLETE_IMPORT } from './store-event.ts';

/**
 * Called by whoever has just become the workspace's only writer: a run that still says `running` has lost its
 * process. Its instances keep their states, because a resume reconciles them; its workers were there to the last
 * moment known.
 */
export function markInterrupted(db: SqlDatabase): void {
  interrupt(db, `status = 'running'`);
}

/** Called when whoever imported has gone: what came in only in part is the same as a run that lost its process. */
export function markImportsInterrupted(db: SqlDatabase): void {
  interrupt(db, `status = 'running' AND fingerprint = '${INCOMPLETE_IMPORT}'`);
}

function interrupt(db: SqlDatabase, which: string): void {
  inTransaction(db, () => {
    db.exec(
      `UPDATE workers SET reason = 'run interrupted',
         removed_at = max(added_at, (SELECT last_at FROM runs WHERE runs.run_key = workers.run_key))
       WHERE removed_at IS NULL AND run_key IN (SELECT run_key FROM runs WHERE ${which})`,
    );
    db.exec(`UPDATE runs SET status = 'interrupted' WHERE ${which}`);
  });
}
