import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AttemptOutcome } from '../../../main/providers/provider.ts';
import type { SqlDatabase } from '../../../main/telemetry/database/driver.ts';
import { openForWriting } from '../../../main/telemetry/database/open-database.ts';
import type { InstanceState, PlannedInstance, TelemetryEvent } from '../../../main/telemetry/events.ts';
import type { QueryContext } from '../../../main/telemetry/queries/context.ts';
import { EventWriter } from '../../../main/telemetry/write/event-writer.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';

export const RUN = 'run-20261120T200007Z-grid-study-03616183';
export const START = Date.parse('2026-11-20T20:00:07Z');
export const GIB = 2 ** 30;

/** A database of its own, its writer, and what queries need. */
export function memory(): { db: SqlDatabase; writer: EventWriter; context: QueryContext } {
  const db = openForWriting(join(tempFolder('telemetry'), 'telemetry.db'));
  onTestFinished(() => db.close());
  return { db, writer: new EventWriter(db), context: { db, now: START + 60_000, livePid: 4000 } };
}

export function started(runId = RUN, at = START): TelemetryEvent {
  return {
    type: 'run_started',
    runId,
    at,
    project: 'grid-study',
    target: 'laptop',
    provider: 'local',
    manifestLock: 'ab'.repeat(32),
    manifestPath: 'scalable.yaml',
    manifestText: 'version: 1\n',
    plan: { note: 'plan', cost: { usd: 4.2, items: [], pricesFrom: '2026-11' } },
    pid: 4000,
    hostname: 'here',
  };
}

export function instance(index: number, more: Partial<PlannedInstance> = {}): PlannedInstance {
  return {
    id: `simulate.${index}`,
    task: 'simulate',
    component: 'demeter',
    index,
    params: { scenario: 'baseline', num_nodes: 100 + index },
    features: { scenario: 'baseline', num_nodes: 100 + index, input_size_mb: 3.5 },
    request: { cpus: 2, memoryBytes: 4 * GIB, walltimeSeconds: 3600 },
    source: 'manifest',
    confidence: null,
    predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
    needs: [],
    command: `simulate ${index}`,
    ...more,
  };
}

export function added(...instances: PlannedInstance[]): TelemetryEvent {
  return { type: 'instances_added', runId: RUN, at: START, instances };
}

export function state(instanceId: string, to: InstanceState, afterMs: number): TelemetryEvent {
  return { type: 'instance_state', runId: RUN, at: START + afterMs, instanceId, state: to };
}

interface AttemptShape {
  readonly attempt?: number;
  readonly from: number;
  readonly to: number;
  readonly memoryBytes?: number;
  readonly peakMemoryBytes?: number | null;
  readonly outcome?: AttemptOutcome;
  readonly message?: string | null;
  readonly worker?: string;
}

export function attemptStarted(
  instanceId: string,
  { attempt = 1, from, memoryBytes = 4 * GIB, worker = 'w1' }: AttemptShape,
): TelemetryEvent {
  return {
    type: 'attempt_started',
    runId: RUN,
    at: START + from,
    instanceId,
    attempt,
    workerId: worker,
    pid: 77,
    request: { cpus: 2, memoryBytes, walltimeSeconds: 3600 },
  };
}

export function attemptFinished(instanceId: string, shape: AttemptShape): TelemetryEvent {
  const { attempt = 1, from, to, memoryBytes = 4 * GIB, outcome = 'succeeded', message = null } = shape;
  const peak = shape.peakMemoryBytes === undefined ? GIB : shape.peakMemoryBytes;
  return {
    type: 'attempt_finished',
    runId: RUN,
    at: START + to,
    startedAt: START + from,
    instanceId,
    attempt,
    request: { cpus: 2, memoryBytes, walltimeSeconds: 3600 },
    result: {
      outcome,
      exitCode: outcome === 'succeeded' ? 0 : 1,
      signal: null,
      message,
      usage: {
        peakMemoryBytes: peak,
        cpuUserSeconds: 0.5,
        cpuSystemSeconds: 0.25,
        readBytes: 10,
        writtenBytes: 20,
        wallSeconds: (to - from) / 1000,
        measuredBy: peak === null ? 'none' : 'kernel',
      },
    },
    stdoutPath: `logs/${instanceId}.out`,
    stderrPath: null,
  };
}

/** Started, finished, and the state that follows. */
export function whole(instanceId: string, shape: AttemptShape): TelemetryEvent[] {
  const { outcome = 'succeeded' } = shape;
  const end = outcome === 'succeeded' ? 'succeeded' : outcome === 'cancelled' ? 'cancelled' : 'failed';
  return [
    attemptStarted(instanceId, shape),
    attemptFinished(instanceId, shape),
    state(instanceId, end, shape.to),
  ];
}

export function worker(
  workerId: string,
  from: number,
  to: number | null,
  tag = 'demeter',
  reason = 'idle',
): TelemetryEvent[] {
  const add: TelemetryEvent = { type: 'worker_added', runId: RUN, at: START + from, workerId, tag };
  return to === null
    ? [add]
    : [add, { type: 'worker_removed', runId: RUN, at: START + to, workerId, tag, reason }];
}

export function finishedRun(afterMs: number, status: 'succeeded' | 'failed' = 'succeeded'): TelemetryEvent {
  return { type: 'run_finished', runId: RUN, at: START + afterMs, status };
}
