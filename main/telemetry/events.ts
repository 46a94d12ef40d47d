import type { Params } from '../manifest/spec.ts';
import type { JobRecord } from '../providers/batch/job-store.ts';
import type { AttemptResult, ResourceRequest, UsageSample } from '../providers/provider.ts';

export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/**
 * - `waiting` for instances it needs · `queued` ready, no free worker yet · `running` · `succeeded` ·
 * - `failed` for good, retries used up · `cancelled` by somebody · `cached` an earlier result was reused ·
 * - `skipped` because something it needs failed; it never began.
 */
export type InstanceState =
  | 'waiting'
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'cached'
  | 'skipped';

export const FINAL_STATES: ReadonlySet<InstanceState> = new Set([
  'succeeded',
  'failed',
  'cancelled',
  'cached',
  'skipped',
]);

/** Where a request came from: the manifest's numbers, quantiles of history, a learned model, the user's hand, a retry. */
export type RequestSource = 'manifest' | 'quantile' | 'learned' | 'scouts' | 'user' | 'retry';

/** A prediction with its interval, in the unit of what is predicted. */
export interface Interval {
  readonly low: number;
  readonly point: number;
  readonly high: number;
}

/** Bytes read and written per second of run time: low under 1 MiB/s, high from 50 MiB/s. */
export type IoClass = 'low' | 'medium' | 'high';

export interface Predicted {
  readonly peakMemoryBytes: Interval | null;
  readonly cpuSeconds: Interval | null;
  readonly wallSeconds: Interval | null;
  /** Absent or null where no attempt tells. */
  readonly ioClass?: IoClass | null;
}

export interface PlannedInstance {
  readonly id: string;
  readonly task: string;
  readonly component: string;
  readonly index: number;
  readonly params: Params;
  /** Parameters plus what was measured of the inputs (`input_size_mb`, `input_count`): what models may use. */
  readonly features: Params;
  readonly request: ResourceRequest;
  readonly source: RequestSource;
  /** Calibrated probability that the request suffices; null when nobody can say. */
  readonly confidence: number | null;
  readonly predicted: Predicted;
  /** What the manifest asks for: the advice is judged beside it. Absent where no manifest asked. */
  readonly manifestRequest?: ResourceRequest;
  /** Memory in bytes to ask for, one after the other, while it is not enough; the first is the request. */
  readonly ladder?: readonly number[];
  /**
   * What must succeed first: ids of instances, or barriers that stand for many of them, so that 100,000 instances
   * do not need 10^10 edges: `task:simulate` is all of a task, `task:simulate{"scenario":"high"}` those whose
   * parameters have these values.
   */
  readonly needs: readonly string[];
  /** What a person would type: for display only. */
  readonly command: string;
}

/** An instance's request with what it rests on, as a plan would give it. */
export interface ResizedInstance
  extends Pick<
    PlannedInstance,
    'request' | 'source' | 'confidence' | 'predicted' | 'manifestRequest' | 'ladder'
  > {
  readonly instanceId: string;
}

/** Counts of the moment of a scale decision. */
export interface DecisionInputs {
  readonly pools: readonly {
    readonly tag: string;
    readonly idle: number;
    readonly busy: number;
    readonly starting: number;
  }[];
  readonly tasks: readonly {
    readonly task: string;
    readonly ready: number;
    readonly waiting: number;
    readonly running: number;
    readonly finished: number;
  }[];
}

