import type { DeploymentSpec, Params, ValidationReport } from '../manifest/spec.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { RunPaths } from '../platform/paths.ts';
import type { JobStore } from './batch/job-store.ts';
import type { RunFiles } from './run-files.ts';
import type { SiteReach, Sites } from './site.ts';

/** What one attempt asks for. Every provider reads exactly these units. */
export interface ResourceRequest {
  /** Whole cores, 1 or more. */
  readonly cpus: number;
  /** Peak resident memory of the whole process tree; killed above it. Null: not asked for, not limited. */
  readonly memoryBytes: number | null;
  /** Killed after this. Null: not limited. */
  readonly walltimeSeconds: number | null;
}

/**
 * Work with all parameters put in. Values never become code: arguments stay arguments, and a shell script gets
 * them as environment variables.
 */
export type Work =
  | { readonly kind: 'argv'; readonly argv: readonly string[] }
  | { readonly kind: 'shell'; readonly script: string; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'python'; readonly module: string; readonly name: string; readonly arguments: unknown }
  | {
      readonly kind: 'function';
      readonly module: string;
      readonly name: string;
      readonly arguments: readonly unknown[];
    }
  /** A function of the SDK caller, sent as its own text: it must not use names from outside itself. */
  | { readonly kind: 'source'; readonly source: string; readonly arguments: readonly unknown[] };

export interface ContainerImage {
  readonly image: string;
  readonly mounts: Readonly<Record<string, string>>;
}

/** One execution of one task instance, ready to be handed to a backend. */
export interface TaskInstance {
  /** Unique in the run: `simulate.17`. */
  readonly id: string;
  readonly task: string;
  /** The component, which is the worker tag that may run it. */
  readonly tag: string;
  /** 1 for the first execution, counted up by retries. */
  readonly attempt: number;
  readonly params: Params;
  readonly work: Work;
  readonly request: ResourceRequest;
  readonly env: Readonly<Record<string, string>>;
  readonly container: ContainerImage | null;
  /** Working directory of a process. */
  readonly folder: string;
  /** Created before the attempt starts. */
  readonly createFolders: readonly string[];
  /** Files and folders that it puts out; absolute. Only where they are brought away from the worker; absent: none. */
  readonly outputs?: readonly string[];
  /** Instances whose outputs it may read. Only where they are brought to the worker; absent: none. */
  readonly reads?: readonly string[];
  /** Predicted run time, for ordering and packing; null when nothing is known. */
  readonly predictedSeconds: number | null;
  /** Attempts that must have succeeded, which is looked up where it is to begin; absent: it may begin. */
  readonly needs?: readonly { readonly instanceId: string; readonly attempt: number }[];
}

/**
 * Why an attempt ended.
 *
 * - `program_error` the program said no: a non-zero exit or a thrown exception; more resources will not help.
 * - `out_of_memory` it needed more than its request: retry with more.
 * - `walltime` it ran into its time limit, which is not a fault of the program: retry with longer.
 * - `node_failure` the machine went away: retry with the same request.
 * - `launch_failure` it never began (no such program, no container runtime): retrying does not help.
 * - `cancelled` somebody asked for it; says nothing about the program and is never learned from.
 * - `lost` neither result nor accounting can say; never counted as success, never as failure of the program.
 */
export type AttemptOutcome =
  | 'succeeded'
  | 'program_error'
  | 'out_of_memory'
  | 'walltime'
  | 'node_failure'
  | 'launch_failure'
  | 'cancelled'
  | 'lost';

/** Measured on the whole process tree. Null is "not measured", which is not 0. */
export interface Usage {
  readonly peakMemoryBytes: number | null;
  readonly cpuUserSeconds: number | null;
  readonly cpuSystemSeconds: number | null;
  /** Bytes asked for through read and write calls, cached or not. */
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
  readonly wallSeconds: number;
  /** How the memory was measured; accuracies differ. */
  readonly measuredBy: 'kernel' | 'sampled' | 'none';
}

export interface AttemptResult {
  readonly outcome: AttemptOutcome;
  readonly exitCode: number | null;
  /** `SIGKILL`, …; null when it ended by itself. */
  readonly signal: string | null;
  /** One sentence for a researcher when it did not succeed: what happened, with its numbers. */
  readonly message: string | null;
  readonly usage: Usage;
  /** What a function returned, as JSON-like data; undefined for processes. */
  readonly value?: unknown;
}

/** Memory and CPU of a running attempt at one moment, for live pictures. */
export interface UsageSample {
  readonly at: number;
  readonly memoryBytes: number;
  readonly cpuSeconds: number | null;
}

