import type { PlannedInstance } from '../events.ts';
import { measuredIoClass } from '../io-class.ts';
import type { HistoryRow } from '../views.ts';
import type { StoreEvent } from '../write/store-event.ts';

const NOT_LEARNED: ReadonlySet<string> = new Set(['cancelled', 'lost', 'launch_failure']);

/** What the store would answer from these events of one run, by the same rules as `queries/history.ts`. */
export async function historyRows(events: AsyncIterable<StoreEvent>): Promise<readonly HistoryRow[]> {
  let run: Extract<StoreEvent, { type: 'run_started' }> | null = null;
  // Events of an instance stand together: only the last one is asked for.
  let instance: PlannedInstance | null = null;
  const rows: HistoryRow[] = [];
  for await (const event of events) {
    if (event.type === 'run_started') run = event;
    if (event.type === 'instances_added') instance = event.instances.at(-1) ?? null;
    if (event.type !== 'attempt_finished' || NOT_LEARNED.has(event.result.outcome)) continue;
    if (!run || instance?.id !== event.instanceId) continue;
    const { request, startedAt, result } = event;
    const { usage } = result;
    const { cpuUserSeconds: user, cpuSystemSeconds: system } = usage;
    const wallSeconds = startedAt === null ? null : usage.wallSeconds;
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
      wallSeconds,
      readBytes: usage.readBytes,
      writtenBytes: usage.writtenBytes,
      ioClass: measuredIoClass({ ...usage, wallSeconds }),
      origin: run.origin ?? 'scalable',
    });
  }
  return rows;
}
