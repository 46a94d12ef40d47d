import type { SqlDatabase } from '../database/driver.ts';
import type { RunCost, WorkerBill } from '../views.ts';
import { num, type QueryContext, text } from './context.ts';

/** USD per GiB and hour by run and component, where the run's plan knew prices. */
export const MEMORY_RATES = `SELECT k.run_key, e.key AS component, e.value AS usd
  FROM costs k, json_each(k.memory_rates) e`;

/** What a run cost as far as its workers have ended, and what its plan had expected. Null where time is not sold. */
export function runCost(db: SqlDatabase, runKey: number): RunCost | null {
  const estimate = db.prepare('SELECT usd, prices_from FROM costs WHERE run_key = ?').get(runKey);
  const byComponent = db
    .prepare(
      `SELECT tag, sum(usd) AS usd, sum(seconds) / 3600 AS hours, count(*) AS workers FROM bills
       WHERE run_key = ? GROUP BY tag ORDER BY usd DESC, tag`,
    )
    .all(runKey)
    .map((row) => ({
      component: text(row, 'tag'),
      usd: num(row, 'usd'),
      worker_hours: num(row, 'hours'),
      workers: num(row, 'workers'),
    }));
  if (!estimate && byComponent.length === 0) return null;
  return {
    estimated_usd: estimate ? num(estimate, 'usd') : null,
    measured_usd: byComponent.length > 0 ? byComponent.reduce((sum, { usd }) => sum + usd, 0) : null,
    by_component: byComponent,
    prices_from: estimate ? text(estimate, 'prices_from') : null,
  };
}

/** What workers of a run were billed for, in order of time. */
export function bills({ db }: Pick<QueryContext, 'db'>, runId: string): readonly WorkerBill[] {
  return db
    .prepare(
      `SELECT b.* FROM bills b JOIN runs r USING (run_key) WHERE r.run_id = ? ORDER BY b.at, b.worker_id`,
    )
    .all(runId)
    .map((row) => ({
      workerId: text(row, 'worker_id'),
      tag: text(row, 'tag'),
      at: num(row, 'at'),
      seconds: num(row, 'seconds'),
      usd: num(row, 'usd'),
    }));
}