/** All times are integer milliseconds since the epoch, UTC. One union is the only way into the store. */
export type TelemetryEvent =
  | {
      readonly type: 'run_started';
      readonly runId: string;
      readonly at: number;
      readonly project: string;
      readonly target: string;
      readonly provider: string;
      readonly manifestLock: string;
      readonly manifestPath: string | null;
      /** The resolved manifest as YAML, so that a run can be understood when the file has changed. */
      readonly manifestText: string;
      /** The plan as JSON: what a resume needs beyond the instances. */
      readonly plan: unknown;
      /** Process that owns the run. */
      readonly pid: number;
      readonly hostname: string;
    }
  | {
      readonly type: 'run_resumed';
      readonly runId: string;
      readonly at: number;
      readonly pid: number;
      readonly hostname: string;
    }
  | {
      readonly type: 'run_finished';
      readonly runId: string;
      readonly at: number;
      readonly status: Exclude<RunStatus, 'running'>;
    }
  | {
      readonly type: 'instances_added';
      readonly runId: string;
      readonly at: number;
      readonly instances: readonly PlannedInstance[];
    }
  | {
      /** Requests made anew before the work began, from what this run has measured. */
      readonly type: 'instances_resized';
      readonly runId: string;
      readonly at: number;
      readonly instances: readonly ResizedInstance[];
    }
  | {
      readonly type: 'instance_state';
      readonly runId: string;
      readonly at: number;
      readonly instanceId: string;
      readonly state: InstanceState;
    }
  | {
      readonly type: 'attempt_started';
      readonly runId: string;
      readonly at: number;
      readonly instanceId: string;
      readonly attempt: number;
      readonly workerId: string;
      readonly pid: number | null;
      readonly request: ResourceRequest;
    }
  | {
      readonly type: 'resource_sample';
      readonly runId: string;
      readonly instanceId: string;
      readonly attempt: number;
      readonly sample: UsageSample;
    }
  | {
      readonly type: 'attempt_finished';
      readonly runId: string;
      readonly at: number;
      /** Null when it never began. */
      readonly startedAt: number | null;
      readonly instanceId: string;
      readonly attempt: number;
      readonly request: ResourceRequest;
      readonly result: AttemptResult;
      /** Relative to the run's folder; null when nothing was written. */
      readonly stdoutPath: string | null;
      readonly stderrPath: string | null;
    }
  | {
      readonly type: 'worker_added';
      readonly runId: string;
      readonly at: number;
      readonly workerId: string;
      readonly tag: string;
    }
  | {
      readonly type: 'worker_removed';
      readonly runId: string;
      readonly at: number;
      readonly workerId: string;
      readonly tag: string;
      readonly reason: string;
    }
  /** What a worker that has ended is to be paid for, where time is sold. Told again, it counts once. */
  | {
      readonly type: 'worker_billed';
      readonly runId: string;
      readonly at: number;
      readonly workerId: string;
      readonly tag: string;
      readonly seconds: number;
      readonly usd: number;
    }
  | {
      readonly type: 'scale_decision';
      readonly runId: string;
      readonly at: number;
      readonly workersToAdd: Readonly<Record<string, number>>;
      readonly workersToRemove: Readonly<Record<string, number>>;
      readonly reasoning: string;
      readonly confidence: number | null;
      readonly predictedCompletionSeconds: number | null;
      /** Who decided: the plan at the start, a person, or the adaptive scaler. */
      readonly by: 'plan' | 'user' | 'scaler';
      /** What it was made from, as plain data. */
      readonly inputs?: DecisionInputs | null;
      /** What came of it, where that is known already. */
      readonly outcome?: string | null;
    }
  | {
      /** What came of the scaler's decision of that moment. */
      readonly type: 'scale_outcome';
      readonly runId: string;
      readonly at: number;
      readonly outcome: string;
    }
  | {
      readonly type: 'artifact_recorded';
      readonly runId: string;
      readonly at: number;
      readonly name: string;
      readonly location: string;
      readonly kind: string;
      readonly task: string | null;
      readonly component: string | null;
      readonly digest: string | null;
      readonly sizeBytes: number | null;
    }
  | {
      readonly type: 'cache_lookup';
      readonly runId: string;
      readonly at: number;
      readonly instanceId: string;
      readonly keyDigest: string;
      readonly hit: boolean;
      readonly seconds: number;
    }
  /** Noted before it is submitted. */
  | {
      readonly type: 'engine_job_intended';
      readonly runId: string;
      readonly job: JobRecord;
    }
  | {
      readonly type: 'engine_job_accepted';
      readonly runId: string;
      readonly name: string;
      readonly engineId: string;
    }
  /** Noted before the site is told where it stands among the others, and when that has answered. */
  | {
      readonly type: 'engine_job_placed';
      readonly runId: string;
      readonly name: string;
      readonly places: JobRecord['places'];
    }
  /** The site never had it; its instances went elsewhere. */
  | {
      readonly type: 'engine_job_dropped';
      readonly runId: string;
      readonly name: string;
    }
  | {
      readonly type: 'run_failure';
      readonly runId: string;
      readonly at: number;
      readonly code: string;
      readonly message: string;
      readonly phase: string;
    };
