import type { SqlRow } from '../database/driver.ts';
import type { PlannedInstance } from '../events.ts';
import { stateCode, stateOfCode } from '../instance-codes.ts';
import type { TaskCounts } from '../views.ts';

/** A run as the writer holds it: the counts are written once per commit instead of once per event. */
export interface RunRecord {
  readonly key: number;
  readonly counts: Record<keyof Omit<TaskCounts, 'total'>, number>;
  requestedByteSeconds: number | null;
  usedByteSeconds: number | null;
  lastAt: number;
}

/** One execution, from its start to its end. Everything but its number may still be unknown. */
export interface AttemptRecord {
  readonly attempt: number;
  queuedAt: number | null;
  startedAt: number | null;
  finishedAt: number | null;
  workerId: string | null;
  pid: number | null;
  cpus: number | null;
  memoryBytes: number | null;
  walltimeSeconds: number | null;
  outcome: string | null;
  exitCode: number | null;
  signal: string | null;
  peakMemoryBytes: number | null;
  cpuUserSeconds: number | null;
  cpuSystemSeconds: number | null;
  readBytes: number | null;
  writtenBytes: number | null;
  wallSeconds: number | null;
  ioClass: string | null;
  turnaroundSeconds: number | null;
  measuredBy: string;
  message: string | null;
  stdoutPath: string | null;
  stderrPath: string | null;
}

export interface InstanceRecord {
  /** Null until the row is inserted. */
  key: number | null;
  readonly run: RunRecord;
  readonly instanceId: string;
  readonly position: number;
  /** What only the insert needs; null for a row that is there already. */
  planned: PlannedInstance | null;
  state: number;
  attempts: number;
  cpus: number | null;
  memoryBytes: number | null;
  walltimeSeconds: number | null;
  source: string;
  queuedAt: number | null;
  startedAt: number | null;
  finishedAt: number | null;
  peakMemoryBytes: number | null;
  cpuSeconds: number | null;
  wallSeconds: number | null;
  outcome: string | null;
  message: string | null;
  /** Attempts that have begun and not ended, or changed since the last commit. */
  readonly open: AttemptRecord[];
  dirty: boolean;
}

export function newAttempt(attempt: number): AttemptRecord {
  return {
    attempt,
    queuedAt: null,
    startedAt: null,
    finishedAt: null,
    workerId: null,
    pid: null,
    cpus: null,
    memoryBytes: null,
    walltimeSeconds: null,
    outcome: null,
    exitCode: null,
    signal: null,
    peakMemoryBytes: null,
    cpuUserSeconds: null,
    cpuSystemSeconds: null,
    readBytes: null,
    writtenBytes: null,
    wallSeconds: null,
    ioClass: null,
    turnaroundSeconds: null,
    measuredBy: 'none',
    message: null,
    stdoutPath: null,
    stderrPath: null,
  };
}

export function newInstance(run: RunRecord, planned: PlannedInstance, at: number): InstanceRecord {
  const waits = planned.needs.length > 0;
  const state = waits ? 'waiting' : 'queued';
  run.counts[state] += 1;
  return {
    key: null,
    run,
    instanceId: planned.id,
    position: planned.index,
    planned,
    state: stateCode(state),
    attempts: 0,
    cpus: planned.request.cpus,
    memoryBytes: planned.request.memoryBytes,
    walltimeSeconds: planned.request.walltimeSeconds,
    source: planned.source,
    queuedAt: waits ? null : at,
    startedAt: null,
    finishedAt: null,
    peakMemoryBytes: null,
    cpuSeconds: null,
    wallSeconds: null,
    outcome: null,
    message: null,
    open: [],
    dirty: true,
  };
}

const num = (value: SqlRow[string]) => (typeof value === 'number' ? value : null);
const text = (value: SqlRow[string]) => (typeof value === 'string' ? value : null);

export function storedInstance(run: RunRecord, row: SqlRow): InstanceRecord {
  return {
    key: Number(row.instance_key),
    run,
    instanceId: String(row.instance_id),
    position: Number(row.position),
    planned: null,
    state: Number(row.state),
    attempts: Number(row.attempts),
    cpus: num(row.cpus ?? null),
    memoryBytes: num(row.memory_bytes ?? null),
    walltimeSeconds: num(row.walltime_s ?? null),
    source: String(row.source),
    queuedAt: num(row.queued_at ?? null),
    startedAt: num(row.started_at ?? null),
    finishedAt: num(row.finished_at ?? null),
    peakMemoryBytes: num(row.peak_memory_bytes ?? null),
    cpuSeconds: num(row.cpu_s ?? null),
    wallSeconds: num(row.wall_s ?? null),
    outcome: text(row.outcome ?? null),
    message: text(row.message ?? null),
    open: [],
    dirty: false,
  };
}

export function storedAttempt(row: SqlRow): AttemptRecord {
  return {
    attempt: Number(row.attempt),
    queuedAt: num(row.queued_at ?? null),
    startedAt: num(row.started_at ?? null),
    finishedAt: num(row.finished_at ?? null),
    workerId: text(row.worker_id ?? null),
    pid: num(row.pid ?? null),
    cpus: num(row.cpus ?? null),
    memoryBytes: num(row.memory_bytes ?? null),
    walltimeSeconds: num(row.walltime_s ?? null),
    outcome: text(row.outcome ?? null),
    exitCode: num(row.exit_code ?? null),
    signal: text(row.signal ?? null),
    peakMemoryBytes: num(row.peak_memory_bytes ?? null),
    cpuUserSeconds: num(row.cpu_user_s ?? null),
    cpuSystemSeconds: num(row.cpu_system_s ?? null),
    readBytes: num(row.read_bytes ?? null),
    writtenBytes: num(row.written_bytes ?? null),
    wallSeconds: num(row.wall_s ?? null),
    ioClass: text(row.io_class ?? null),
    turnaroundSeconds: num(row.turnaround_s ?? null),
    measuredBy: String(row.measured_by),
    message: text(row.message ?? null),
    stdoutPath: text(row.stdout_path ?? null),
    stderrPath: text(row.stderr_path ?? null),
  };
}

/** Order within a state: running by age, finished by how slow it was, everything else as planned. */
export function attention(instance: InstanceRecord): number {
  switch (stateOfCode(instance.state)) {
    case 'running':
      return instance.startedAt ?? 0;
    case 'succeeded':
      return -(instance.wallSeconds ?? 0);
    default:
      return instance.position;
  }
}
