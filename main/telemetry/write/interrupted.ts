import type { SqlDatabase } from '../database/driver.ts';
import { inTransaction } from '../database/driver.ts';

/**
 * Called by whoever has just become the workspace's only writer: a run that still says `running` has lost its
 * process. Its instances keep their states, because a resume reconciles them; its workers were there to the last
 * moment known.
 */
export function markInterrupted(db: SqlDatabase): void {
  inTransaction(db, () => {
    db.exec(
      `UPDATE workers SET reason = 'run interrupted',
         removed_at = max(added_at, (SELECT last_at FROM runs WHERE runs.run_key = workers.run_key))
       WHERE removed_at IS NULL AND run_key IN (SELECT run_key FROM runs WHERE status = 'running')`,
    );
    db.exec(`UPDATE runs SET status = 'interrupted' WHERE status = 'running'`);
  });
}