/** All times are milliseconds since the epoch, UTC, by the app's clock. */
export type ClusterEvent =
  | { readonly type: 'worker_added'; readonly at: number; readonly workerId: string; readonly tag: string }
  | {
      readonly type: 'worker_removed';
      readonly at: number;
      readonly workerId: string;
      readonly tag: string;
      readonly reason: string;
    }
  /** What a worker that has ended is to be paid for. Only where time is sold; once for each worker. */
  | {
      readonly type: 'worker_billed';
      readonly at: number;
      readonly workerId: string;
      readonly tag: string;
      readonly seconds: number;
      readonly usd: number;
    }
  | {
      readonly type: 'task_started';
      readonly at: number;
      readonly instanceId: string;
      readonly attempt: number;
      readonly workerId: string;
      readonly pid: number | null;
    }
  | {
      readonly type: 'task_sample';
      readonly at: number;
      readonly instanceId: string;
      readonly attempt: number;
      readonly sample: UsageSample;
    }
  | {
      readonly type: 'task_finished';
      readonly at: number;
      readonly startedAt: number | null;
      readonly instanceId: string;
      readonly attempt: number;
      readonly result: AttemptResult;
    }
  /** The attempt never began and will not: it is to be submitted again, and does not count as one. */
  | {
      readonly type: 'task_returned';
      readonly at: number;
      readonly instanceId: string;
      readonly attempt: number;
    };

/**
 * Work handed to one backend. One contract test holds every implementation to these rules: every submitted
 * instance gets exactly one `task_finished`; `scale` never kills a running attempt;
 * `close({ drain: false })` leaves no process, job or container behind; events of an instance are in order. Nothing
 * begins before the first `scale`, because until then no workers are wished for.
 */
export interface ClusterHandle {
  submit(instances: readonly TaskInstance[]): void;
  /**
   * Hands over work that may begin when all of `needs` have succeeded, which are ids of instances that were handed over
   * before. The backend sees to that, also without the app. What cannot begin because one of them did not succeed comes
   * back as `task_returned`. Absent: only what can begin is to be handed over.
   */
  submitAhead?(instances: readonly TaskInstance[], needs: ReadonlySet<string>): void;
  /** Wished number of concurrent workers per tag; 0 pauses the tag. Resolves when the backend accepted the wish. */
  scale(workersByTag: Readonly<Record<string, number>>): Promise<void>;
  cancel(instanceIds: readonly string[]): Promise<void>;
  /** Workers of a tag that exist now. */
  workerCount(tag: string): number;
  readonly events: AsyncIterable<ClusterEvent>;
  /** Instances of one tag that it takes at once; absent: as many as a machine can choose from. */
  readonly window?: number;
  /**
   * Attempts of an earlier app in the same run that this cluster follows as if they had been submitted to it. Their
   * events are told from the start, also those that the earlier app has recorded.
   */
  readonly adopted?: readonly { readonly instanceId: string; readonly attempt: number }[];
  /**
   * Elements of arrays that begin only while an app looks after the run, because their site starts nothing by itself. Absent: a site
   * goes on with all that it was given.
   */
  keptHere?(): readonly { readonly arrayId: string; readonly index: number }[];
  /** What is to be said about a tag's pool and the way to the site now. Absent where nothing is between. */
  state?(): ClusterState;
  /**
   * Lets go without ending anything: what was handed over goes on, and a later cluster of the run takes it over. What
   * is on its way is handed over before, as long as that takes no more than `withinSeconds` (default: 20).
   */
  release?(options?: { readonly withinSeconds?: number }): Promise<void>;
  /** `drain: true` waits for what runs; false ends it. Resolves when nothing is left. */
  close(options: { drain: boolean }): Promise<void>;
}

export interface ClusterState {
  /** Where the work is: `user@login.hpc.edu`. */
  readonly site: string;
  readonly reach: SiteReach;
  /** Why elements of a tag wait, most frequent first, in the engine's own words. */
  readonly waiting: Readonly<
    Record<string, readonly { readonly reason: string; readonly elements: number }[]>
  >;
}

export interface ScalePlan {
  /** The most workers of each tag. */
  readonly workers: Readonly<Record<string, number>>;
  /** Workers at once over all tags, which share them as the work comes; absent: no other limit than the tags'. */
  readonly total?: number;
  readonly resources: Readonly<Record<string, ResourceRequest>>;
}

