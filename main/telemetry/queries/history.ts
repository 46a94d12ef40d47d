import type { Params } from '../../manifest/spec.ts';
import type { AttemptOutcome } from '../../providers/provider.ts';
import type { SqlDatabase, SqlRow } from '../database/driver.ts';
import type { IoClass } from '../events.ts';
import { stateCode } from '../instance-codes.ts';
import type { HistoryRow, HistorySummary } from '../views.ts';
import { INSTANCES_IN_ORDER, json, num, numOrNull, text, textOrNull } from './context.ts';
import { MEMORY_RATES } from './run-cost.ts';

/** Ends that say nothing about what the program needs are not history. */
const LEARNABLE = `a.outcome IS NOT NULL AND a.outcome NOT IN ('cancelled', 'lost', 'launch_failure')`;

/** The newest `limit` finished attempts, oldest first. Attempts that were cancelled, lost or never began are left out. */
export function history(
  db: SqlDatabase,
  { task, limit }: { task?: string; limit?: number },
): readonly HistoryRow[] {
  const rows = db
    .prepare(
      `SELECT r.run_id, r.target, r.provider, r.origin, r.hostname, i.instance_id, i.task, i.component, t.params, t.features,
         a.attempt, a.cpus, a.memory_bytes, a.walltime_s, a.outcome, a.peak_memory_bytes, a.cpu_user_s,
         a.cpu_system_s, a.read_bytes, a.written_bytes, a.wall_s, a.io_class, a.started_at, a.finished_at, c.manifest_memory_bytes
       FROM runs r CROSS JOIN ${INSTANCES_IN_ORDER} ON i.run_key = r.run_key
         CROSS JOIN attempts a ON a.instance_key = i.instance_key
         CROSS JOIN instance_texts t ON t.run_key = r.run_key AND t.instance_key = i.instance_key
         LEFT JOIN recommendations c ON c.instance_key = i.instance_key
       WHERE ${LEARNABLE} ${task === undefined ? '' : 'AND i.task = ?'}
       ORDER BY a.finished_at DESC, a.instance_key DESC LIMIT ?`,
    )
    .all(...(task === undefined ? [] : [task]), limit ?? -1);
  return rows.map(historyRow).reverse();
}

function historyRow(row: SqlRow): HistoryRow {
  const user = numOrNull(row, 'cpu_user_s');
  const system = numOrNull(row, 'cpu_system_s');
  return {
    // Local tasks ran where the run was started; of others the machine is not known.
    ...(row.provider === 'local' && row.hostname !== null && { machine: text(row, 'hostname') }),
    runId: text(row, 'run_id'),
    instanceId: text(row, 'instance_id'),
    attempt: num(row, 'attempt'),
    task: text(row, 'task'),
    component: text(row, 'component'),
    target: text(row, 'target'),
    provider: text(row, 'provider'),
    finishedAt: num(row, 'finished_at'),
    startedAt: numOrNull(row, 'started_at'),
    features: json<Params>(row, 'features', json<Params>(row, 'params', {})),
    requestedCpus: numOrNull(row, 'cpus'),
    requestedMemoryBytes: numOrNull(row, 'memory_bytes'),
    requestedWalltimeSeconds: numOrNull(row, 'walltime_s'),
    ...(row.manifest_memory_bytes !== null && {
      manifestMemoryBytes: num(row, 'manifest_memory_bytes'),
    }),
    outcome: text(row, 'outcome') as AttemptOutcome,
    peakMemoryBytes: numOrNull(row, 'peak_memory_bytes'),
    cpuSeconds: user === null && system === null ? null : (user ?? 0) + (system ?? 0),
    wallSeconds: numOrNull(row, 'wall_s'),
    readBytes: numOrNull(row, 'read_bytes'),
    writtenBytes: numOrNull(row, 'written_bytes'),
    ioClass: textOrNull(row, 'io_class') as IoClass | null,
    origin: text(row, 'origin') as HistoryRow['origin'],
  };
}

export function historySummary(db: SqlDatabase): readonly HistorySummary[] {
  const rates = newestRates(db);
  return db
    .prepare(
      `SELECT i.task, count(*) AS row_count, sum(a.outcome = 'succeeded') AS succeeded,
         count(a.peak_memory_bytes) AS with_memory, count(DISTINCT i.run_key) AS runs, max(a.finished_at) AS last_at
       FROM instances i CROSS JOIN attempts a USING (instance_key) WHERE ${LEARNABLE} GROUP BY i.task ORDER BY i.task`,
    )
    .all()
    .map((row) => ({
      task: text(row, 'task'),
      rows: num(row, 'row_count'),
      succeeded: num(row, 'succeeded'),
      withMemory: num(row, 'with_memory'),
      runs: num(row, 'runs'),
      lastAt: num(row, 'last_at'),
      ...rates.get(text(row, 'task')),
    }));
}

/** By task. */
function newestRates(db: SqlDatabase): ReadonlyMap<string, Pick<HistorySummary, 'usdPerGbh'>> {
  const rows = db
    .prepare(
      `SELECT i.task, p.usd, max(r.started_at) FROM (${MEMORY_RATES}) p JOIN runs r USING (run_key)
       CROSS JOIN instances i ON i.run_key = p.run_key AND i.component = p.component GROUP BY i.task`,
    )
    .all();
  return new Map(rows.map((row) => [text(row, 'task'), { usdPerGbh: num(row, 'usd') }]));
}

/** The newest success under a key. A reused result is not a success of its own, so it always leads to the original. */
export function cached(db: SqlDatabase, keyDigest: string): { runId: string; instanceId: string } | null {
  const row = db
    .prepare(
      `SELECT r.run_id, i.instance_id FROM cache_lookups l
       JOIN instances i USING (instance_key) JOIN runs r ON r.run_key = l.run_key
       WHERE l.key_digest = ? AND l.hit = 0 AND i.state = ? ORDER BY l.at DESC LIMIT 1`,
    )
    .get(keyDigest, stateCode('succeeded'));
  return row ? { runId: text(row, 'run_id'), instanceId: text(row, 'instance_id') } : null;
}
