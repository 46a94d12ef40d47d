import { parseDecimalMemory, parseDuration } from '../../platform/units.ts';
import type { AttemptOutcome, ResourceRequest } from '../../providers/provider.ts';
import { FINAL_STATES, type InstanceState, type RunStatus } from '../events.ts';
import { amountField, type Fields, fieldsField, paramsOf, parseTime, textField } from '../import/fields.ts';
import { safeId, safeRunId } from '../import/ids.ts';
import { SkipList } from '../import/import-result.ts';
import { MOST_MEMORY_BYTES } from '../import/plausible.ts';
import { Measured } from '../import/what-is-missing.ts';
import { INCOMPLETE_IMPORT, type StoreEvent, UNKNOWN_CPUS } from '../write/store-event.ts';
import { type EventFile, type ReferenceFolder, readRows } from './run-folder.ts';
import { survey } from './survey.ts';
import type { ReferenceTask } from './tasks.ts';
import { workerEvents } from './worker-events.ts';

export function referenceRunId({ run, name }: ReferenceFolder): string {
  return safeRunId(textField(run, 'run_id') ?? name);
}

/**
 * A run folder as events of ours, in the memory of a few numbers for each task. Says nothing that the folder does
 * not: turnaround is not run time, a future's key is no worker.
 */
export async function* referenceEvents(
  folder: ReferenceFolder,
  skipped: SkipList,
): AsyncGenerator<StoreEvent> {
  const { run } = folder;
  const runId = referenceRunId(folder);
  const { join: tasks, firstAt, lastAt, closedAt, broke } = await survey(folder, skipped);
  using join = tasks;
  const startedAt = parseTime(textField(run, 'started_at')) ?? firstAt ?? nameTime(folder.name) ?? 0;
  const end = parseTime(textField(run, 'finished_at', 'ended_at')) ?? Math.max(lastAt ?? 0, startedAt);
  const at = (fields: Fields) => parseTime(textField(fields, 'timestamp')) ?? startedAt;
  // What cannot be read was reported by the survey.
  const rows = (file: EventFile) => readRows(folder.folder, file, new SkipList());
  yield runStarted(folder, runId, startedAt);
  const measured = new Measured();
  const states = new Set<InstanceState>();
  for await (const { line, row } of rows('tasks')) {
    const task = join.at(line, row);
    if (task === null) continue;
    states.add(task.state);
    const events = taskEvents(runId, task, startedAt);
    for (const event of events) if (event.type === 'attempt_finished') countMeasured(measured, event);
    yield* events;
  }
  yield* workerEvents(runId, rows('workers'), at, closedAt ?? end);
  for await (const { row } of rows('failures'))
    if (textField(row, 'task_id') === null) yield failureEvent(runId, row, at(row));
  for await (const { row } of rows('cache')) yield lookupEvent(runId, row, at(row));
  for await (const { row } of rows('artifacts')) yield artifactEvent(runId, row, at(row));
  yield { type: 'run_finished', runId, at: end, status: judge(run, broke, states) };
  measured.say(folder.folder, skipped);
}

function countMeasured(
  measured: Measured,
  { startedAt, result: { usage } }: Extract<StoreEvent, { type: 'attempt_finished' }>,
): void {
  measured.add({
    peakMemoryBytes: usage.peakMemoryBytes,
    wallSeconds: startedAt === null ? null : usage.wallSeconds,
    cpuSeconds: usage.cpuUserSeconds,
  });
}

function runStarted(folder: ReferenceFolder, runId: string, at: number): StoreEvent {
  const { run } = folder;
  return {
    type: 'run_started',
    runId,
    at,
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
  };
}

function failureEvent(runId: string, row: Fields, at: number): StoreEvent {
  return {
    type: 'run_failure',
    runId,
    at,
    code: textField(row, 'failure_class') ?? 'unknown',
    message: textField(row, 'message') ?? '',
    phase: textField(fieldsField(row, 'details') ?? {}, 'phase') ?? 'unknown',
  };
}

function lookupEvent(runId: string, row: Fields, at: number): StoreEvent {
  return {
    type: 'cache_lookup',
    runId,
    at,
    instanceId: '',
    keyDigest: textField(row, 'key_digest') ?? '',
    hit: row.hit === true,
    seconds: amountField(row, 'duration_s') ?? 0,
  };
}

function artifactEvent(runId: string, row: Fields, at: number): StoreEvent {
  return {
    type: 'artifact_recorded',
    runId,
    at,
    name: textField(row, 'artifact_name', 'name') ?? '',
    location: textField(row, 'location') ?? '',
    kind: textField(row, 'kind') ?? 'file',
    task: textField(row, 'task_name'),
    component: textField(row, 'component'),
    digest: textField(row, 'digest'),
    sizeBytes: amountField(row, 'size_bytes'),
  };
}

/** By its tasks: `completed` there says only that the session closed, and a killed run says `running` for ever. */
function judge(
  run: Fields,
  broke: boolean,
  states: ReadonlySet<InstanceState>,
): Exclude<RunStatus, 'running'> {
  const status = textField(run, 'status');
  if (status !== 'completed' && status !== 'failed') return 'interrupted';
  if (status === 'failed' || broke || states.has('failed')) return 'failed';
  return states.size === 1 && states.has('cancelled') ? 'cancelled' : 'succeeded';
}

function taskEvents(runId: string, task: ReferenceTask, runStartedAt: number): StoreEvent[] {
  const { last, shape } = task;
  const submittedAt = task.submittedAt ?? runStartedAt;
  const finishedAt = task.finishedAt ?? submittedAt;
  const instanceId = safeId(task.taskId);
  const request = requestOf(shape);
  const params = paramsOf(last.params);
  const added: StoreEvent = {
    type: 'instances_added',
    runId,
    at: submittedAt,
    instances: [
      {
        id: instanceId,
        task: task.name,
        component: textField(last, 'component', 'tag') ?? textField(shape, 'component') ?? '',
        index: task.index,
        params,
        features: { ...params, ...paramsOf(last.features ?? shape.features) },
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
  const told = amountField(last, 'peak_memory_bytes') ?? task.observedBytes;
  const peak = told !== null && told <= MOST_MEMORY_BYTES ? told : null;
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

function nameTime(name: string): number | null {
  const match = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(name);
  return match ? parseTime(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`) : null;
}
