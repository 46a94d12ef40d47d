import type { RunUpdate } from '../../../main/api/services.ts';
import { assertNever, type ErrorData } from '../../../main/platform/errors.ts';
import type { LiveState } from '../../../main/session/live-state.ts';
import type { LoadPoint, RunDetail, TaskCounts } from '../../../main/telemetry/views.ts';

/** A recorded run as it arrives: JSON cannot tell a plan that is not there from one that is null. */
export type RecordedRun = Omit<RunDetail, 'plan'> & { readonly plan?: unknown };

type WithRun<Update> = Update extends { readonly run: RunDetail }
  ? Omit<Update, 'run'> & { readonly run: RecordedRun }
  : Update;

/** A run as its page shows it. */
export interface RunView {
  readonly run: RecordedRun;
  /** Null for a run that is over. */
  readonly live: LiveState | null;
  readonly load: readonly LoadPoint[];
  /** Why the run cannot be recorded now and waits; null when it can. */
  readonly trouble: ErrorData | null;
}

/** More moments than a picture has pixels are of no use. */
const MAX_LOAD_POINTS = 2000;

/** What the page shows after an update. Before the snapshot there is nothing that a delta could change. */
export function applyUpdate(view: RunView | null, update: WithRun<RunUpdate>): RunView | null {
  switch (update.kind) {
    case 'snapshot':
      return { run: update.run, live: update.live, load: update.load, trouble: null };
    case 'progress':
      return view && { ...view, live: update.live, load: appendLoad(view.load, update.load) };
    case 'health':
      return view && { ...view, trouble: update.trouble };
    case 'finished':
      return view && { ...view, run: update.run, live: null, trouble: null };
    default:
      return assertNever(update);
  }
}

/** One moment more; a long run keeps every second one of its older moments. */
export function appendLoad(load: readonly LoadPoint[], point: LoadPoint): readonly LoadPoint[] {
  const last = load.at(-1);
  if (last && point.at < last.at) return load;
  if (last?.at === point.at) return [...load.slice(0, -1), point];
  const kept = load.length < MAX_LOAD_POINTS ? load : load.filter((_, index) => index % 2 === 0);
  return [...kept, point];
}

/** Until it ended, or was interrupted; null while it goes on. */
export function tookSeconds(
  run: Pick<RecordedRun, 'status' | 'startedAt' | 'finishedAt' | 'lastAt'>,
): number | null {
  if (run.status === 'running') return null;
  return Math.max(0, (run.finishedAt ?? run.lastAt) - run.startedAt) / 1000;
}

/** Tasks that have ended in any way. */
export function finishedTasks(tasks: TaskCounts): number {
  return tasks.total - tasks.waiting - tasks.queued - tasks.running;
}
