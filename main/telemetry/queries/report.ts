import { isoTime } from '../../platform/clock.ts';
import type { AttemptOutcome } from '../../providers/provider.ts';
import type { SqlDatabase, SqlRow } from '../database/driver.ts';
import { stateCode } from '../instance-codes.ts';
import type { FailureRow, RunReport, ScaleDecisionRow } from '../views.ts';
import { adviceOutcomes, reportedAdvice } from './advice.ts';
import {
  atOneMoment,
  INSTANCES_IN_ORDER,
  json,
  num,
  numOrNull,
  type QueryContext,
  text,
  textOrNull,
} from './context.ts';
import { MEMORY_RATES, runCost } from './run-cost.ts';
import { endOfRun, gbh, runRow, summary } from './runs.ts';
import { workerUse } from './worker-use.ts';

/** A report names failures until a person would stop reading; all of them are in the instance pages. */
const MAX_FAILURES = 200;

export function report(context: QueryContext, runId: string): RunReport | null {
  const { db, livePid } = context;
  return atOneMoment(db, () => {
    const row = runRow(db, runId);
    if (!row) return null;
    const run = summary(row, livePid);
    const runKey = num(row, 'run_key');
    const endedAt = endOfRun(row, context);
    const use = workerUse(workers(db, runKey), run.startedAt, endedAt);
    const decisions = scaleDecisions(db, runKey);
    const attempts = attemptTotals(db, runKey, endedAt);
    const failures = taskFailures(db, runKey);
    const cost = runCost(db, runKey);
    return {
      run_id: run.runId,
      project: run.project,
      target: run.target,
      provider: run.provider,
      status: run.status,
      started_at: isoTime(run.startedAt),
      finished_at: run.finishedAt === null ? null : isoTime(run.finishedAt),
      duration_s: Math.max(0, endedAt - run.startedAt) / 1000,
      tasks: {
        total: run.tasks.total,
        succeeded: run.tasks.succeeded,
        failed: run.tasks.failed,
        cancelled: run.tasks.cancelled,
        cached: run.tasks.cached,
        skipped: run.tasks.skipped,
      },
      tasks_by_name: tasksByName(db, runKey),
      workers: use.byTag,
      workers_total: { peak: use.peak, average: use.average },
      efficiency: efficiency(attempts, use.workerSeconds),
      memory: {
        requested_gbh: run.requestedGbh,
        used_gbh: run.usedGbh,
        wasted_gbh: gbh(attempts.wasted),
        wasted_usd: gbh(attempts.wastedCost),
      },
      attempts: { total: attempts.total, failed: attempts.failed, by_outcome: attempts.byOutcome },
      scaling: {
        up: decisions.filter((one) => sum(one.workersToAdd) > 0).length,
        down: decisions.filter((one) => sum(one.workersToRemove) > 0).length,
        decisions,
      },
      cache: cacheCounts(db, runKey),
      advisor: reportedAdvice(adviceOutcomes(context, run.runId)),
      cost_usd: cost?.measured_usd ?? cost?.estimated_usd ?? null,
      cost,
      failures: [...runFailures(db, runKey), ...failures],
    };
  });
}

function workers(db: SqlDatabase, runKey: number) {
  return db
    .prepare('SELECT tag, added_at, removed_at, reason FROM workers WHERE run_key = ? ORDER BY worker_key')
    .all(runKey)
    .map((row) => ({
      tag: text(row, 'tag'),
      addedAt: num(row, 'added_at'),
      removedAt: numOrNull(row, 'removed_at'),
      endedWithRun: END_REASONS.has(text(row, 'reason')),
    }));
}

/** A worker that leaves for one of these was there to the end: it is `final`, not `removed`. */
const END_REASONS: ReadonlySet<string> = new Set(['run ended', 'run interrupted', 'closed']);

