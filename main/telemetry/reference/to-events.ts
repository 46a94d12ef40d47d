import { parseDecimalMemory, parseDuration } from '../../platform/units.ts';
import type { AttemptOutcome, ResourceRequest } from '../../providers/provider.ts';
import { FINAL_STATES, type InstanceState, type RunStatus } from '../events.ts';
import { amountField, type Fields, fieldsField, paramsOf, parseTime, textField } from '../import/fields.ts';
import { safeId, safeRunId } from '../import/ids.ts';
import { INCOMPLETE_IMPORT, type StoreEvent, UNKNOWN_CPUS } from '../write/store-event.ts';
import type { ReferenceFolder } from './run-folder.ts';
import { joinTasks, type ReferenceTask } from './tasks.ts';
import { workerEvents } from './worker-events.ts';

export interface ImportedRun {
  readonly runId: string;
  readonly events: readonly StoreEvent[];
  readonly tasks: number;
}

/** Decimal gigabytes, as the reference package means them. */
const DECIMAL_GB = 1e9;

/** A run folder as events of ours. Says nothing that the folder does not: turnaround is not run time, a future's key is no worker. */
export function referenceEvents(folder: ReferenceFolder): ImportedRun {
  const { run, rows } = folder;
  const runId = safeRunId(textField(run, 'run_id') ?? folder.name);
  const tasks = joinTasks(rows.tasks, rows.resources);
  const times = allTimes(folder);
  const startedAt = parseTime(textField(run, 'started_at')) ?? times[0] ?? nameTime(folder.name) ?? 0;
  const lastAt = times.reduce((last, at) => Math.max(last, at), startedAt);
  const finishedAt = parseTime(textField(run, 'finished_at', 'ended_at'));
  const at = (fields: Fields) => parseTime(textField(fields, 'timestamp')) ?? startedAt;
  const end = finishedAt ?? lastAt;
  const events: StoreEvent[] = [
    {
      type: 'run_started',
      runId,
      at: startedAt,
      project: textField(run, 'project_name', 'project') ?? 'imported',
      target: textField(run, 'target_name', 'target') ?? 'unknown',
      provider: textField(run, 'provider_name', 'provider') ?? 'unknown',
      manifestLock: (textField(run, 'manifest_lock') ?? folder.lock ?? '').replace(/^sha256:/, ''),
      manifestPath: textField(run, 'source_manifest_path'),
      manifestText: folder.manifestText,
      plan: folder.plan,
      pid: null,
      hostname: null,
      origin: 'reference',
      fingerprint: INCOMPLETE_IMPORT,
    },
    ...tasks.flatMap((task, index) => taskEvents(runId, task, index, startedAt)),
    ...workerEvents(runId, rows.workers, at, end),
    ...rows.failures
      .filter((row) => textField(row, 'task_id') === null)
      .map(
        (row): StoreEvent => ({
          type: 'run_failure',
          runId,
          at: at(row),
          code: textField(row, 'failure_class') ?? 'unknown',
          message: textField(row, 'message') ?? '',
          phase: textField(fieldsField(row, 'details') ?? {}, 'phase') ?? 'unknown',
        }),
      ),
    ...rows.cache.map(
      (row): StoreEvent => ({
        type: 'cache_lookup',
        runId,
        at: at(row),
        instanceId: '',
        keyDigest: textField(row, 'key_digest') ?? '',
        hit: row.hit === true,
        seconds: amountField(row, 'duration_s') ?? 0,
      }),
    ),
    ...rows.artifacts.map(
      (row): StoreEvent => ({
        type: 'artifact_recorded',
        runId,
        at: at(row),
        name: textField(row, 'artifact_name', 'name') ?? '',
        location: textField(row, 'location') ?? '',
        kind: textField(row, 'kind') ?? 'file',
        task: textField(row, 'task_name'),
        component: textField(row, 'component'),
        digest: textField(row, 'digest'),
        sizeBytes: amountField(row, 'size_bytes'),
      }),
    ),
    { type: 'run_finished', runId, at: end, status: judge(folder, tasks) },
  ];
  return { runId, events, tasks: tasks.length };
}

/** By its tasks: `completed` there says only that the session closed, and a killed run says `running` for ever. */
function judge(
  { run, rows }: ReferenceFolder,
  tasks: readonly ReferenceTask[],
): Exclude<RunStatus, 'running'> {
  const status = textField(run, 'status');
  if (status !== 'completed' && status !== 'failed') return 'interrupted';
  const broke = rows.failures.some((row) => textField(row, 'task_id') === null);
  if (status === 'failed' || broke || tasks.some((task) => task.state === 'failed')) return 'failed';
  return tasks.length > 0 && tasks.every((task) => task.state === 'cancelled') ? 'cancelled' : 'succeeded';
}

