import type { JobRecord } from '../providers/batch/job-store.ts';
import type { AdvisorRecord } from './advice-record.ts';
import type { TelemetryEvent } from './events.ts';
import type {
  HistoryRow,
  HistorySummary,
  InstanceDetail,
  InstancePage,
  InstanceQuery,
  LaneSpan,
  LoadPoint,
  RunDetail,
  RunReport,
  RunSummary,
  WorkerBill,
} from './views.ts';

/**
 * The workspace's memory. One implementation talks to SQLite in a worker thread; nothing above it knows that.
 * Every method rejects with AppError (`E_TELEMETRY_…`), never with a bare driver failure.
 */
export interface TelemetryStore {
  /**
   * Resolves when the events are on disk, so that a state shown afterwards survives a crash. Commits in order
   * and together, at most 50 ms or 500 rows after the first one waits. While the disk is full it stays pending: the
   * events are kept and tried again, and whoever opened the workspace is told through `onHealth`.
   * @throws AppError `E_TELEMETRY_WRITE` for events that can never be recorded
   */
  append(events: readonly TelemetryEvent[]): Promise<void>;
  /** Resolves when all of it is on disk. @throws AppError `E_DISK_FULL`: nothing is given up, it is still being tried */
  flush(): Promise<void>;
  /** Flushes first; when that rejects the store stays open. */
  close(): Promise<void>;

  runs(options?: { limit?: number; before?: number }): Promise<readonly RunSummary[]>;
  /** `last` is the newest run. Null when there is none. */
  run(runId: string | 'last'): Promise<RunDetail | null>;
  report(runId: string): Promise<RunReport | null>;
  instances(query: InstanceQuery): Promise<InstancePage>;
  instance(runId: string, instanceId: string): Promise<InstanceDetail | null>;
  lanes(runId: string, options?: { limit?: number }): Promise<readonly LaneSpan[]>;
  /** At most `points` moments over the whole run, thinned evenly. */
  load(runId: string, points: number): Promise<readonly LoadPoint[]>;
  /** Instance ids with their state and attempts so far: what a resume starts from. */
  resumeState(runId: string): Promise<readonly { instanceId: string; state: string; attempts: number }[]>;
  /** Arrays at a site in which some instance's newest attempt has not ended, oldest first. */
  openEngineJobs(runId: string): Promise<readonly JobRecord[]>;
  /** How long runs on a target wait for their first worker: the median of the newest; null: not known. */
  startupSeconds(target: string): Promise<number | null>;
  /** What the run's workers were billed for so far, each once. */
  bills(runId: string): Promise<readonly WorkerBill[]>;
  /** Key digest → the run and instance whose success it was; null when nothing is cached under it. */
  cached(keyDigest: string): Promise<{ runId: string; instanceId: string } | null>;
  history(options?: { task?: string; limit?: number }): Promise<readonly HistoryRow[]>;
  historySummary(): Promise<readonly HistorySummary[]>;
  /** How the advice of the newest runs turned out. @param trainedRows attempts that the models were trained on, if ever */
  advisorRecord(trainedRows?: number | null): Promise<AdvisorRecord>;
  deleteRun(runId: string): Promise<void>;
}