interface AttemptTotals {
  readonly total: number;
  readonly failed: number;
  readonly byOutcome: Readonly<Record<string, number>>;
  /** Attempts whose start and worker are known: imported ones may have neither. */
  readonly placed: number;
  readonly busySeconds: number;
  /** Byte-seconds, and these × USD per GiB and hour. */
  readonly wasted: number | null;
  readonly wastedCost: number | null;
}

/**
 * Byte-seconds. What failed wasted all it had asked for; what succeeded wasted what it did not use (request − peak). A
 * negative difference is a measured overrun, not a saving. Cancelled and lost attempts are judged by nobody.
 */
const WASTED = `CASE WHEN a.outcome = 'succeeded' THEN max(0, a.memory_bytes - a.peak_memory_bytes) * a.wall_s
  WHEN a.outcome NOT IN ('cancelled', 'lost') THEN a.memory_bytes * a.wall_s END`;

function attemptTotals(db: SqlDatabase, runKey: number, endedAt: number): AttemptTotals {
  const rows = db
    .prepare(
      `SELECT a.outcome, count(*) AS n,
         sum(a.worker_id IS NOT NULL AND a.started_at IS NOT NULL) AS placed,
         sum(CASE WHEN a.worker_id IS NULL OR a.started_at IS NULL THEN 0
             ELSE max(0, coalesce(a.finished_at, ?) - a.started_at) END) AS busy_ms,
         sum(${WASTED}) AS wasted, sum(${WASTED} * p.usd) AS wasted_cost
       FROM ${INSTANCES_IN_ORDER} CROSS JOIN attempts a USING (instance_key)
         LEFT JOIN (${MEMORY_RATES}) p ON p.run_key = i.run_key AND p.component = i.component
       WHERE i.run_key = ? GROUP BY a.outcome`,
    )
    .all(endedAt, runKey);
  const byOutcome: Record<string, number> = {};
  let busyMs = 0;
  let placed = 0;
  let wasted: number | null = null;
  let wastedCost: number | null = null;
  for (const row of rows) {
    const outcome = textOrNull(row, 'outcome');
    busyMs += num(row, 'busy_ms');
    placed += num(row, 'placed');
    if (outcome === null) continue;
    byOutcome[outcome] = num(row, 'n');
    wasted = plus(wasted, numOrNull(row, 'wasted'));
    wastedCost = plus(wastedCost, numOrNull(row, 'wasted_cost'));
  }
  const total = rows.reduce((count, row) => count + num(row, 'n'), 0);
  const failed = Object.entries(byOutcome)
    .filter(([outcome]) => outcome !== 'succeeded' && outcome !== 'cancelled')
    .reduce((count, [, n]) => count + n, 0);
  return { total, failed, byOutcome, placed, busySeconds: busyMs / 1000, wasted, wastedCost };
}

/** Busy worker-seconds over worker-seconds; null where either was never known, which is not 0. */
function efficiency({ total, placed, busySeconds }: AttemptTotals, workerSeconds: number): number | null {
  if (workerSeconds <= 0 || (total > 0 && placed === 0)) return null;
  return Math.min(1, busySeconds / workerSeconds);
}

function tasksByName(db: SqlDatabase, runKey: number): RunReport['tasks_by_name'] {
  const rows = db
    .prepare(
      `SELECT task, count(*) AS total, sum(state = ?) AS succeeded, sum(state = ?) AS failed,
         sum(attempts) AS attempts, avg(CASE WHEN state = ? THEN wall_s END) AS wall_mean, max(memory_bytes) AS requested
       FROM ${INSTANCES_IN_ORDER} WHERE run_key = ? GROUP BY task ORDER BY min(instance_key)`,
    )
    .all(stateCode('succeeded'), stateCode('failed'), stateCode('succeeded'), runKey);
  return Object.fromEntries(
    rows.map((row) => {
      const task = text(row, 'task');
      return [
        task,
        {
          total: num(row, 'total'),
          succeeded: num(row, 'succeeded'),
          failed: num(row, 'failed'),
          attempts: num(row, 'attempts'),
          wall_s_mean: numOrNull(row, 'wall_mean'),
          wall_s_p95: percentile95(db, runKey, task, 'wall_s'),
          peak_memory_p95: percentile95(db, runKey, task, 'peak_memory_bytes'),
          requested_memory_max: numOrNull(row, 'requested'),
        },
      ];
    }),
  );
}

