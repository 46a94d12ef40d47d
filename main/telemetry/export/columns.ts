import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { ExportedAttempt, ExportedInstance } from '../queries/export.ts';
import type { RunDetail } from '../views.ts';

/** A column of the attempt table, for CSV and Parquet alike. Names are those that CSV import reads. */
export interface Column {
  readonly name: string;
  readonly type: 'STRING' | 'DOUBLE' | 'INT64' | 'INT32';
  readonly value: (row: AttemptRecordRow) => string | number | null;
}

export interface AttemptRecordRow {
  readonly run: RunDetail;
  readonly instance: ExportedInstance;
  /** Null for an instance that had no attempt: reused, skipped, still waiting. */
  readonly attempt: ExportedAttempt | null;
}

const iso = (at: number | null | undefined) =>
  at === null || at === undefined ? null : new Date(at).toISOString();

export const COLUMNS: readonly Column[] = [
  { name: 'run_id', type: 'STRING', value: ({ run }) => run.runId },
  { name: 'project', type: 'STRING', value: ({ run }) => run.project },
  { name: 'target', type: 'STRING', value: ({ run }) => run.target },
  { name: 'provider', type: 'STRING', value: ({ run }) => run.provider },
  { name: 'origin', type: 'STRING', value: ({ run }) => run.origin },
  { name: 'instance_id', type: 'STRING', value: ({ instance }) => instance.instanceId },
  { name: 'task', type: 'STRING', value: ({ instance }) => instance.task },
  { name: 'component', type: 'STRING', value: ({ instance }) => instance.component },
  { name: 'state', type: 'STRING', value: attemptState },
  { name: 'attempt', type: 'INT32', value: ({ attempt }) => attempt?.attempt ?? null },
  { name: 'outcome', type: 'STRING', value: ({ attempt }) => attempt?.outcome ?? null },
  { name: 'started_at', type: 'STRING', value: ({ attempt }) => iso(attempt?.startedAt) },
  {
    name: 'finished_at',
    type: 'STRING',
    value: (row) => iso(row.attempt?.finishedAt ?? row.instance.finishedAt),
  },
  { name: 'queued_s', type: 'DOUBLE', value: queuedSeconds },
  { name: 'duration_s', type: 'DOUBLE', value: ({ attempt }) => attempt?.wallSeconds ?? null },
  { name: 'turnaround_s', type: 'DOUBLE', value: ({ attempt }) => attempt?.turnaroundSeconds ?? null },
  { name: 'cpu_s', type: 'DOUBLE', value: cpuSeconds },
  { name: 'peak_memory_bytes', type: 'INT64', value: ({ attempt }) => attempt?.peakMemoryBytes ?? null },
  { name: 'read_bytes', type: 'INT64', value: ({ attempt }) => attempt?.readBytes ?? null },
  { name: 'written_bytes', type: 'INT64', value: ({ attempt }) => attempt?.writtenBytes ?? null },
  { name: 'io_class', type: 'STRING', value: ({ attempt }) => attempt?.ioClass ?? null },
  { name: 'requested_memory', type: 'INT64', value: (row) => requestOf(row).memoryBytes },
  {
    name: 'requested_cpus',
    type: 'INT32',
    value: ({ attempt, instance }) => (attempt ? attempt.requestedCpus : instance.request.cpus),
  },
  { name: 'requested_walltime', type: 'DOUBLE', value: (row) => requestOf(row).walltimeSeconds },
  { name: 'request_source', type: 'STRING', value: ({ instance }) => instance.source },
  { name: 'worker_id', type: 'STRING', value: ({ attempt }) => attempt?.workerId ?? null },
  { name: 'exit_code', type: 'INT32', value: ({ attempt }) => attempt?.exitCode ?? null },
  { name: 'signal', type: 'STRING', value: ({ attempt }) => attempt?.signal ?? null },
  { name: 'measured_by', type: 'STRING', value: ({ attempt }) => attempt?.measuredBy ?? null },
  { name: 'message', type: 'STRING', value: ({ attempt }) => attempt?.message ?? null },
  { name: 'command', type: 'STRING', value: ({ instance }) => instance.command },
  { name: 'params', type: 'STRING', value: ({ instance }) => JSON.stringify(instance.features) },
];

export function* attemptRows(run: RunDetail, instance: ExportedInstance): Generator<AttemptRecordRow> {
  if (instance.attemptRows.length === 0) yield { run, instance, attempt: null };
  for (const attempt of instance.attemptRows) yield { run, instance, attempt };
}

/** The instance's own state at its last attempt; an attempt that was tried again is told by its outcome. */
function attemptState({ instance, attempt }: AttemptRecordRow): string {
  if (attempt === null || attempt.attempt === instance.attempts || attempt.outcome === null)
    return instance.state;
  return attempt.outcome === 'succeeded' || attempt.outcome === 'cancelled' ? attempt.outcome : 'failed';
}

function requestOf({ instance, attempt }: AttemptRecordRow) {
  return attempt ? attempt.request : instance.request;
}

function queuedSeconds({ attempt }: AttemptRecordRow): number | null {
  return attempt === null || attempt.queuedAt === null || attempt.startedAt === null
    ? null
    : Math.max(0, attempt.startedAt - attempt.queuedAt) / 1000;
}

export function cpuSeconds({ attempt }: AttemptRecordRow): number | null {
  if (attempt === null || (attempt.cpuUserSeconds === null && attempt.cpuSystemSeconds === null)) return null;
  return (attempt.cpuUserSeconds ?? 0) + (attempt.cpuSystemSeconds ?? 0);
}

/** A file that is written line by line, waiting whenever the disk is behind. */
export class LineFile {
  readonly #stream: ReturnType<typeof createWriteStream>;
  readonly #closed: Promise<void>;

  constructor(path: string) {
    this.#stream = createWriteStream(path);
    this.#closed = finished(this.#stream);
    // Told by `write` or `close`, whichever comes first.
    this.#closed.catch(() => undefined);
  }

  async write(text: string): Promise<void> {
    if (this.#stream.write(text)) return;
    await Promise.race([new Promise<void>((resolve) => this.#stream.once('drain', resolve)), this.#closed]);
  }

  async close(): Promise<void> {
    this.#stream.end();
    await this.#closed;
  }
}
