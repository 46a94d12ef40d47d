import type { AttemptOutcome } from '../../providers/provider.ts';
import { stateCode } from '../instance-codes.ts';
import type { LaneSpan, LoadPoint } from '../views.ts';
import {
  atOneMoment,
  INSTANCES_IN_ORDER,
  num,
  numOrNull,
  type QueryContext,
  text,
  textOrNull,
} from './context.ts';
import { endOfRun, runRow } from './runs.ts';

const DEFAULT_LANE_SPANS = 20_000;

/** When there are more spans than `limit`, the shortest are left out: nobody could see them in the picture. */
export function lanes({ db }: QueryContext, runId: string, options: { limit?: number }): readonly LaneSpan[] {
  return db
    .prepare(
      `SELECT * FROM (
         SELECT a.worker_id, i.component, i.instance_id, i.task, a.attempt, a.started_at, a.finished_at, a.outcome
         FROM ${INSTANCES_IN_ORDER} CROSS JOIN attempts a USING (instance_key)
         WHERE i.run_key = (SELECT run_key FROM runs WHERE run_id = ?) AND a.started_at IS NOT NULL AND a.worker_id IS NOT NULL
         ORDER BY a.finished_at IS NOT NULL, a.finished_at - a.started_at DESC LIMIT ?
       ) ORDER BY started_at, instance_id`,
    )
    .all(runId, options.limit ?? DEFAULT_LANE_SPANS)
    .map((row) => ({
      workerId: text(row, 'worker_id'),
      tag: text(row, 'component'),
      instanceId: text(row, 'instance_id'),
      task: text(row, 'task'),
      attempt: num(row, 'attempt'),
      startedAt: num(row, 'started_at'),
      finishedAt: numOrNull(row, 'finished_at'),
      outcome: textOrNull(row, 'outcome') as AttemptOutcome | null,
    }));
}

/**
 * Queue and workers at `points` moments, evenly from the run's start to its end. Each stretch of time adds one at
 * the first moment it covers and takes one away at the first moment after it: linear in rows, no sorting.
 */
export function load(context: QueryContext, runId: string, points: number): readonly LoadPoint[] {
  const { db } = context;
  return atOneMoment(db, () => {
    const run = runRow(db, runId);
    if (!run || points < 1) return [];
    const runKey = num(run, 'run_key');
    const axis = timeAxis(num(run, 'started_at'), endOfRun(run, context), Math.floor(points));
    const queued = new Steps(axis);
    const running = new Steps(axis);
    const workers = new Steps(axis);
    const finished = new Steps(axis);
    for (const row of db
      .prepare(
        `SELECT a.queued_at, a.started_at, a.finished_at FROM ${INSTANCES_IN_ORDER} CROSS JOIN attempts a USING (instance_key)
         WHERE i.run_key = ?`,
      )
      .all(runKey)) {
      const startedAt = numOrNull(row, 'started_at');
      const finishedAt = numOrNull(row, 'finished_at');
      queued.add(numOrNull(row, 'queued_at'), startedAt ?? finishedAt);
      running.add(startedAt, finishedAt);
    }
    // What waits now has no attempt yet; what ended without one (reused, skipped) waited until then.
    for (const row of db
      .prepare('SELECT queued_at FROM instances WHERE run_key = ? AND state = ?')
      .all(runKey, stateCode('queued'))) {
      queued.add(numOrNull(row, 'queued_at'), null);
    }
    for (const row of db
      .prepare(
        `SELECT queued_at, finished_at FROM ${INSTANCES_IN_ORDER}
         WHERE run_key = ? AND attempts = 0 AND finished_at IS NOT NULL`,
      )
      .all(runKey)) {
      queued.add(numOrNull(row, 'queued_at'), numOrNull(row, 'finished_at'));
    }
    for (const row of db
      .prepare(
        `SELECT finished_at FROM ${INSTANCES_IN_ORDER}
         WHERE run_key = ? AND state NOT IN (?, ?, ?) AND finished_at IS NOT NULL`,
      )
      .all(runKey, stateCode('running'), stateCode('queued'), stateCode('waiting'))) {
      finished.add(numOrNull(row, 'finished_at'), null);
    }
    for (const row of db.prepare('SELECT added_at, removed_at FROM workers WHERE run_key = ?').all(runKey)) {
      workers.add(numOrNull(row, 'added_at'), numOrNull(row, 'removed_at'));
    }
    const columns = [queued, running, workers, finished].map((steps) => steps.counts());
    return axis.moments.map((at, i) => ({
      at,
      queued: columns[0]?.[i] ?? 0,
      running: columns[1]?.[i] ?? 0,
      workers: columns[2]?.[i] ?? 0,
      finished: columns[3]?.[i] ?? 0,
    }));
  });
}

interface TimeAxis {
  readonly moments: readonly number[];
  /** Index of the first moment at or after a time; the number of moments when there is none. */
  firstAt(time: number): number;
}

function timeAxis(start: number, end: number, points: number): TimeAxis {
  const count = Math.max(1, Math.min(points, end - start + 1));
  const step = count === 1 ? 0 : (end - start) / (count - 1);
  const moments = Array.from({ length: count }, (_, i) => (count === 1 ? end : Math.round(start + i * step)));
  return {
    moments,
    firstAt: (time) => {
      let index = step === 0 ? 0 : Math.max(0, Math.min(count, Math.ceil((time - start) / step)));
      // Moments are rounded to whole milliseconds: look at the neighbours instead of trusting the division.
      while (index > 0 && (moments[index - 1] ?? 0) >= time) index--;
      while (index < count && (moments[index] ?? 0) < time) index++;
      return index;
    },
  };
}

class Steps {
  readonly #axis: TimeAxis;
  readonly #changes: Int32Array;

  constructor(axis: TimeAxis) {
    this.#axis = axis;
    this.#changes = new Int32Array(axis.moments.length + 1);
  }

  /** Counts from `from` until just before `to`; an open end counts to the last moment. */
  add(from: number | null, to: number | null): void {
    if (from === null) return;
    const first = this.#axis.firstAt(from);
    const after = to === null ? this.#axis.moments.length : this.#axis.firstAt(to);
    if (after <= first) return;
    this.#changes[first] = (this.#changes[first] ?? 0) + 1;
    this.#changes[after] = (this.#changes[after] ?? 0) - 1;
  }

  counts(): readonly number[] {
    let level = 0;
    return this.#axis.moments.map((_, i) => {
      level += this.#changes[i] ?? 0;
      return level;
    });
  }
}
