import type { AttemptResult, ResourceRequest } from '../providers/provider.ts';
import type { InstanceState, PlannedInstance } from '../telemetry/events.ts';

/** One instance while its run goes on. The only mutable record of the engine; nobody outside it keeps one. */
export interface LiveInstance {
  /** As planned, or as sized anew before it began. */
  planned: PlannedInstance;
  /** Position in the run, which is its node in the dependency graph. */
  readonly at: number;
  predictedSeconds: number | null;
  readonly retriesAllowed: number;
  state: InstanceState;
  /** What the next or the current attempt asks for. */
  request: ResourceRequest;
  /** Attempts begun, also those of an earlier process. */
  attempts: number;
  retriesUsed: number;
  lost: number;
  /** Handed to the cluster and not yet finished there. */
  submitted: boolean;
  /** Goes before all others of its tag. */
  urgent: boolean;
}

export function newLiveInstance(planned: PlannedInstance, at: number, retriesAllowed: number): LiveInstance {
  return {
    planned,
    at,
    predictedSeconds: planned.predicted.wallSeconds?.point ?? null,
    retriesAllowed,
    state: 'waiting',
    request: planned.request,
    attempts: 0,
    retriesUsed: 0,
    lost: 0,
    submitted: false,
    urgent: false,
  };
}

/** How an instance ended for good, for whoever waits for its result. */
export interface Settled {
  readonly instanceId: string;
  readonly state: InstanceState;
  /** Null for what never ran: cached, skipped, cancelled before its turn. */
  readonly result: AttemptResult | null;
}

/** A cluster may tell of an attempt that has been given up since: nobody waits for it any more. */
export function isCurrent(instance: LiveInstance, attempt: number): boolean {
  return instance.submitted && instance.attempts === attempt;
}
