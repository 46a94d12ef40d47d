import { num, type QueryContext } from './context.ts';

/** A site changes; what it did longer ago says little. */
const NEWEST_RUNS = 9;

/** How long the newest runs on a target waited for their first worker: the median, in seconds. Null: none has had any. */
export function startupSeconds({ db }: Pick<QueryContext, 'db'>, target: string): number | null {
  const waits = db
    .prepare(
      `SELECT (SELECT min(w.added_at) FROM workers w WHERE w.run_key = r.run_key) - r.started_at AS wait
       FROM runs r WHERE r.target = ? AND r.origin = 'scalable'
         AND EXISTS (SELECT 1 FROM workers w WHERE w.run_key = r.run_key)
       ORDER BY r.run_key DESC LIMIT ?`,
    )
    .all(target, NEWEST_RUNS)
    .map((row) => Math.max(0, num(row, 'wait')) / 1000)
    .sort((a, b) => a - b);
  return waits[Math.floor(waits.length / 2)] ?? null;
}
