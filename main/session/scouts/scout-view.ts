/** How a task with scouts stands, for whoever shows or releases it. */
export interface ScoutView {
  readonly task: string;
  readonly scouts: number;
  /** Scouts that have ended, whatever came of them. */
  readonly back: number;
  /** - `measuring` the rest waits · `held` somebody must look first · `released` the rest may run. */
  readonly state: 'measuring' | 'held' | 'released';
  /** What the rest is sized from, or why it is held, in a sentence. */
  readonly sentence: string;
  /** What the measured figures say against the task's configuration. */
  readonly findings: readonly ScoutFinding[];
}

export interface ScoutFinding {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** - `advice` nothing waits for it · `doubt` held where somebody can look · `broken` the rest is not begun. */
  readonly severity: 'advice' | 'doubt' | 'broken';
}

/** The part of a run's handle that tells of scouts. */
export interface ScoutControl {
  view(): readonly ScoutView[];
  /** Lets the rest of a task go, whatever its scouts say. */
  release(task: string): void;
}
