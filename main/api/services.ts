import type { Risk } from '../advisor/online/risk.ts';
import type { TargetHead } from '../manifest/load.ts';
import type { Objective, Policy, ValidationReport } from '../manifest/spec.ts';
import type { Plan, PlanOptions } from '../planning/plan.ts';
import type { ErrorData } from '../platform/errors.ts';
import type { LiveState } from '../session/live-state.ts';
import type {
  HistorySummary,
  InstanceDetail,
  InstancePage,
  InstanceQuery,
  LaneSpan,
  LoadPoint,
  RunDetail,
  RunReport,
  RunSummary,
} from '../telemetry/views.ts';
import type { AdvisorService } from './advisor-views.ts';
import type { ConnectionService } from './connection-views.ts';
import type { ScalingService } from './scaling-views.ts';
import type { TransferService } from './transfer-views.ts';

/**
 * What the faces can ask for. The router validates and calls one of these; the hosts carry the router. A page
 * names projects and runs by id: paths enter only through `openProject` and `listFolder`, which look, never write.
 */
export interface AppServices {
  readonly projects: ProjectService;
  readonly manifests: ManifestService;
  readonly plans: PlanService;
  readonly runs: RunService;
  readonly transfers: TransferService;
  readonly telemetry: TelemetryService;
  readonly advisor: AdvisorService;
  readonly scaling: ScalingService;
  readonly connections: ConnectionService;
  readonly settings: SettingsService;
}

// ── Projects ────────────────────────────────────────────────────────────────────────────────────────────────

export interface ProjectView {
  /** Stable id of the folder; the page never handles the path itself. */
  readonly projectId: string;
  readonly name: string;
  /** For display. */
  readonly folder: string;
  /** File name inside the folder, usually `scalable.yaml`; null when the folder has none yet. */
  readonly manifestFile: string | null;
  readonly lastOpenedAt: number;
  readonly lastRun: RunSummary | null;
  /** False when the folder has gone. */
  readonly available: boolean;
}

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly hasManifest: boolean;
}

