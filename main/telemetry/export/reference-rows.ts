import { formatDuration } from '../../platform/units.ts';
import type { InstanceState } from '../events.ts';
import type { Fields } from '../import/fields.ts';
import type { ExportedAttempt, ExportedInstance, ExportedRun } from '../queries/export.ts';
import type { RunDetail } from '../views.ts';
import { costFields } from './cost-rows.ts';

const SCHEMA = 1;

/** Whole seconds, as the reference package's readers parse them. */
export function stamp(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

function row(run: RunDetail, eventType: string, at: number, fields: Fields): Fields {
  return {
    event_type: eventType,
    schema_version: SCHEMA,
    run_id: run.runId,
    timestamp: stamp(at),
    ...fields,
  };
}

export function runFields(run: RunDetail): Fields {
  return {
    run_id: run.runId,
    project_name: run.project,
    target_name: run.target,
    provider_name: run.provider,
    manifest_lock: run.manifestLock,
    source_manifest_path: run.manifestPath,
    started_at: stamp(run.startedAt),
    finished_at: run.finishedAt === null ? null : stamp(run.finishedAt),
    // Judged by its tasks here; there `completed` says that the session closed.
    status: run.status === 'succeeded' ? 'completed' : run.finishedAt === null ? 'running' : 'failed',
    schema_version: SCHEMA,
  };
}

/**
 * The task's rows there: submitted, running and, when it has ended, one more with our measured fields added.
 * `duration_s` stays what it is there: turnaround, from ready to ended.
 */
export function taskRows(run: RunDetail, instance: ExportedInstance): readonly Fields[] {
  const last = instance.attemptRows.at(-1);
  const submittedAt = instance.attemptRows[0]?.queuedAt ?? instance.queuedAt ?? run.startedAt;
  const common = {
    task_id: instance.instanceId,
    task_name: instance.task,
    function_name: instance.task,
    component: instance.component,
    tag: instance.component,
    requested_workers: 1,
    duration_s: null,
    worker: null,
    error_type: null,
    error_message: null,
  };
  const rows: Fields[] = [row(run, 'task', submittedAt, { ...common, state: 'submitted' })];
  const startedAt = instance.attemptRows[0]?.startedAt ?? null;
  if (startedAt !== null || instance.state === 'running') {
    rows.push(row(run, 'task', startedAt ?? submittedAt, { ...common, state: 'running' }));
  }
  const state = finalState(instance.state);
  if (state === null) return rows;
  const finishedAt = instance.finishedAt ?? submittedAt;
  rows.push(
    row(run, 'task', finishedAt, {
      ...common,
      state,
      duration_s: last?.turnaroundSeconds ?? Math.max(0, finishedAt - submittedAt) / 1000,
      worker: last?.workerId ?? null,
      error_type: state === 'failed' ? (last?.outcome ?? 'unknown') : null,
      error_message: state === 'failed' ? instance.message : null,
      params: instance.params,
      features: instance.features,
      ...measured(last),
    }),
  );
  return rows;
}

/** What the reference package has no word for: extra keys, which its readers pass over. */
function measured(attempt: ExportedAttempt | undefined): Fields {
  if (!attempt) return {};
  const { queuedAt, startedAt, cpuUserSeconds: user, cpuSystemSeconds: system } = attempt;
  return {
    attempts: attempt.attempt,
    outcome: attempt.outcome,
    exec_s: attempt.wallSeconds,
    queued_s: queuedAt === null || startedAt === null ? null : Math.max(0, startedAt - queuedAt) / 1000,
    cpu_s: user === null && system === null ? null : (user ?? 0) + (system ?? 0),
    peak_memory_bytes: attempt.peakMemoryBytes,
    read_bytes: attempt.readBytes,
    written_bytes: attempt.writtenBytes,
    io_class: attempt.ioClass ?? null,
    measured_by: attempt.measuredBy,
    exit_code: attempt.exitCode,
  };
}

export function resourceRow(run: RunDetail, instance: ExportedInstance): Fields {
  const last = instance.attemptRows.at(-1);
  const request = last?.request ?? instance.request;
  const { memoryBytes, walltimeSeconds } = request;
  const seconds = last?.wallSeconds ?? null;
  const cpu = last && seconds !== null && seconds > 0 ? measured(last).cpu_s : null;
  return row(run, 'resource', instance.attemptRows[0]?.queuedAt ?? instance.queuedAt ?? run.startedAt, {
    entity_type: 'task',
    entity_id: instance.instanceId,
    component: instance.component,
    provider: run.provider,
    requested_cpus: last ? last.requestedCpus : instance.request.cpus,
    requested_memory: memoryBytes === null ? null : memoryText(memoryBytes),
    requested_walltime: walltimeSeconds === null ? null : formatDuration(walltimeSeconds),
    requested_workers: 1,
    observed_cpu: typeof cpu === 'number' && seconds !== null ? cpu / seconds : null,
    observed_memory_gb:
      last === undefined || last.peakMemoryBytes === null ? null : last.peakMemoryBytes / 1e9,
    requested_memory_bytes: memoryBytes,
    requested_walltime_s: walltimeSeconds,
  });
}

/** Exact, in their units, where `G` alone would be 10^9: `8Gi`, `1536Mi`, or plain bytes. */
export function memoryText(bytes: number): string {
  for (const [unit, size] of [
    ['Gi', 1024 ** 3],
    ['Mi', 1024 ** 2],
    ['Ki', 1024],
  ] as const) {
    if (bytes > 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

export function failureRow(run: RunDetail, instance: ExportedInstance): Fields | null {
  if (instance.state !== 'failed') return null;
  return row(run, 'failure', instance.finishedAt ?? run.startedAt, {
    failure_class: instance.outcome ?? 'unknown',
    message: instance.message ?? '',
    provider: run.provider,
    task_id: instance.instanceId,
    details: {},
  });
}

export interface RunLevelRows {
  readonly workers: readonly Fields[];
  readonly failures: readonly Fields[];
  readonly cache: readonly Fields[];
  readonly artifacts: readonly Fields[];
  readonly cost: readonly Fields[];
}

export function runLevelRows(exported: ExportedRun): RunLevelRows {
  const { run, lastAt, workers, decisions, failures, lookups, artifacts } = exported;
  const cost = costFields(exported);
  const worker = (
    at: number,
    state: string,
    workerId: string | null,
    component: string | null,
    details: Fields,
  ) => row(run, 'worker', at, { provider: run.provider, state, component, worker_id: workerId, details });
  const workerRows = [
    ...workers.flatMap(({ workerId, tag, addedAt, removedAt, reason }) => [
      { at: addedAt, row: worker(addedAt, 'worker_added', workerId, tag, {}) },
      ...(removedAt === null
        ? []
        : [
            {
              at: removedAt,
              row: worker(removedAt, 'worker_removed', workerId, tag, { reason: reason ?? '' }),
            },
          ]),
    ]),
    ...decisions.map((one) => ({
      at: one.at,
      row: worker(one.at, 'scale_decision', null, null, {
        workers_to_add: one.workersToAdd,
        workers_to_remove: one.workersToRemove,
        reasoning: one.reasoning,
        confidence: one.confidence,
        predicted_completion_s: one.predictedCompletionSeconds,
        by: one.by,
      }),
    })),
  ].sort((a, b) => a.at - b.at);
  return {
    workers: workerRows.map((one) => one.row),
    failures: failures.map(({ at, code, message, phase }) =>
      row(run, 'failure', at, {
        failure_class: code,
        message,
        provider: run.provider,
        task_id: null,
        details: { phase },
      }),
    ),
    cache: lookups.map((lookup) =>
      row(run, 'cache', lookup.at, {
        function_name: lookup.task,
        task_name: lookup.task,
        component: lookup.component,
        tag: lookup.component,
        key_digest: lookup.keyDigest,
        hit: lookup.hit,
        duration_s: lookup.seconds,
      }),
    ),
    artifacts: artifacts.map((artifact) =>
      row(run, 'artifact', artifact.at, {
        task_name: artifact.task ?? '',
        component: artifact.component,
        artifact_name: artifact.name,
        location: artifact.location,
        kind: artifact.kind,
        digest: artifact.digest,
        size_bytes: artifact.sizeBytes,
      }),
    ),
    cost: cost === null ? [] : [row(run, 'cost', run.finishedAt ?? lastAt, cost)],
  };
}

function finalState(state: InstanceState): 'succeeded' | 'failed' | 'cancelled' | null {
  switch (state) {
    case 'succeeded':
    case 'cached':
      return 'succeeded';
    case 'failed':
      return 'failed';
    case 'cancelled':
    case 'skipped':
      return 'cancelled';
    default:
      return null;
  }
}
