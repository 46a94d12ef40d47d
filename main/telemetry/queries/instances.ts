import type { Params } from '../../manifest/spec.ts';
import { assertNever } from '../../platform/errors.ts';
import type { AttemptOutcome } from '../../providers/provider.ts';
import type { SqlDatabase, SqlRow, SqlValue } from '../database/driver.ts';
import type { Interval, IoClass, RequestSource } from '../events.ts';
import { stateCode, stateOfCode } from '../instance-codes.ts';
import type {
  AttemptRow,
  InstanceDetail,
  InstancePage,
  InstanceQuery,
  InstanceRow,
  InstanceSort,
} from '../views.ts';
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

const COLUMNS = `i.*, t.params, t.features, t.needs, t.command, r.confidence, r.memory_low, r.memory_point, r.memory_high, r.cpu_low, r.cpu_point, r.cpu_high,
  r.wall_low, r.wall_point, r.wall_high, r.io_class`;

const JOINED = `instances i JOIN instance_texts t ON t.run_key = i.run_key AND t.instance_key = i.instance_key
  LEFT JOIN recommendations r ON r.instance_key = i.instance_key`;

export function pageOfInstances({ db }: QueryContext, query: InstanceQuery): InstancePage {
  return atOneMoment(db, () => {
    const run = db.prepare('SELECT * FROM runs WHERE run_id = ?').get(query.runId);
    if (!run) return { rows: [], total: 0 };
    const runKey = num(run, 'run_key');
    const found = query.search === undefined ? null : matching(db, runKey, query.search);
    const { where, values } = conditions(runKey, query, found);
    // The counts are kept with the run; only what they do not know has to be counted.
    const total =
      query.task === undefined && found === null
        ? (query.states ?? ALL_STATES).reduce((sum, state) => sum + num(run, state), 0)
        : query.task === undefined && query.states === undefined && found !== null
          ? found.length
          : num(db.prepare(`SELECT count(*) AS n FROM instances i WHERE ${where}`).get(...values) ?? {}, 'n');
    // Keys first, from the index alone where it can be; then the wide rows of one page only.
    const keys = db
      .prepare(
        `SELECT i.instance_key FROM ${source(query, found)} WHERE ${where} ORDER BY ${order(query.sort)} LIMIT ? OFFSET ?`,
      )
      .all(...values, query.limit, query.offset);
    const find = db.prepare(`SELECT ${COLUMNS} FROM ${JOINED} WHERE i.instance_key = ?`);
    return {
      rows: keys.flatMap((key) => {
        const row = find.get(num(key, 'instance_key'));
        return row ? [instanceRow(row)] : [];
      }),
      total,
    };
  });
}

const ALL_STATES = [
  'failed',
  'running',
  'succeeded',
  'cancelled',
  'queued',
  'waiting',
  'cached',
  'skipped',
] as const;

const MAX_WORDS = 8;

/** Keys of the instances that have every word somewhere in their id or parameters; null when nothing is searched. */
function matching(db: SqlDatabase, runKey: number, search: string): readonly number[] | null {
  const words = search.trim().split(/\s+/).slice(0, MAX_WORDS);
  if (words[0] === '') return null;
  const patterns = words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  const each = words.map(() => `(instance_id LIKE ? ESCAPE '\\' OR params LIKE ? ESCAPE '\\')`).join(' AND ');
  return db
    .prepare(`SELECT instance_key FROM instance_texts WHERE run_key = ? AND ${each}`)
    .all(runKey, ...patterns.flatMap((pattern) => [pattern, pattern]))
    .map((row) => num(row, 'instance_key'));
}

function conditions(
  runKey: number,
  query: InstanceQuery,
  found: readonly number[] | null,
): { where: string; values: SqlValue[] } {
  const parts = ['i.run_key = ?'];
  const values: SqlValue[] = [runKey];
  if (query.states) {
    parts.push(`i.state IN (${query.states.map(() => '?').join(', ')})`);
    values.push(...query.states.map(stateCode));
  }
  if (query.task !== undefined) {
    parts.push('i.task = ?');
    values.push(query.task);
  }
  if (found) {
    parts.push('i.instance_key IN (SELECT value FROM json_each(?))');
    values.push(JSON.stringify(found));
  }
  return { where: parts.join(' AND '), values };
}

/** By attention and with a filter the planner knows best; to sort a whole run its rows are read as they lie. */
function source({ sort = 'attention', states }: InstanceQuery, found: readonly number[] | null): string {
  return sort === 'attention' || states !== undefined || found !== null ? 'instances i' : INSTANCES_IN_ORDER;
}

function order(sort: InstanceSort = 'attention'): string {
  switch (sort) {
    case 'attention':
      return 'i.state, i.attention, i.position';
    case 'index':
      return 'i.instance_key';
    case 'wall':
      return 'i.wall_s DESC, i.instance_key';
    case 'memory':
      return 'i.peak_memory_bytes DESC, i.instance_key';
    case 'started':
      return 'i.started_at IS NULL, i.started_at, i.instance_key';
    default:
      return assertNever(sort);
  }
}

