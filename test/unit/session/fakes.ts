import { EventQueue } from '../../../main/platform/event-queue.ts';
import type {
  AttemptOutcome,
  AttemptResult,
  ClusterEvent,
  ClusterHandle,
  TaskInstance,
} from '../../../main/providers/provider.ts';
import type { PlannedInstance, TelemetryEvent } from '../../../main/telemetry/events.ts';
import type { TelemetryStore } from '../../../main/telemetry/store.ts';

export function result(outcome: AttemptOutcome, more: Partial<AttemptResult> = {}): AttemptResult {
  return {
    outcome,
    exitCode: outcome === 'succeeded' ? 0 : 1,
    signal: null,
    message: outcome === 'succeeded' ? null : `It ended as ${outcome}.`,
    usage: {
      peakMemoryBytes: null,
      cpuUserSeconds: null,
      cpuSystemSeconds: null,
      readBytes: null,
      writtenBytes: null,
      wallSeconds: 1,
      measuredBy: 'none',
    },
    ...more,
  };
}

export function planned(id: string, more: Partial<PlannedInstance> = {}): PlannedInstance {
  const [task = id, index = '0'] = id.split('.');
  return {
    id,
    task,
    component: 'model',
    index: Number(index),
    params: {},
    features: {},
    request: { cpus: 1, memoryBytes: 1024 ** 3, walltimeSeconds: null },
    source: 'manifest',
    confidence: null,
    predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
    needs: [],
    command: 'true',
    ...more,
  };
}

/** A cluster in memory: the test says how each attempt ends, or leaves it running. */
export class FakeCluster implements ClusterHandle {
  readonly queue = new EventQueue<ClusterEvent>();
  readonly events: AsyncIterable<ClusterEvent> = this.queue;
  readonly submitted: TaskInstance[] = [];
  readonly running = new Map<string, TaskInstance>();
  wanted: Readonly<Record<string, number>> = {};
  closed = false;
  /** Null: it runs until the test ends it. */
  outcomeOf: (instance: TaskInstance) => AttemptResult | null = () => result('succeeded');

  submit(instances: readonly TaskInstance[]): void {
    for (const instance of instances) {
      this.submitted.push(instance);
      this.running.set(instance.id, instance);
      this.queue.push({
        type: 'task_started',
        at: 1,
        instanceId: instance.id,
        attempt: instance.attempt,
        workerId: 'w0',
        pid: 7,
      });
      const end = this.outcomeOf(instance);
      if (end) this.finish(instance.id, end);
    }
  }

  finish(instanceId: string, end: AttemptResult): void {
    const instance = this.running.get(instanceId);
    if (!instance) throw new Error(`${instanceId} does not run`);
    this.running.delete(instanceId);
    const { attempt } = instance;
    this.queue.push({ type: 'task_finished', at: 2, startedAt: 1, instanceId, attempt, result: end });
  }

  async scale(workersByTag: Readonly<Record<string, number>>): Promise<void> {
    this.wanted = workersByTag;
  }

  async cancel(instanceIds: readonly string[]): Promise<void> {
    for (const id of instanceIds) if (this.running.has(id)) this.finish(id, result('cancelled'));
  }

  workerCount(tag: string): number {
    return this.wanted[tag] ?? 0;
  }

  async close({ drain }: { drain: boolean }): Promise<void> {
    this.closed = true;
    if (!drain) await this.cancel([...this.running.keys()]);
    this.queue.end();
  }

  attemptsOf(id: string): TaskInstance[] {
    return this.submitted.filter((instance) => instance.id === id);
  }
}

/** Collects events, and can be told to be slow or full. */
export class MemoryStore implements Pick<TelemetryStore, 'append' | 'flush'> {
  readonly events: TelemetryEvent[] = [];
  failWith: Error | null = null;
  #kept: TelemetryEvent[] = [];

  async append(events: readonly TelemetryEvent[]): Promise<void> {
    this.#kept.push(...structuredClone(events));
    await this.flush();
  }

  async flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failWith) throw this.failWith;
    this.events.push(...this.#kept.splice(0));
  }

  statesOf(instanceId: string): string[] {
    return this.events.flatMap((event) =>
      event.type === 'instance_state' && event.instanceId === instanceId ? [event.state] : [],
    );
  }
}

export const asStore = (store: MemoryStore): TelemetryStore => store as unknown as TelemetryStore;
