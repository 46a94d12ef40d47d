/**
 * What a manifest means once it is read: provider-neutral, environment expanded, overlay merged, units parsed.
 * Everything after `manifest/` works on these types and never looks at YAML again.
 */
export type ParamValue = string | number | boolean | null;

/** The parameters of one task instance. */
export type Params = Readonly<Record<string, ParamValue>>;

/** How values of one parameter are written down; files are read when a plan is made. */
export type ParamSource =
  | { readonly kind: 'values'; readonly values: readonly ParamValue[] }
  | { readonly kind: 'range'; readonly start: number; readonly stop: number; readonly step: number } // stop included
  | { readonly kind: 'file'; readonly path: string; readonly column: string | null };

/** The work of a task. Exactly one of the three ways; null where the caller's own code submits it. */
export type TaskWork =
  /** A list: arguments with placeholders, no shell. */
  | { readonly kind: 'argv'; readonly argv: readonly string[] }
  /** Text: split into arguments, or handed to `sh` where it uses shell syntax. Placeholders are never code. */
  | { readonly kind: 'command'; readonly template: string }
  /** `package.module:function`, called with the parameters as keyword arguments. */
  | { readonly kind: 'python'; readonly module: string; readonly name: string }
  /** `./file.js#export`, called with the parameters as one object. */
  | { readonly kind: 'function'; readonly module: string; readonly name: string };

export interface TaskSpec {
  readonly name: string;
  readonly component: string;
  readonly work: TaskWork | null;
  /** Each source list is one parameter; a list of sources is their concatenation. */
  readonly params: Readonly<Record<string, readonly ParamSource[]>>;
  readonly expand: 'product' | 'zip';
  /** Glob patterns relative to the project, with placeholders. */
  readonly inputs: readonly string[];
  /** Names that the advisor may use; null: every parameter and the input size. */
  readonly features: readonly string[] | null;
  /** Name → `file`, `dir`, or a path template relative to the project. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly cache: boolean;
  readonly retries: number;
  readonly scouts: 'auto' | 'off' | number;
  readonly needs: readonly { readonly task: string; readonly matchOn: readonly string[] }[];
  /** What the manifest says beyond its component, for all instances of this task. */
  readonly walltimeSeconds: number | null;
  readonly env: Readonly<Record<string, string>>;
}

export interface ComponentSpec {
  readonly name: string;
  readonly image: string | null;
  readonly runtime: string | null;
  readonly preloadScript: string | null;
  readonly cpus: number;
  readonly memoryBytes: number | null;
  readonly mounts: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
}

export type ProviderName = 'local' | 'slurm' | 'aws' | 'gcp' | 'kubernetes';

export interface WorkerBounds {
  readonly minimum: number;
  readonly maximum: number;
}

export interface TargetSpec {
  readonly name: string;
  readonly provider: ProviderName;
  readonly walltimeSeconds: number | null;
  readonly maxWorkers: number | null;
  readonly adaptive: WorkerBounds | null;
  /** The provider's own options as written, validated by the provider. */
  readonly options: Readonly<Record<string, unknown>>;
}

export type Objective = 'minimize cost' | 'minimize time' | 'balance';
export type Policy = 'safe' | 'aggressive' | 'manual';

export interface ObjectivesSpec {
  readonly objective: Objective;
  readonly policy: Policy;
  readonly budgetUsd: number | null;
  readonly deadlineHours: number | null;
}

export interface ScalingSpec {
  readonly minWorkers: Readonly<Record<string, number>>;
  readonly maxWorkers: Readonly<Record<string, number>>;
  readonly scaleUpThreshold: number;
  readonly scaleDownThreshold: number;
  readonly cooldownSeconds: number;
}

/** A manifest resolved for one target. */
export interface DeploymentSpec {
  readonly project: { readonly name: string; readonly defaultStorage: string | null };
  /** The folder that relative paths of the manifest start from. */
  readonly projectFolder: string;
  readonly target: TargetSpec;
  readonly components: Readonly<Record<string, ComponentSpec>>;
  readonly tasks: Readonly<Record<string, TaskSpec>>;
  readonly scaling: ScalingSpec;
  readonly objectives: ObjectivesSpec;
  /** SHA-256 (64 hex digits) of the resolved manifest's canonical JSON. */
  readonly lock: string;
  /** The resolved manifest as plain data, unknown keys included: what the lock was made of. */
  readonly resolved: Readonly<Record<string, unknown>>;
}

/** One problem of a manifest, placed so that an editor can underline it. Lines and columns start at 1. */
export interface Problem {
  readonly code: string;
  /** `targets.hpc.walltime`, `tasks.simulate.needs[0]`; `manifest` for the file as a whole. */
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly endLine: number | null;
  readonly endColumn: number | null;
  readonly message: string;
  readonly hint: string | null;
}

export interface ValidationReport {
  readonly ok: boolean;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}