/** What one worker costs. */
export interface WorkerPrice {
  readonly usdPerHour: number;
  /** So much is paid at the least, however short it lives. */
  readonly leastSeconds: number;
  /** What is paid for, for people: `Fargate Spot, 2 vCPU with 8 GB, eu-west-1`. */
  readonly label: string;
  /** The day of the price table, `2026-11-21`. */
  readonly pricesFrom: string;
  /** What is meant has no known price, and this one is certainly not less: on-demand instead of spot. */
  readonly atMost?: boolean;
}

export interface CostEstimate {
  readonly usd: number;
  readonly items: readonly { readonly label: string; readonly usd: number }[];
  /** The day of the oldest price in it, `2026-11-21`. */
  readonly pricesFrom: string;
  /** What a GiB more or less would cost by the hour, of each component whose memory is asked for. */
  readonly memoryRates?: Readonly<Record<string, number>>;
  /** The same on the other kind of capacity, where its price is known. */
  readonly alternative?: { readonly label: 'spot' | 'on demand'; readonly usd: number };
}

/** For how long workers of one kind are there, all together. */
export interface WorkerTime {
  readonly component: string;
  readonly request: ResourceRequest;
  readonly seconds: number;
  readonly workers: number;
}

export interface ProviderContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runId: string;
  readonly paths: RunPaths;
  /** Where array jobs are noted before they are submitted. Only providers of a site need it. */
  readonly jobs?: JobStore;
  /** Workers of the run whose bills are recorded. Only providers that sell time need it. */
  readonly billed?: () => Promise<readonly { readonly workerId: string }[]>;
  readonly sites?: Sites;
}

/** Where a run's work finds its files: absolute paths as the workers see them. */
export interface WorkLayout {
  readonly projectFolder: string;
  /** The run's own folder, with `logs/` and `work/` in it. */
  readonly runFolder: string;
  /**
   * The project folder is a copy that has to be brought there before the run begins, and why: the site has no such folder
   * for the user, or one in which nothing can be written. Absent: it is the project itself.
   */
  readonly copied?: 'not-there' | 'not-writable';
}

/** How an attempt ended that was started by an app which has gone since. */
export interface AdoptedAttempt {
  readonly instanceId: string;
  readonly attempt: number;
  readonly startedAt: number | null;
  readonly at: number;
  readonly result: AttemptResult;
}

/** What a backend can still say about a run whose app went away. */
export interface Adoption {
  /** Ended meanwhile. */
  readonly finished: readonly AdoptedAttempt[];
  /** Still going; `ends` tells each of them when it is over, and stops after the last. */
  readonly running: readonly { readonly instanceId: string; readonly attempt: number }[];
  readonly ends: AsyncIterable<AdoptedAttempt>;
  /** Ends some of the running ones, which their `ends` then tell. */
  cancel?(instanceIds: readonly string[]): Promise<void>;
  /** Stops listening; what runs goes on. */
  release?(): void;
  /** Begun, and neither running nor finished as far as anybody can tell. */
  readonly lost: readonly { readonly instanceId: string; readonly attempt: number }[];
}

/** What a machine or site can hold at most; requests beyond it are refused while planning. */
export interface Capacity {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Workers at once over all tags; null: not limited. */
  readonly maxWorkers: number | null;
}

export interface DeploymentProvider {
  readonly name: string;
  /** Pure: no I/O, so that the editor can call it on every keystroke. */
  validate(spec: DeploymentSpec): ValidationReport;
  /** The largest single request and the number of workers that this target can serve; null when unknown. */
  capacity(spec: DeploymentSpec): Capacity | null;
  /** Asked before `buildCluster`. Absent: the workers see the folders of this machine. */
  layout?(spec: DeploymentSpec, context: ProviderContext): Promise<WorkLayout>;
  /** The run's files, where they lie in a bucket instead of on a disk that the workers share. Absent: they do not. */
  files?(spec: DeploymentSpec, context: ProviderContext): Promise<RunFiles>;
  /** Throws AppError before any work is started. */
  buildCluster(spec: DeploymentSpec, context: ProviderContext): Promise<ClusterHandle>;
  /** Finds the attempts of an earlier app in the same run again. Absent where nothing outlives the app. */
  adopt?(spec: DeploymentSpec, context: ProviderContext): Promise<Adoption>;
  /** What a worker for such a request costs; null: nothing, or no price is known. Absent where time is not sold. */
  workerPrice?(spec: DeploymentSpec, request: ResourceRequest): WorkerPrice | null;
  /** Null where running costs no money, or nobody knows what. */
  estimateCost(spec: DeploymentSpec, plan: ScalePlan, time: readonly WorkerTime[]): CostEstimate | null;
}