/** A file that may hold history to import. */
export interface FileEntry {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

export interface FolderListing {
  readonly path: string;
  readonly parent: string | null;
  /** Folders. */
  readonly entries: readonly FolderEntry[];
  readonly files: readonly FileEntry[];
  /** Folders and files beyond what a list shows. */
  readonly omitted: number;
  readonly hasManifest: boolean;
}

export interface ProjectService {
  recent(): Promise<readonly ProjectView[]>;
  /** Opens a folder or a manifest file. @throws AppError E_PROJECT_NOT_FOUND, E_WORKSPACE_IN_USE, E_TELEMETRY_NEWER */
  open(path: string): Promise<ProjectView>;
  get(projectId: string): Promise<ProjectView>;
  /** Null when the user closed the dialog. @throws AppError E_NO_DIALOG in the browser host. */
  choose(): Promise<ProjectView | null>;
  /** Folders, and files that could be imported, for hosts without a native dialog. */
  listFolder(path: string | null): Promise<FolderListing>;
  /** Copies the bundled sample to a new folder of the user's and opens it. */
  createSample(): Promise<ProjectView>;
  /** Forgets the entry; nothing on disk is touched. */
  forget(projectId: string): Promise<void>;
}

// ── Manifest ────────────────────────────────────────────────────────────────────────────────────────────────

export interface OutlineNode {
  readonly kind: 'target' | 'component' | 'task' | 'overlay';
  readonly name: string;
  readonly detail: string;
  readonly line: number;
}

export interface ManifestCheck {
  readonly report: ValidationReport;
  readonly outline: readonly OutlineNode[];
  readonly targets: readonly TargetHead[];
  /** The resolved manifest for the chosen target as YAML; null while it does not resolve. */
  readonly resolved: string | null;
  readonly lock: string | null;
}

export interface ManifestView extends ManifestCheck {
  readonly text: string;
  /** Changes with the file; a save against an older version is refused. */
  readonly version: string;
  readonly file: string;
}

/** One change of a value in the manifest, addressed like a problem's path. */
export interface ManifestEdit {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

export interface EditPreview {
  readonly before: string;
  readonly after: string;
  readonly version: string;
  readonly changes: readonly {
    readonly path: string;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  }[];
}

export interface ManifestService {
  read(projectId: string, target: string | null): Promise<ManifestView>;
  /** Writes a first manifest into a folder without one. @throws AppError E_MANIFEST_EXISTS, E_FILE_WRITE */
  create(projectId: string): Promise<ManifestView>;
  /** Pure check of unsaved text: called while typing. */
  check(projectId: string, text: string, target: string | null): Promise<ManifestCheck>;
  /** @throws AppError E_MANIFEST_CHANGED when the file is not `version` any more. */
  save(projectId: string, text: string, version: string): Promise<ManifestView>;
  /** The JSON schema the editor completes from. */
  schema(): Promise<Readonly<Record<string, unknown>>>;
  /** Applies edits to the file's text, comments kept, without writing. */
  previewEdits(projectId: string, edits: readonly ManifestEdit[]): Promise<EditPreview>;
}

// ── Plans ───────────────────────────────────────────────────────────────────────────────────────────────────

/** A plan without its instances (there may be 100,000): those are paged by `instances`. */
export interface PlanView extends Omit<Plan, 'instances'> {
  readonly planId: string;
  readonly instanceCount: number;
}

export interface PlanRequest extends PlanOptions {
  readonly projectId: string;
  readonly target: string;
}

export interface PlanService {
  create(request: PlanRequest): Promise<PlanView>;
  instances(
    planId: string,
    offset: number,
    limit: number,
  ): Promise<{ rows: Plan['instances']; total: number }>;
}

// ── Runs ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A live run, as told to a page: one snapshot, then what changed, at most four times a second. */
export type RunUpdate =
  | {
      readonly kind: 'snapshot';
      readonly run: RunDetail;
      readonly live: LiveState;
      readonly load: readonly LoadPoint[];
    }
  | {
      readonly kind: 'progress';
      readonly live: LiveState;
      readonly load: LoadPoint;
      readonly changed: readonly string[];
    }
  /** Null: the run can be recorded again. Else it waits, and nothing of it is lost. */
  | { readonly kind: 'health'; readonly trouble: ErrorData | null }
  | { readonly kind: 'finished'; readonly run: RunDetail };

/** The most of a log that is sent at once. */
export const MAX_SLICE_BYTES = 256 * 1024;

export interface LogSlice {
  /** Where the text begins, in bytes. */
  readonly offset: number;
  readonly text: string;
  /** Where to read on. */
  readonly nextOffset: number;
  readonly totalBytes: number;
  /** The log was longer than its size limit, and what was left out would be in this slice. */
  readonly truncated: boolean;
}

export interface RunService {
  /** Starts a plan made before, exactly as it was shown. @throws AppError E_PLAN_EXPIRED, E_WORKSPACE_IN_USE */
  start(planId: string): Promise<{ runId: string }>;
  list(projectId: string, options: { limit: number; before?: number }): Promise<readonly RunSummary[]>;
  get(projectId: string, runId: string): Promise<RunDetail>;
  report(projectId: string, runId: string): Promise<RunReport>;
  instances(projectId: string, query: InstanceQuery): Promise<InstancePage>;
  instance(projectId: string, runId: string, instanceId: string): Promise<InstanceDetail>;
  lanes(projectId: string, runId: string): Promise<readonly LaneSpan[]>;
  load(projectId: string, runId: string): Promise<readonly LoadPoint[]>;
  log(
    projectId: string,
    runId: string,
    instanceId: string,
    attempt: number,
    stream: 'stdout' | 'stderr',
    offset: number,
  ): Promise<LogSlice>;
  /**
   * The end of a log, then what is written to it, until the attempt is over. A slice that does not begin where the
   * last one ended is a new beginning: the log was cut, or grew faster than anybody reads.
   */
  followLog(
    projectId: string,
    runId: string,
    instanceId: string,
    attempt: number,
    stream: 'stdout' | 'stderr',
    signal: AbortSignal,
  ): AsyncIterable<LogSlice>;
  cancel(projectId: string, runId: string): Promise<void>;
  cancelInstances(projectId: string, runId: string, instanceIds: readonly string[]): Promise<void>;
  /** Goes on with a run that was interrupted, repeating nothing that finished. */
  resume(projectId: string, runId: string): Promise<{ runId: string }>;
  /** Tries failed instances again, with a larger request where one is given. */
  retry(
    projectId: string,
    runId: string,
    instanceIds: readonly string[],
    request: { memoryBytes?: number; walltimeSeconds?: number },
  ): Promise<void>;
  /** Wished workers of some tags; nothing that runs is ended. @throws AppError E_RUN_NOT_LIVE, E_UNKNOWN_TAG */
  scale(projectId: string, runId: string, workersByTag: Readonly<Record<string, number>>): Promise<void>;
  /** Lets the rest of a task go whatever its scouts say. @throws AppError E_RUN_NOT_LIVE, E_NO_SCOUTS */
  releaseScouts(projectId: string, runId: string, task: string): Promise<void>;
  remove(projectId: string, runId: string): Promise<void>;
  watch(projectId: string, runId: string, signal: AbortSignal): AsyncIterable<RunUpdate>;
}

// ── Telemetry ───────────────────────────────────────────────────────────────────────────────────────────────

export interface ImportResult {
  readonly runs: number;
  readonly tasks: number;
  readonly skipped: readonly {
    readonly file: string;
    readonly line: number | null;
    readonly reason: string;
  }[];
}

export interface TelemetryService {
  history(projectId: string): Promise<readonly HistorySummary[]>;
  /** Paths come from `listFolder` or the native dialog. */
  importFrom(projectId: string, paths: readonly string[]): Promise<ImportResult>;
  /** Writes below the project's folder; the answer is the folder made. */
  export(
    projectId: string,
    runIds: readonly string[] | 'all',
    format: 'jsonl' | 'csv' | 'parquet',
  ): Promise<{ folder: string; files: number }>;
}

// ── Settings ────────────────────────────────────────────────────────────────────────────────────────────────

export interface Settings {
  readonly theme: 'light' | 'dark' | 'system';
  /** Null: where the manifest names none, its number of workers stands. */
  readonly defaultObjective: Objective | null;
  readonly defaultPolicy: Policy;
  /** 0.5 to 0.999: how sure a first request should be. */
  readonly confidence: number;
  readonly risk: Risk;
}

export interface AppInfo {
  readonly version: string;
  readonly platform: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** What this host can do that others cannot. */
  readonly host: 'electron' | 'browser';
}

export interface SettingsService {
  info(): Promise<AppInfo>;
  get(): Promise<Settings>;
  set(change: Partial<Settings>): Promise<Settings>;
}
