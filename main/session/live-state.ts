import type { SiteReach } from '../providers/site.ts';
import type { RunStatus } from '../telemetry/events.ts';
import type { LoadPoint, TaskCounts } from '../telemetry/views.ts';
import type { ScalingView } from './adaptive/scaling-view.ts';
import type { ScoutView } from './scouts/scout-view.ts';

/** The workers of one tag, live. */
export interface PoolView {
  readonly tag: string;
  readonly wanted: number;
  readonly workers: number;
  readonly busy: number;
  readonly queued: number;
  /** Why its work at a site has not begun, most frequent first, in the site's own words; absent elsewhere. */
  readonly waiting?: readonly { readonly reason: string; readonly elements: number }[];
}

export interface LiveState {
  readonly runId: string;
  readonly status: RunStatus;
  readonly tasks: TaskCounts;
  readonly pools: readonly PoolView[];
  readonly startedAt: number;
  /** How it is scaled; null for runs of an app that has gone. */
  readonly scaling: ScalingView | null;
  /** Tasks some of whose instances are measured first; absent where there are none. */
  readonly scouts?: readonly ScoutView[];
  /** Where time is sold: what the run has cost until now, to the cent, and what it may cost. */
  readonly money?: { readonly spentUsd: number; readonly budgetUsd: number | null };
  /** Where the work is, and whether it can be reached; absent for work on this machine. */
  readonly site?: { readonly label: string; readonly reach: SiteReach };
  /** Predicted finish as times (ms); null while nothing can be said. */
  readonly predictedFinish: { readonly low: number; readonly point: number; readonly high: number } | null;
}

/** Told to listeners after the change is on disk. */
export interface RunChange {
  readonly live: LiveState;
  readonly load: LoadPoint;
  /** Instances whose row changed since the last notification. */
  readonly changed: readonly string[];
}
