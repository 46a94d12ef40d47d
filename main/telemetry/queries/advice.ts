import { type AdviceMethod, type AdviceOutcome, judgeAdvice } from '../advice-record.ts';
import type { ReportedAdvice } from '../views.ts';
import { num, numOrNull, type QueryContext, text } from './context.ts';
import { MEMORY_RATES } from './run-cost.ts';
import { BYTE_SECONDS_PER_GBH, gbh } from './runs.ts';

/** Older runs tell how an older advisor did. */
const NEWEST_RUNS = 100;

/**
 * What became of the advice, by run, task and method: of one run, or of the newest that took advice. A first request
 * sufficed when its attempt succeeded within it; attempts that ended for other reasons judge nobody. Saved is against the
 * request that the manifest had when the task was first run on this target: what was adopted from advice since then must
 * not be the measure of advice. Where the peak was above it, it fails once and is given twice as much, or what is needed.
 */
export function adviceOutcomes({ db }: QueryContext, runId?: string): readonly AdviceOutcome[] {
  return db
    .prepare(
      `WITH chosen AS (
         SELECT run_key, run_id, started_at, target FROM runs r
         WHERE ${runId === undefined ? 'EXISTS (SELECT 1 FROM instances i JOIN recommendations c USING (instance_key) WHERE i.run_key = r.run_key)' : 'run_id = ?'}
         ORDER BY started_at DESC, run_key DESC LIMIT ${NEWEST_RUNS}
       ),
       first_written AS (
         SELECT task, target, (
           SELECT coalesce(c.manifest_memory_bytes, CASE WHEN i.source IN ('manifest', 'user') THEN a.memory_bytes END) AS bytes
           FROM runs r CROSS JOIN instances i INDEXED BY instances_by_task ON i.run_key = r.run_key AND i.task = advised.task
             LEFT JOIN recommendations c ON c.instance_key = i.instance_key
             LEFT JOIN attempts a ON a.instance_key = i.instance_key AND a.attempt = 1
           WHERE r.target = advised.target AND r.origin = 'scalable' AND bytes IS NOT NULL
           ORDER BY r.started_at LIMIT 1
         ) AS memory_bytes
         FROM (SELECT DISTINCT i.task, chosen.target
           FROM chosen CROSS JOIN instances i INDEXED BY instances_by_task ON i.run_key = chosen.run_key) advised
       ),
       rates AS MATERIALIZED (${MEMORY_RATES}),
       judged AS (
         SELECT i.run_key, i.task, p.usd AS usd_per_gbh, c.source AS method, c.confidence,
           CASE WHEN a.outcome = 'succeeded' THEN coalesce(a.peak_memory_bytes <= a.memory_bytes, 1)
                WHEN a.outcome = 'out_of_memory' THEN 0 END AS sufficed,
           i.outcome = 'succeeded' AND i.peak_memory_bytes IS NOT NULL AND c.memory_low IS NOT NULL AS has_memory,
           i.peak_memory_bytes BETWEEN c.memory_low AND c.memory_high AS in_memory,
           i.outcome = 'succeeded' AND i.wall_s IS NOT NULL AND c.wall_low IS NOT NULL AS has_wall,
           i.wall_s BETWEEN c.wall_low AND c.wall_high AS in_wall,
           CASE WHEN i.outcome = 'succeeded' THEN
             i.wall_s * (w.memory_bytes + CASE WHEN i.peak_memory_bytes > w.memory_bytes
               THEN max(2 * w.memory_bytes, i.peak_memory_bytes) ELSE 0 END)
             - CASE WHEN i.attempts <= 1 THEN a.memory_bytes * a.wall_s
               ELSE (SELECT sum(memory_bytes * wall_s) FROM attempts WHERE instance_key = i.instance_key) END
           END AS saved
         FROM chosen CROSS JOIN instances i INDEXED BY instances_by_task ON i.run_key = chosen.run_key
           CROSS JOIN recommendations c ON c.instance_key = i.instance_key
           JOIN first_written w ON w.task = i.task AND w.target = chosen.target
           LEFT JOIN attempts a ON a.instance_key = i.instance_key AND a.attempt = 1
           LEFT JOIN rates p ON p.run_key = i.run_key AND p.component = i.component
         WHERE c.source IN ('quantile', 'learned', 'scouts')
       )
       SELECT run_id, started_at, task, method, count(*) AS recommendations,
         sum(sufficed IS NOT NULL AND confidence IS NOT NULL) AS judged,
         sum(CASE WHEN confidence IS NOT NULL THEN sufficed END) AS sufficed,
         sum(CASE WHEN sufficed IS NOT NULL THEN confidence END) AS promised_sum,
         sum(has_memory) AS memory_measured, sum(has_memory AND in_memory) AS memory_inside,
         sum(has_wall) AS wall_measured, sum(has_wall AND in_wall) AS wall_inside, sum(saved) AS saved,
         sum(saved * usd_per_gbh) AS saved_usd
       FROM judged JOIN chosen USING (run_key) GROUP BY run_key, task, method`,
    )
    .all(...(runId === undefined ? [] : [runId]))
    .map((row) => ({
      runId: text(row, 'run_id'),
      startedAt: num(row, 'started_at'),
      task: text(row, 'task'),
      method: text(row, 'method') as AdviceMethod,
      recommendations: num(row, 'recommendations'),
      judged: num(row, 'judged'),
      sufficed: numOrNull(row, 'sufficed') ?? 0,
      promisedSum: numOrNull(row, 'promised_sum') ?? 0,
      memoryMeasured: numOrNull(row, 'memory_measured') ?? 0,
      memoryInside: numOrNull(row, 'memory_inside') ?? 0,
      wallMeasured: numOrNull(row, 'wall_measured') ?? 0,
      wallInside: numOrNull(row, 'wall_inside') ?? 0,
      savedGbh: gbh(numOrNull(row, 'saved')),
      ...(row.saved_usd !== null && { savedUsd: num(row, 'saved_usd') / BYTE_SECONDS_PER_GBH }),
    }));
}

/** The advice of one run as its report tells it. */
export function reportedAdvice(outcomes: readonly AdviceOutcome[]): ReportedAdvice | null {
  if (outcomes.length === 0) return null;
  const { total, scores } = judgeAdvice(outcomes, null);
  return {
    recommendations: total.recommendations,
    judged: total.judged,
    sufficed: total.sufficed,
    promised: total.promised,
    coverage: total.coverage,
    memory_interval_coverage: total.memoryCoverage,
    wall_interval_coverage: total.wallCoverage,
    saved_gbh: total.savedGbh,
    saved_usd: total.savedUsd ?? null,
    slipped: scores.some(({ slipped }) => slipped),
  };
}
