import type { ExportedAttempt, ExportedInstance, ExportedRun } from '../queries/export.ts';
import { type StoreEvent, UNKNOWN_CPUS } from '../write/store-event.ts';

/** The stored run as the events that would make it again: the loss-free half of an exported run folder. */
export function runEvents({ run, ...more }: ExportedRun): {
  readonly before: StoreEvent[];
  readonly after: StoreEvent[];
} {
  const { runId } = run;
  const before: StoreEvent[] = [
    {
      type: 'run_started',
      runId,
      at: run.startedAt,
      project: run.project,
      target: run.target,
      provider: run.provider,
      manifestLock: run.manifestLock,
      manifestPath: run.manifestPath,
      manifestText: run.manifestText,
      plan: run.plan,
      pid: run.pid,
      hostname: run.hostname,
      origin: run.origin,
    },
    ...more.workers.flatMap((worker): StoreEvent[] => {
      const { workerId, tag, addedAt, removedAt, reason } = worker;
      const added: StoreEvent = { type: 'worker_added', runId, at: addedAt, workerId, tag };
      return removedAt === null
        ? [added]
        : [added, { type: 'worker_removed', runId, at: removedAt, workerId, tag, reason: reason ?? '' }];
    }),
    ...more.bills.map((bill): StoreEvent => ({ type: 'worker_billed', runId, ...bill })),
    ...more.decisions.map((decision): StoreEvent => ({ type: 'scale_decision', runId, ...decision })),
    ...more.artifacts.map((artifact): StoreEvent => ({ type: 'artifact_recorded', runId, ...artifact })),
    ...more.failures.map((failure): StoreEvent => ({ type: 'run_failure', runId, ...failure })),
  ];
  const after: StoreEvent[] = more.lookups.map(
    ({ at, instanceId, keyDigest, hit, seconds }): StoreEvent => ({
      type: 'cache_lookup',
      runId,
      at,
      instanceId,
      keyDigest,
      hit,
      seconds,
    }),
  );
  // A run that goes on while it is exported is, elsewhere, one that never ended.
  after.push({
    type: 'run_finished',
    runId,
    at: run.finishedAt ?? more.lastAt,
    status: run.status === 'running' ? 'interrupted' : run.status,
  });
  return { before, after };
}

export function* instanceEvents(runId: string, instance: ExportedInstance): Generator<StoreEvent> {
  const { instanceId, attemptRows, advised } = instance;
  const first = attemptRows[0];
  const addedAt = first?.queuedAt ?? instance.queuedAt ?? instance.startedAt ?? instance.finishedAt ?? 0;
  const cpus = first && first.requestedCpus === null ? UNKNOWN_CPUS : instance.request.cpus;
  yield {
    type: 'instances_added',
    runId,
    at: addedAt,
    instances: [
      {
        id: instanceId,
        task: instance.task,
        component: instance.component,
        index: instance.index,
        params: instance.params,
        features: instance.features,
        request: advised?.request ?? first?.request ?? { ...instance.request, cpus },
        source: advised?.source ?? (instance.source === 'retry' ? 'manifest' : instance.source),
        confidence: instance.confidence,
        predicted: instance.predicted,
        ...(advised?.manifestRequest && { manifestRequest: advised.manifestRequest }),
        ...(advised?.ladder && { ladder: advised.ladder }),
        needs: instance.needs,
        command: instance.command,
      },
    ],
  };
  for (const attempt of attemptRows) yield* attemptEvents(runId, instanceId, attempt);
  yield {
    type: 'instance_state',
    runId,
    at: endOf(instance),
    instanceId,
    state: instance.state,
  };
}

function endOf(instance: ExportedInstance): number {
  return instance.state === 'queued'
    ? (instance.queuedAt ?? 0)
    : (instance.finishedAt ?? instance.startedAt ?? instance.queuedAt ?? 0);
}

function* attemptEvents(runId: string, instanceId: string, row: ExportedAttempt): Generator<StoreEvent> {
  const { attempt, startedAt, finishedAt, workerId, queuedAt } = row;
  const request = { ...row.request, cpus: row.requestedCpus ?? UNKNOWN_CPUS };
  if (queuedAt !== null) yield { type: 'instance_state', runId, at: queuedAt, instanceId, state: 'queued' };
  if (startedAt !== null && workerId !== null) {
    yield {
      type: 'attempt_started',
      runId,
      at: startedAt,
      instanceId,
      attempt,
      workerId,
      pid: row.pid,
      request,
    };
  }
  for (const sample of row.samples) yield { type: 'resource_sample', runId, instanceId, attempt, sample };
  if (row.outcome === null || finishedAt === null) return;
  yield {
    type: 'attempt_finished',
    runId,
    at: finishedAt,
    startedAt,
    instanceId,
    attempt,
    request,
    result: {
      outcome: row.outcome,
      exitCode: row.exitCode,
      signal: row.signal,
      message: row.message,
      usage: {
        peakMemoryBytes: row.peakMemoryBytes,
        cpuUserSeconds: row.cpuUserSeconds,
        cpuSystemSeconds: row.cpuSystemSeconds,
        readBytes: row.readBytes,
        writtenBytes: row.writtenBytes,
        wallSeconds: row.wallSeconds ?? 0,
        measuredBy: row.measuredBy,
      },
    },
    stdoutPath: row.stdoutPath,
    stderrPath: row.stderrPath,
  };
  if (row.turnaroundSeconds !== null) {
    yield { type: 'attempt_turnaround', runId, instanceId, attempt, seconds: row.turnaroundSeconds };
  }
}