/** Nearest rank over the succeeded instances. */
function percentile95(db: SqlDatabase, runKey: number, task: string, column: 'wall_s' | 'peak_memory_bytes') {
  const values = db
    .prepare(
      `SELECT ${column} AS v FROM ${INSTANCES_IN_ORDER} WHERE run_key = ? AND task = ? AND state = ? AND ${column} IS NOT NULL`,
    )
    .all(runKey, task, stateCode('succeeded'));
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values, (row) => num(row, 'v')).sort();
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null;
}

export function scaleDecisions(db: SqlDatabase, runKey: number): readonly ScaleDecisionRow[] {
  return db
    .prepare('SELECT * FROM scale_decisions WHERE run_key = ? ORDER BY at, decision_key')
    .all(runKey)
    .map((row) => ({
      at: num(row, 'at'),
      workersToAdd: json(row, 'workers_to_add', {}),
      workersToRemove: json(row, 'workers_to_remove', {}),
      reasoning: text(row, 'reasoning'),
      confidence: numOrNull(row, 'confidence'),
      predictedCompletionSeconds: numOrNull(row, 'predicted_completion_s'),
      by: text(row, 'decided_by') as ScaleDecisionRow['by'],
      inputs: json(row, 'inputs', null),
      outcome: textOrNull(row, 'outcome'),
    }));
}

function cacheCounts(db: SqlDatabase, runKey: number): RunReport['cache'] {
  const row = db
    .prepare('SELECT coalesce(sum(hit), 0) AS hits, count(*) AS lookups FROM cache_lookups WHERE run_key = ?')
    .get(runKey);
  const hits = row ? num(row, 'hits') : 0;
  return { hits, misses: (row ? num(row, 'lookups') : 0) - hits };
}

function runFailures(db: SqlDatabase, runKey: number): readonly FailureRow[] {
  return db
    .prepare('SELECT code, message FROM failures WHERE run_key = ? ORDER BY at, failure_key LIMIT ?')
    .all(runKey, MAX_FAILURES)
    .map((row) => ({
      instanceId: null,
      task: null,
      attempt: null,
      outcome: null,
      code: text(row, 'code'),
      message: text(row, 'message'),
      peakMemoryBytes: null,
      requestedMemoryBytes: null,
    }));
}

/** Instances that failed for good, each with its last attempt. What a retry mended is counted in `attempts`. */
function taskFailures(db: SqlDatabase, runKey: number): readonly FailureRow[] {
  return db
    .prepare(
      `SELECT instance_id, task, attempts, outcome, message, peak_memory_bytes, memory_bytes FROM instances
       WHERE run_key = ? AND state = ? ORDER BY attention, position LIMIT ?`,
    )
    .all(runKey, stateCode('failed'), MAX_FAILURES)
    .map(failureRow);
}

function failureRow(row: SqlRow): FailureRow {
  const outcome = textOrNull(row, 'outcome') as AttemptOutcome | null;
  return {
    instanceId: text(row, 'instance_id'),
    task: text(row, 'task'),
    attempt: num(row, 'attempts'),
    outcome,
    code: outcome ?? 'unknown',
    message: textOrNull(row, 'message') ?? 'It failed, and nothing more is known about it.',
    peakMemoryBytes: numOrNull(row, 'peak_memory_bytes'),
    requestedMemoryBytes: numOrNull(row, 'memory_bytes'),
  };
}

const sum = (byTag: Readonly<Record<string, number>>) => Object.values(byTag).reduce((a, b) => a + b, 0);
const plus = (a: number | null, b: number | null) => (b === null ? a : (a ?? 0) + b);
