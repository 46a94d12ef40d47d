import type { Advisor } from '../advisor/advisor.ts';
import type { Params } from '../manifest/spec.ts';
import type { Completion, PendingTask, RunningTask } from './adaptive-scaler.ts';
import { NOTHING_FINISHED, withMeasured } from './finished.ts';
import type { Finished, RunningWork, StageState } from './state.ts';
import { WorkBag } from './work-bag.ts';

export interface PendingWork {
  readonly pending: readonly PendingTask[];
  readonly running: readonly RunningTask[];
  readonly completions: readonly Completion[];
  readonly advisor: Advisor | undefined;
}

/** Beyond so many tasks of a kind an even choice of them is predicted and stands for the others. */
const MOST_PREDICTED = 400;
/** Assumed where nothing at all is known. */
const UNKNOWN_SECONDS = 60;
/** The advisor is asked for run times only; this is what a manifest that says nothing asks for. */
const NO_REQUEST = { cpus: 1, memoryBytes: null, walltimeSeconds: null };

interface Kind {
  readonly tag: string;
  readonly task: string;
  readonly pending: PendingTask[];
  readonly running: RunningTask[];
  readonly completions: Completion[];
}

/** Pending work by kind with the best that is known about durations. `isKnown`: something was, for all of it. */
export function pendingStages(work: PendingWork): {
  readonly stages: readonly StageState[];
  readonly isKnown: boolean;
} {
  const kinds = kindsOf(work);
  const measured = work.completions.map(secondsOf).filter((seconds) => seconds !== null);
  const overall = measured.length === 0 ? null : mean(measured);
  let isKnown = true;
  const stages = [...kinds.values()].flatMap((kind): StageState[] => {
    if (kind.pending.length + kind.running.length === 0) return [];
    const own = kind.completions.map(secondsOf).filter((seconds) => seconds !== null);
    const usual = own.length > 0 ? mean(own) : overall;
    const predict = (item: PendingTask): number | null =>
      item.predictedSeconds ?? advised(work.advisor, kind, item.features) ?? usual;
    const ready = new WorkBag();
    const step = Math.max(1, Math.ceil(kind.pending.length / MOST_PREDICTED));
    for (let at = 0; at < kind.pending.length; at += step) {
      const item = kind.pending[at];
      const seconds = item ? predict(item) : null;
      if (seconds === null) isKnown = false;
      const standsFor = Math.min(step, kind.pending.length - at);
      for (let i = 0; i < standsFor; i++) ready.add(seconds ?? UNKNOWN_SECONDS);
    }
    const running = kind.running.map((item): RunningWork => {
      const predicted = predict(item);
      if (predicted === null) isKnown = false;
      return { elapsed: item.elapsedSeconds, predicted: predicted ?? UNKNOWN_SECONDS };
    });
    return [
      {
        task: kind.task,
        tag: kind.tag,
        ready: ready.groups(),
        waiting: [],
        running,
        needs: [],
        finished: finishedOf(kind, work.advisor, usual),
        limitSeconds: null,
      },
    ];
  });
  return { stages, isKnown };
}

function kindsOf({ pending, running, completions }: PendingWork): Map<string, Kind> {
  const kinds = new Map<string, Kind>();
  const of = ({ tag, task = tag }: { tag: string; task?: string }) => {
    const key = `${tag}\0${task}`;
    let kind = kinds.get(key);
    if (!kind) {
      kind = { tag, task, pending: [], running: [], completions: [] };
      kinds.set(key, kind);
    }
    return kind;
  };
  for (const item of pending) of(item).pending.push(item);
  for (const item of running) of(item).running.push(item);
  for (const item of completions) of(item).completions.push(item);
  return kinds;
}

/** Seconds; null where the advisor knows nothing. Work that is told by its tag alone is like what workers of that tag did before. */
function advised(
  advisor: Advisor | undefined,
  { tag, task }: Kind,
  features: Params | undefined,
): number | null {
  if (!advisor) return null;
  const known = task === tag ? (advisor.tasksOf?.(tag) ?? []) : [];
  const asked = known.length === 0 || known.includes(task) ? [task] : known;
  const seconds = asked.flatMap((name) => {
    const { predicted } = advisor.size({
      task: name,
      component: tag,
      target: null,
      features: features ?? {},
      manifestRequest: NO_REQUEST,
      confidence: 0.95,
    });
    return predicted.wallSeconds?.point ?? [];
  });
  return seconds.length === 0 ? null : mean(seconds);
}

/** The same predictions made for what has finished show how far to trust them. */
function finishedOf(kind: Kind, advisor: Advisor | undefined, usual: number | null): Finished {
  let finished = NOTHING_FINISHED;
  for (const item of kind.completions.slice(-MOST_PREDICTED)) {
    const seconds = secondsOf(item);
    const predicted = advised(advisor, kind, item.features) ?? usual;
    if (seconds !== null && predicted !== null) finished = withMeasured(finished, seconds, predicted);
  }
  return finished;
}

function secondsOf({ durationSeconds, duration_s }: Completion): number | null {
  const seconds = durationSeconds ?? duration_s;
  return seconds !== undefined && Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
