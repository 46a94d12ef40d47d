import type { AttemptResult, ResourceRequest } from '../../providers/provider.ts';
import type { PlannedInstance } from '../../telemetry/events.ts';
import type { HistoryRow, InstanceRow } from '../../telemetry/views.ts';

interface RunOf {
  readonly runId: string;
  readonly target: string;
  readonly provider: string;
}

/** A success as the advisor learns from it. */
export function measuredRow(
  run: RunOf,
  { id, task, component, features }: PlannedInstance,
  request: ResourceRequest,
  { usage }: AttemptResult,
  at: number,
): HistoryRow {
  const { cpuUserSeconds: user, cpuSystemSeconds: system } = usage;
  return {
    ...fixed(run, id, task, component, request),
    features,
    finishedAt: at,
    startedAt: null,
    peakMemoryBytes: usage.peakMemoryBytes,
    cpuSeconds: user === null && system === null ? null : (user ?? 0) + (system ?? 0),
    wallSeconds: usage.wallSeconds,
    readBytes: usage.readBytes,
    writtenBytes: usage.writtenBytes,
  };
}

/** The same from an earlier process of this run; null for what did not succeed. */
export function storedRow(run: RunOf, row: InstanceRow): HistoryRow | null {
  if (row.state !== 'succeeded') return null;
  return {
    ...fixed(run, row.instanceId, row.task, row.component, row.request),
    features: row.features ?? row.params,
    finishedAt: row.finishedAt ?? 0,
    startedAt: row.startedAt,
    peakMemoryBytes: row.peakMemoryBytes,
    cpuSeconds: row.cpuSeconds,
    wallSeconds: row.wallSeconds,
    readBytes: null,
    writtenBytes: null,
  };
}

function fixed(
  { runId, target, provider }: RunOf,
  instanceId: string,
  task: string,
  component: string,
  request: ResourceRequest,
) {
  return {
    runId,
    instanceId,
    attempt: 1,
    task,
    component,
    target,
    provider,
    requestedCpus: request.cpus,
    requestedMemoryBytes: request.memoryBytes,
    requestedWalltimeSeconds: request.walltimeSeconds,
    outcome: 'succeeded' as const,
    origin: 'scalable' as const,
  };
}
