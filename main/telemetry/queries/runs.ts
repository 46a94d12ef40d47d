import { GIB } from '../../platform/units.ts';
import type { SqlRow } from '../database/driver.ts';
import type { RunStatus } from '../events.ts';
import type { RunDetail, RunSummary } from '../views.ts';
import { json, num, numOrNull, type QueryContext, text, textOrNull } from './context.ts';

export const BYTE_SECONDS_PER_GBH = GIB * 3600;

export function listRuns(
  { db, livePid }: QueryContext,
  options: { limit?: number; before?: number },
): readonly RunSummary[] {
  return db
    .prepare('SELECT * FROM runs WHERE started_at < ? ORDER BY started_at DESC, run_key DESC LIMIT ?')
    .all(options.before ?? Number.MAX_SAFE_INTEGER, options.limit ?? 100)
    .map((row) => summary(row, livePid));
}

export function findRun({ db, livePid }: QueryContext, runId: string): RunDetail | null {
  const row = runRow(db, runId);
  if (!row) return null;
  return {
    ...summary(row, livePid),
    manifestLock: text(row, 'manifest_lock'),
    manifestPath: textOrNull(row, 'manifest_path'),
    manifestText: text(row, 'manifest_text'),
    plan: json<unknown>(row, 'plan', null),
    pid: numOrNull(row, 'pid'),
    hostname: textOrNull(row, 'hostname'),
  };
}

export function runRow(db: QueryContext['db'], runId: string): SqlRow | undefined {
  return runId === 'last'
    ? db.prepare('SELECT * FROM runs ORDER BY started_at DESC, run_key DESC LIMIT 1').get()
    : db.prepare('SELECT * FROM runs WHERE run_id = ?').get(runId);
}

export function summary(row: SqlRow, livePid: number | null): RunSummary {
  const counts = {
    waiting: num(row, 'waiting'),
    queued: num(row, 'queued'),
    running: num(row, 'running'),
    succeeded: num(row, 'succeeded'),
    failed: num(row, 'failed'),
    cancelled: num(row, 'cancelled'),
    cached: num(row, 'cached'),
    skipped: num(row, 'skipped'),
  };
  return {
    runId: text(row, 'run_id'),
    project: text(row, 'project'),
    target: text(row, 'target'),
    provider: text(row, 'provider'),
    status: statusNow(row, livePid),
    startedAt: num(row, 'started_at'),
    finishedAt: numOrNull(row, 'finished_at'),
    lastAt: num(row, 'last_at'),
    tasks: { total: Object.values(counts).reduce((a, b) => a + b, 0), ...counts },
    requestedGbh: gbh(numOrNull(row, 'requested_byte_s')),
    usedGbh: gbh(numOrNull(row, 'used_byte_s')),
    origin: text(row, 'origin') as RunSummary['origin'],
  };
}

/** A run says `running` until it is told otherwise; when its process is gone, nobody will. */
export function statusNow(row: SqlRow, livePid: number | null): RunStatus {
  const status = text(row, 'status') as RunStatus;
  return status === 'running' && (livePid === null || numOrNull(row, 'pid') !== livePid)
    ? 'interrupted'
    : status;
}

/** Where the run's time axis ends: its end, now while it goes on, or the last thing known of it. */
export function endOfRun(row: SqlRow, { now, livePid }: QueryContext): number {
  const finishedAt = numOrNull(row, 'finished_at');
  if (finishedAt !== null) return finishedAt;
  return statusNow(row, livePid) === 'running' ? Math.max(now, num(row, 'last_at')) : num(row, 'last_at');
}

export function gbh(byteSeconds: number | null): number | null {
  return byteSeconds === null ? null : byteSeconds / BYTE_SECONDS_PER_GBH;
}
