import { join } from 'node:path';

/** Where a workspace keeps its state. A workspace is the manifest's folder unless the user says otherwise. */
export interface WorkspacePaths {
  readonly root: string;
  /** `.scalable/`: everything below it is ours and may be rebuilt or exported, never edited by hand. */
  readonly state: string;
  readonly database: string;
  /** Held by the one process that writes to the workspace. */
  readonly lock: string;
  readonly runs: string;
  readonly models: string;
  readonly cache: string;
}

export function workspacePaths(root: string): WorkspacePaths {
  const state = join(root, '.scalable');
  return {
    root,
    state,
    database: join(state, 'telemetry.db'),
    lock: join(state, 'workspace.lock'),
    runs: join(state, 'runs'),
    models: join(state, 'models'),
    cache: join(state, 'cache'),
  };
}

export interface RunPaths {
  readonly folder: string;
  /** Written by the supervisor before an outcome is reported, so that a finished attempt survives any crash. */
  readonly journal: string;
  readonly logs: string;
  /** Scratch folder of each instance: `work/<instance id>/`. */
  readonly work: string;
}

export function runPaths(workspace: WorkspacePaths, runId: string): RunPaths {
  const folder = join(workspace.runs, runId);
  return {
    folder,
    journal: join(folder, 'attempts.jsonl'),
    logs: join(folder, 'logs'),
    work: join(folder, 'work'),
  };
}
