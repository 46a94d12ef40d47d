import type { PlannedInstance } from '../events.ts';
import type { HistoryRow } from '../views.ts';
import type { StoreEvent } from '../write/store-event.ts';

const NOT_LEARNED: ReadonlySet<string> = new Set(['cancelled', 'lost', 'launch_failure']);

/** What the store would answer from these events of one run, by the same rules as `queries/history.ts`. */
export function historyRows(events: readonly StoreEvent[]): readonly HistoryRow[] {
  const run = events.find((event) => event.type === 'run_started');
  const instances = new Map<string, PlannedInstance>();
  const rows: HistoryRow[] = [];
  for (const event of events) {
    if (event.type === 'instances_added') for (const one of event.instances) instances.set(one.id, one);
    if (event.type !== 'attempt_finished' || NOT_LEARNED.has(event.result.outcome)) continue;
    const instance = instances.get(event.instanceId);
    if (!run || !instance) continue;
    const { request, startedAt, result } = event;
    const { usage } = result;
    const { cpuUserSeconds: user, cpuSystemSeconds: system } = usage;
    rows.push({
      runId: event.runId,
      instanceId: event.instanceId,
      attempt: event.attempt,
      task: instance.task,
      component: instance.component,
      target: run.target,
      provider: run.provider,
      finishedAt: event.at,
      startedAt,
      features: instance.features,
      requestedCpus: Number.isFinite(request.cpus) ? request.cpus : null,
      requestedMemoryBytes: request.memoryBytes,
      requestedWalltimeSeconds: request.walltimeSeconds,
      outcome: result.outcome,
      peakMemoryBytes: usage.peakMemoryBytes,
      cpuSeconds: user === null && system === null ? null : (user ?? 0) + (system ?? 0),
      wallSeconds: startedAt === null ? null : usage.wallSeconds,
      readBytes: usage.readBytes,
      writtenBytes: usage.writtenBytes,
      origin: run.origin ?? 'scalable',
    });
  }
  return rows;
}
