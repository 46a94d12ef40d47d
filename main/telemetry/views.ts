import type { Params } from '../manifest/spec.ts';
import type { AttemptOutcome, ResourceRequest, UsageSample } from '../providers/provider.ts';
import type {
  DecisionInputs,
  InstanceState,
  IoClass,
  Predicted,
  RequestSource,
  RunStatus,
} from './events.ts';

/** What the store answers. Times are milliseconds since the epoch; memory is bytes; GB·h are 2^30 bytes × hours. */
export interface RunSummary {
  readonly runId: string;
  readonly project: string;
  readonly target: string;
  readonly provider: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** The last thing recorded of it: until then an interrupted run went on. */
  readonly lastAt: number;
  readonly tasks: TaskCounts;
  /** Requested and used memory × time over all attempts; null when nothing was requested or measured. */
  readonly requestedGbh: number | null;
  readonly usedGbh: number | null;
  /** Where the run was made: by this app, or imported. */
  readonly origin: 'scalable' | 'reference' | 'nextflow' | 'sacct' | 'wfcommons' | 'csv';
}

export interface TaskCounts {
  readonly total: number;
  readonly waiting: number;
  readonly queued: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly cached: number;
  readonly skipped: number;
}

export interface RunDetail extends RunSummary {
  readonly manifestLock: string;
  readonly manifestPath: string | null;
  readonly manifestText: string;
  readonly plan: unknown;
  readonly pid: number | null;
  readonly hostname: string | null;
}

/** One line of the task table. */
export interface InstanceRow {
  readonly instanceId: string;
  readonly task: string;
  readonly component: string;
  readonly index: number;
  readonly params: Params;
  /** Absent where they are the parameters. */
  readonly features?: Params;
  readonly state: InstanceState;
  readonly attempts: number;
  readonly request: ResourceRequest;
  readonly source: RequestSource;
  readonly predicted: Predicted;
  readonly peakMemoryBytes: number | null;
  readonly cpuSeconds: number | null;
  readonly wallSeconds: number | null;
  readonly queuedAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly outcome: AttemptOutcome | null;
  readonly message: string | null;
}

export interface AttemptRow {
  readonly attempt: number;
  readonly workerId: string | null;
  readonly pid: number | null;
  readonly request: ResourceRequest;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly outcome: AttemptOutcome | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly message: string | null;
  readonly peakMemoryBytes: number | null;
  readonly cpuUserSeconds: number | null;
  readonly cpuSystemSeconds: number | null;
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
  readonly wallSeconds: number | null;
  /** From bytes and run time; absent or null where they were not measured. */
  readonly ioClass?: IoClass | null;
  readonly measuredBy: 'kernel' | 'sampled' | 'none';
  readonly stdoutPath: string | null;
  readonly stderrPath: string | null;
}

export interface InstanceDetail extends InstanceRow {
  readonly features: Params;
  readonly needs: readonly string[];
  readonly command: string;
  readonly confidence: number | null;
  readonly attemptRows: readonly AttemptRow[];
  readonly samples: readonly (UsageSample & { readonly attempt: number })[];
}

export type InstanceSort = 'attention' | 'index' | 'wall' | 'memory' | 'started';

export interface InstanceQuery {
  readonly runId: string;
  readonly states?: readonly InstanceState[];
  readonly task?: string;
  readonly search?: string;
  /** `attention`: failed first, then running by age, then the slowest. */
  readonly sort?: InstanceSort;
  readonly offset: number;
  readonly limit: number;
}

export interface InstancePage {
  readonly rows: readonly InstanceRow[];
  readonly total: number;
}

/** One worker's busy stretch: a rectangle in the lane picture. */
export interface LaneSpan {
  readonly workerId: string;
  readonly tag: string;
  readonly instanceId: string;
  readonly task: string;
  readonly attempt: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly outcome: AttemptOutcome | null;
}

/** Queue and workers at one moment, from the events alone. */
export interface LoadPoint {
  readonly at: number;
  readonly queued: number;
  readonly running: number;
  readonly workers: number;
  readonly finished: number;
}

export interface ScaleDecisionRow {
  readonly at: number;
  readonly workersToAdd: Readonly<Record<string, number>>;
  readonly workersToRemove: Readonly<Record<string, number>>;
  readonly reasoning: string;
  readonly confidence: number | null;
  readonly predictedCompletionSeconds: number | null;
  readonly by: 'plan' | 'user' | 'scaler';
  /** What it was made from; null where nobody wrote it down. */
  readonly inputs: DecisionInputs | null;
  /** What came of it, in a sentence. */
  readonly outcome: string | null;
}

export interface FailureRow {
  readonly instanceId: string | null;
  readonly task: string | null;
  readonly attempt: number | null;
  readonly outcome: AttemptOutcome | null;
  readonly code: string;
  readonly message: string;
  readonly peakMemoryBytes: number | null;
  readonly requestedMemoryBytes: number | null;
}

