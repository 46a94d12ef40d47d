import type { DependencyGraph } from '../planning/dependency-graph.ts';
import type { Clock } from '../platform/clock.ts';
import type {
  Capacity,
  ClusterEvent,
  ClusterHandle,
  ResourceRequest,
  TaskInstance,
} from '../providers/provider.ts';
import type { PlannedInstance, TelemetryEvent } from '../telemetry/events.ts';
import type { LiveInstance, Settled } from './live-instance.ts';

/** Where the engine writes and what it waits for; the recorder of telemetry. */
export interface EngineRecorder {
  readonly full: boolean;
  record(event: TelemetryEvent): void;
  afterCommit(callback: () => void): void;
}

/** Decides whether what could begin may begin. */
export interface Gate {
  /** Asked when an instance is ready; one that is held stays `waiting` until it is let go. */
  holds(instance: LiveInstance): boolean;
  /** Whether anything is held that will be let go. */
  readonly holding: boolean;
}

export interface EngineOptions {
  readonly runId: string;
  readonly clock: Clock;
  readonly cluster: ClusterHandle;
  readonly graph: DependencyGraph;
  readonly recorder: EngineRecorder;
  readonly capacity: Capacity | null;
  readonly walltimeLimitSeconds: number | null;
  /** The work with everything put in. An AppError means that the instance cannot be begun. */
  readonly toTask: (planned: PlannedInstance, attempt: number, request: ResourceRequest) => TaskInstance;
  /** True where an earlier result was put in place; null for runs that cache nothing. */
  readonly lookUp: ((planned: PlannedInstance) => Promise<boolean>) | null;
  /** Whether an instance may be handed over before its needs are met, to begin when they are; absent: any may. */
  readonly goesAhead?: (planned: PlannedInstance) => boolean;
  /** Holds back instances that could begin. */
  readonly gate?: Gate;
  readonly onChanged: (instanceId: string) => void;
  /** Hears every event of the cluster before the engine acts on it. */
  readonly onEvent?: (event: ClusterEvent, instance: LiveInstance | undefined) => void;
  /** Called when the end of an instance is on disk. */
  readonly onSettled: (settled: Settled) => void;
}