function taskEvents(runId: string, task: ReferenceTask, index: number, runStartedAt: number): StoreEvent[] {
  const { last, resource } = task;
  const submittedAt = task.submittedAt ?? runStartedAt;
  const finishedAt = task.finishedAt ?? submittedAt;
  const instanceId = safeId(task.taskId);
  const request = requestOf(resource);
  const params = paramsOf(last.params);
  const added: StoreEvent = {
    type: 'instances_added',
    runId,
    at: submittedAt,
    instances: [
      {
        id: instanceId,
        task: task.name,
        component: textField(last, 'component', 'tag') ?? textField(resource, 'component') ?? '',
        index,
        params,
        features: { ...params, ...paramsOf(last.features ?? resource.features) },
        request,
        source: 'manifest',
        confidence: null,
        predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
        needs: [],
        command: textField(last, 'function_name') ?? task.name,
      },
    ],
  };
  const state = task.state;
  const moved: StoreEvent = { type: 'instance_state', runId, at: finishedAt, instanceId, state };
  if (!FINAL_STATES.has(state)) return [added, moved];
  const turnaround = amountField(last, 'duration_s');
  // Only what was measured inside the task is run time; the reference package never writes it, our exports do.
  const wallSeconds = amountField(last, 'exec_s');
  const cpuSeconds = amountField(last, 'cpu_s');
  const memoryGb = amountField(resource, 'observed_memory_gb');
  const memoryMb = amountField(resource, 'memory_mb');
  const peak =
    amountField(last, 'peak_memory_bytes') ??
    amountField(resource, 'peak_memory_bytes') ??
    (memoryGb !== null ? memoryGb * DECIMAL_GB : memoryMb !== null ? memoryMb * 1024 ** 2 : null);
  return [
    added,
    {
      type: 'attempt_finished',
      runId,
      at: finishedAt,
      startedAt: wallSeconds === null ? null : Math.round(finishedAt - wallSeconds * 1000),
      instanceId,
      attempt: 1,
      request,
      result: {
        outcome: outcomeOf(state, textField(last, 'error_type')),
        exitCode: null,
        signal: null,
        message: message(last),
        usage: {
          peakMemoryBytes: peak,
          cpuUserSeconds: cpuSeconds,
          cpuSystemSeconds: cpuSeconds === null ? null : 0,
          readBytes: null,
          writtenBytes: null,
          wallSeconds: wallSeconds ?? 0,
          measuredBy: peak === null ? 'none' : 'sampled',
        },
      },
      stdoutPath: null,
      stderrPath: null,
    },
    ...(turnaround === null
      ? []
      : [{ type: 'attempt_turnaround', runId, instanceId, attempt: 1, seconds: turnaround } as const]),
    moved,
  ];
}

/** `3G` is 3,000,000,000 bytes here, whatever `G` means in a manifest of ours. */
export function requestOf(resource: Fields): ResourceRequest {
  const memory = textField(resource, 'requested_memory');
  const walltime = textField(resource, 'requested_walltime');
  return {
    cpus: amountField(resource, 'requested_cpus') ?? UNKNOWN_CPUS,
    memoryBytes: memory === null ? null : parseDecimalMemory(memory),
    walltimeSeconds: walltime === null ? null : parseDuration(walltime),
  };
}

function outcomeOf(state: InstanceState, errorType: string | null): AttemptOutcome {
  if (state === 'succeeded') return 'succeeded';
  if (state === 'cancelled') return 'cancelled';
  if (errorType === 'MemoryError') return 'out_of_memory';
  return errorType === 'KilledWorker' ? 'node_failure' : 'program_error';
}

function message(row: Fields): string | null {
  const type = textField(row, 'error_type');
  const text = textField(row, 'error_message');
  return type === null ? text : text === null ? type : `${type}: ${text}`;
}

function allTimes({ rows }: ReferenceFolder): readonly number[] {
  return Object.values(rows)
    .flat()
    .flatMap((row) => parseTime(textField(row, 'timestamp')) ?? [])
    .sort((a, b) => a - b);
}

function nameTime(name: string): number | null {
  const match = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(name);
  return match ? parseTime(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`) : null;
}