export interface ReportedAdvice {
  readonly recommendations: number;
  /** First requests known to have been enough or not. */
  readonly judged: number;
  readonly sufficed: number;
  /** Shares, 0 to 1: promised and real, then measured values inside their predicted intervals. */
  readonly promised: number | null;
  readonly coverage: number | null;
  readonly memory_interval_coverage: number | null;
  readonly wall_interval_coverage: number | null;
  /** Against the manifest's requests; negative when the advice cost more. */
  readonly saved_gbh: number | null;
  /** The same in USD; null where the target has no prices. */
  readonly saved_usd?: number | null;
  /** Sufficed less often than promised, beyond chance, for some task. */
  readonly slipped: boolean;
}

/** What happened in one run, in the words and fields of `scalable report --format json`. */
export interface RunReport {
  readonly run_id: string;
  readonly project: string;
  readonly target: string;
  readonly provider: string;
  readonly status: RunStatus;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly duration_s: number;
  readonly tasks: {
    readonly total: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly cached: number;
    readonly skipped: number;
  };
  readonly tasks_by_name: Readonly<
    Record<
      string,
      {
        readonly total: number;
        readonly succeeded: number;
        readonly failed: number;
        readonly attempts: number;
        readonly wall_s_mean: number | null;
        readonly wall_s_p95: number | null;
        readonly peak_memory_p95: number | null;
        readonly requested_memory_max: number | null;
      }
    >
  >;
  readonly workers: Readonly<
    Record<string, { readonly started: number; readonly removed: number; readonly final: number }>
  >;
  readonly workers_total: { readonly peak: number; readonly average: number };
  /** Busy worker-seconds over all worker-seconds, 0 to 1; null before any worker was there. */
  readonly efficiency: number | null;
  readonly memory: {
    readonly requested_gbh: number | null;
    readonly used_gbh: number | null;
    readonly wasted_gbh: number | null;
    /** What the wasted memory cost; null where the target has no prices. */
    readonly wasted_usd?: number | null;
  };
  readonly attempts: {
    readonly total: number;
    readonly failed: number;
    readonly by_outcome: Readonly<Record<string, number>>;
  };
  readonly scaling: {
    readonly up: number;
    readonly down: number;
    readonly decisions: readonly ScaleDecisionRow[];
  };
  readonly cache: { readonly hits: number; readonly misses: number };
  /** How the advice of this run turned out; null when it took none. */
  readonly advisor: ReportedAdvice | null;
  /** Measured where anything was, else as planned; null where time is not sold. */
  readonly cost_usd: number | null;
  readonly cost: RunCost | null;
  readonly failures: readonly FailureRow[];
}

/** What one worker that has ended is to be paid for. */
export interface WorkerBill {
  readonly workerId: string;
  readonly tag: string;
  readonly at: number;
  readonly seconds: number;
  readonly usd: number;
}

/** Money of a run, in USD. */
export interface RunCost {
  /** By its plan; null where that could not tell. */
  readonly estimated_usd: number | null;
  /** Of the workers that have ended; null before the first. */
  readonly measured_usd: number | null;
  readonly by_component: readonly {
    readonly component: string;
    readonly usd: number;
    readonly worker_hours: number;
    readonly workers: number;
  }[];
  /** Day of the estimate's prices, `2026-11-21`. */
  readonly prices_from: string | null;
}

/** One finished attempt as the advisor learns from it. Only measured figures; null is "not measured". */
export interface HistoryRow {
  /** Name of the machine it ran on, where that is known. */
  readonly machine?: string | null;
  readonly runId: string;
  readonly instanceId: string;
  readonly attempt: number;
  readonly task: string;
  readonly component: string;
  readonly target: string;
  readonly provider: string;
  readonly finishedAt: number;
  readonly startedAt: number | null;
  readonly features: Params;
  readonly requestedCpus: number | null;
  readonly requestedMemoryBytes: number | null;
  readonly requestedWalltimeSeconds: number | null;
  /** What the manifest asked for when advice asked for something else. */
  readonly manifestMemoryBytes?: number;
  readonly outcome: AttemptOutcome;
  readonly peakMemoryBytes: number | null;
  readonly cpuSeconds: number | null;
  readonly wallSeconds: number | null;
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
  /** As it was measured; absent where the source keeps bytes and times only. */
  readonly ioClass?: IoClass | null;
  readonly origin: RunSummary['origin'];
}

export interface HistorySummary {
  readonly task: string;
  readonly rows: number;
  readonly succeeded: number;
  readonly withMemory: number;
  readonly runs: number;
  readonly lastAt: number;
  /** What a GiB of memory costs an hour, in USD, by the newest of its runs that knew; absent where none did. */
  readonly usdPerGbh?: number;
}