export function findInstance({ db }: QueryContext, runId: string, instanceId: string): InstanceDetail | null {
  return atOneMoment(db, () => {
    const row = db
      .prepare(
        `SELECT ${COLUMNS} FROM ${JOINED}
         WHERE i.run_key = (SELECT run_key FROM runs WHERE run_id = ?) AND i.instance_id = ?`,
      )
      .get(runId, instanceId);
    if (!row) return null;
    const key = num(row, 'instance_key');
    const attempts = db.prepare('SELECT * FROM attempts WHERE instance_key = ? ORDER BY attempt').all(key);
    const samples = db.prepare('SELECT * FROM samples WHERE instance_key = ? ORDER BY attempt, at').all(key);
    return {
      ...instanceRow(row),
      features: json<Params>(row, 'features', json<Params>(row, 'params', {})),
      needs: json<readonly string[]>(row, 'needs', []),
      command: text(row, 'command'),
      confidence: numOrNull(row, 'confidence'),
      attemptRows: attempts.map(attemptRow),
      samples: samples.map((sample) => ({
        attempt: num(sample, 'attempt'),
        at: num(sample, 'at'),
        memoryBytes: num(sample, 'memory_bytes'),
        cpuSeconds: numOrNull(sample, 'cpu_s'),
      })),
    };
  });
}

export function instanceRow(row: SqlRow): InstanceRow {
  return {
    instanceId: text(row, 'instance_id'),
    task: text(row, 'task'),
    component: text(row, 'component'),
    index: num(row, 'position'),
    params: json<Params>(row, 'params', {}),
    ...(typeof row.features === 'string' && { features: json<Params>(row, 'features', {}) }),
    state: stateOfCode(num(row, 'state')),
    attempts: num(row, 'attempts'),
    request: request(row),
    source: text(row, 'source') as RequestSource,
    predicted: {
      peakMemoryBytes: interval(row, 'memory'),
      cpuSeconds: interval(row, 'cpu'),
      wallSeconds: interval(row, 'wall'),
      ...(typeof row.io_class === 'string' && { ioClass: row.io_class as IoClass }),
    },
    peakMemoryBytes: numOrNull(row, 'peak_memory_bytes'),
    cpuSeconds: numOrNull(row, 'cpu_s'),
    wallSeconds: numOrNull(row, 'wall_s'),
    queuedAt: numOrNull(row, 'queued_at'),
    startedAt: numOrNull(row, 'started_at'),
    finishedAt: numOrNull(row, 'finished_at'),
    outcome: textOrNull(row, 'outcome') as AttemptOutcome | null,
    message: textOrNull(row, 'message'),
  };
}

export function attemptRow(row: SqlRow): AttemptRow {
  return {
    attempt: num(row, 'attempt'),
    workerId: textOrNull(row, 'worker_id'),
    pid: numOrNull(row, 'pid'),
    request: request(row),
    startedAt: numOrNull(row, 'started_at'),
    finishedAt: numOrNull(row, 'finished_at'),
    outcome: textOrNull(row, 'outcome') as AttemptOutcome | null,
    exitCode: numOrNull(row, 'exit_code'),
    signal: textOrNull(row, 'signal'),
    message: textOrNull(row, 'message'),
    peakMemoryBytes: numOrNull(row, 'peak_memory_bytes'),
    cpuUserSeconds: numOrNull(row, 'cpu_user_s'),
    cpuSystemSeconds: numOrNull(row, 'cpu_system_s'),
    readBytes: numOrNull(row, 'read_bytes'),
    writtenBytes: numOrNull(row, 'written_bytes'),
    wallSeconds: numOrNull(row, 'wall_s'),
    ioClass: textOrNull(row, 'io_class') as IoClass | null,
    measuredBy: text(row, 'measured_by') as AttemptRow['measuredBy'],
    stdoutPath: textOrNull(row, 'stdout_path'),
    stderrPath: textOrNull(row, 'stderr_path'),
  };
}

/** Imported rows may not know how many CPUs were asked for: one is what everything takes at least. */
function request(row: SqlRow): InstanceRow['request'] {
  return {
    cpus: numOrNull(row, 'cpus') ?? 1,
    memoryBytes: numOrNull(row, 'memory_bytes'),
    walltimeSeconds: numOrNull(row, 'walltime_s'),
  };
}

function interval(row: SqlRow, name: string): Interval | null {
  const low = numOrNull(row, `${name}_low`);
  const point = numOrNull(row, `${name}_point`);
  const high = numOrNull(row, `${name}_high`);
  return low === null || point === null || high === null ? null : { low, point, high };
}
