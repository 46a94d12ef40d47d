import { AppError } from '../../platform/errors.ts';
import { parsePolicyFile, policyOf, poolFrom } from '../../scaling/policy-file.ts';
import { type RecordedTask, recordedWorkload } from '../../scaling/recorded-workload.ts';
import type { AnyPolicy } from '../../scaling/simulator/policy.ts';
import { simulate } from '../../scaling/simulator/simulate.ts';
import type { Workload } from '../../scaling/simulator/workload.ts';
import type { ScaleSettings } from '../../scaling/state.ts';
import type { ExportedRun, ExportedWorker } from '../../telemetry/queries/export.ts';
import type { Course, Replay, ReplayConditions, ReplayRequest, ReplayRule } from '../scaling-views.ts';
import { watched } from './watched-policy.ts';

/** The same chance for every policy and every time the page is opened. */
const SEED = 1;
/** More moments than a picture has room for are of no use. */
const MOST_POINTS = 400;
/** A policy that needs so many times longer than it takes is not followed to its end. */
const MOST_TIMES_LONGER = 10;
/** What is taken for the start of a worker where none was recorded, seconds. */
const USUAL_START_SECONDS = 30;

/** What a replay reads of a run beside its tasks. */
export type ReplayedRecord = Pick<ExportedRun, 'run' | 'lastAt' | 'workers' | 'decisions'>;

/** Policies that were replayed, of all; and of how many tasks each is. */
export interface ReplayProgress {
  readonly done: number;
  readonly of: number;
  readonly tasks: number;
}

type Point = Course['workers'][number];

/**
 * A recorded run under other policies, beside how it really went.
 * @param settings what the run was to keep to; null where that is not known
 * @param onPolicy told before each policy
 * @throws AppError E_SIMULATE_EMPTY
 */
export function replay(
  record: ReplayedRecord,
  tasks: readonly RecordedTask[],
  settings: ScaleSettings | null,
  request: ReplayRequest,
  onPolicy: (progress: ReplayProgress) => void = () => undefined,
): Replay {
  if (tasks.length === 0)
    throw new AppError({
      code: 'E_SIMULATE_EMPTY',
      message: 'There is nothing to replay yet: no task of this run has finished with a measured duration.',
      hint: 'Come back when the first tasks are done, or choose another run.',
    });
  const conditions = withAsked(recordedConditions(record, tasks, settings), request.conditions ?? {});
  const total = mostInAll(record, tasks, settings, request.conditions ?? {}, conditions.maxWorkers);
  const fileFor = (rule: ReplayRule) =>
    parsePolicyFile(JSON.stringify(policyJson(rule, settings, conditions, total)), 'settings');
  const file = fileFor('fixed');
  const { runId } = record.run;
  const workload = recordedWorkload(runId, tasks, (tag) => poolFrom(file, tag), file.max_total ?? null);
  return {
    tasks: tasks.length,
    conditions,
    recorded: recordedCourse(record, conditions.usdPerHour),
    replayed: request.policies.map((rule, done) => {
      onPolicy({ done, of: request.policies.length, tasks: tasks.length });
      return course(rule, record, workload, policyOf(fileFor(rule)));
    }),
  };
}

function course(rule: ReplayRule, record: ReplayedRecord, workload: Workload, policy: AnyPolicy): Course {
  const points: Point[] = [];
  const seen = watched(policy, lookEvery(workload), ({ at, pools }) =>
    points.push({ at, workers: pools.reduce((sum, { idle, busy }) => sum + idle + busy, 0) }),
  );
  const until = MOST_TIMES_LONGER * leastSeconds(workload, record);
  const result = simulate(workload, seen, { seed: SEED, until });
  const { makespanSeconds, workerHours, costUsd, starts, peakWorkers, unfinished } = result;
  return {
    id: rule,
    name: result.policy,
    makespanSeconds,
    workerHours,
    costUsd,
    starts,
    peakWorkers,
    unfinished,
    workers: thinned([
      ...points.filter(({ at }) => at < makespanSeconds),
      { at: makespanSeconds, workers: 0 },
    ]),
  };
}

/** Tags that nothing was asked about stay as they were recorded. */
function withAsked(
  recorded: Required<ReplayConditions>,
  asked: ReplayConditions,
): Required<ReplayConditions> {
  return {
    ...recorded,
    ...asked,
    minWorkers: { ...recorded.minWorkers, ...asked.minWorkers },
    maxWorkers: { ...recorded.maxWorkers, ...asked.maxWorkers },
  };
}

/**
 * Workers at once over all tags. Who asks for other numbers wants to know what they would do; else it is what the run had:
 * its own limit, and on a machine that all tasks shared as many as it had room for while others were idle.
 */
function mostInAll(
  { run, workers }: ReplayedRecord,
  tasks: readonly RecordedTask[],
  settings: ScaleSettings | null,
  asked: ReplayConditions,
  maxWorkers: Readonly<Record<string, number>>,
): number {
  const most = Math.max(
    1,
    Object.values(maxWorkers).reduce((sum, count) => sum + count, 0),
  );
  if (Object.keys(asked.maxWorkers ?? {}).length > 0) return most;
  const allowed = Math.min(most, settings?.maxTotal ?? most);
  if (run.provider !== 'local') return Math.max(1, allowed);
  const busy = peakOf(
    tasks.flatMap(({ finishedAt, seconds }) =>
      finishedAt === undefined
        ? []
        : [{ addedAt: finishedAt - seconds * 1000, removedAt: finishedAt - lateMs(seconds) }],
    ),
  );
  return Math.max(1, busy > 0 && busy < peakOf(workers) ? Math.min(allowed, busy) : allowed);
}

/** An end is noted a little late, when the next may have begun: this last part of a task counts for nobody. */
function lateMs(seconds: number): number {
  return 1000 * Math.max(0.1 * seconds, Math.min(0.5, seconds / 2));
}

function peakOf(spans: readonly Pick<ExportedWorker, 'addedAt' | 'removedAt'>[]): number {
  return coursePoints(spans).reduce((most, { workers }) => Math.max(most, workers), 0);
}

function policyJson(
  rule: ReplayRule,
  settings: ScaleSettings | null,
  { minWorkers, maxWorkers, startupSeconds, usdPerHour }: Required<ReplayConditions>,
  total: number,
) {
  return {
    rule,
    max_total: total,
    min_workers: minWorkers,
    max_workers: mapped(maxWorkers, (workers) => Math.max(1, workers)),
    startup_seconds: startupSeconds,
    usd_per_hour: usdPerHour,
    ...(settings && {
      scale_up_threshold: settings.scaleUpThreshold,
      scale_down_threshold: settings.scaleDownThreshold,
      cooldown_seconds: settings.cooldownSeconds,
      objective: settings.objective,
      policy: settings.policy,
      ...(settings.budgetUsd !== null && { budget_usd: settings.budgetUsd }),
      ...(settings.deadlineSeconds !== null && { deadline_hours: settings.deadlineSeconds / 3600 }),
    }),
  };
}

/** The shortest way through still has some hundred moments. */
function lookEvery(workload: Workload): number {
  return Math.max(0.25, secondsOfWork(workload) / 100);
}

/** In how much time the work could be done at the best, as far as can be known: as it was, or with all workers busy. */
function leastSeconds(workload: Workload, { run, lastAt }: ReplayedRecord): number {
  return Math.max(60, ((run.finishedAt ?? lastAt) - run.startedAt) / 1000, secondsOfWork(workload));
}

function secondsOfWork({ tasks, pools, maxTotal }: Workload): number {
  const workers = pools.reduce((sum, { maxWorkers }) => sum + maxWorkers, 0);
  return tasks.reduce((sum, task) => sum + task.seconds, 0) / Math.min(workers, maxTotal ?? workers);
}

/** Limits as they were set, or as many workers as there ever were; the start-up as it was measured. */
function recordedConditions(
  { workers, decisions }: ReplayedRecord,
  tasks: readonly RecordedTask[],
  settings: ScaleSettings | null,
): Required<ReplayConditions> {
  const tags = [...new Set(tasks.map(({ tag }) => tag))];
  const peak = (tag: string) => Math.max(1, peakOf(workers.filter((worker) => worker.tag === tag)));
  const byTag = (value: (tag: string) => number) => Object.fromEntries(tags.map((tag) => [tag, value(tag)]));
  const starts = workers
    .flatMap(({ tag, addedAt }) => {
      const asked = decisions.findLast((made) => made.at <= addedAt && (made.workersToAdd[tag] ?? 0) > 0);
      return asked ? (addedAt - asked.at) / 1000 : [];
    })
    .sort((a, b) => a - b);
  return {
    minWorkers: byTag((tag) => settings?.minWorkers[tag] ?? 0),
    maxWorkers: byTag((tag) => settings?.maxWorkers[tag] ?? peak(tag)),
    startupSeconds: starts[Math.floor(starts.length / 2)] ?? USUAL_START_SECONDS,
    usdPerHour: 0,
  };
}

function recordedCourse({ run, lastAt, workers }: ReplayedRecord, usdPerHour: number): Course | null {
  if (workers.length === 0) return null;
  const endsAt = run.finishedAt ?? lastAt;
  const until = (worker: ExportedWorker) => Math.max(worker.addedAt, worker.removedAt ?? endsAt);
  const workerHours = workers.reduce((sum, worker) => sum + until(worker) - worker.addedAt, 0) / 3_600_000;
  const points = coursePoints(workers.map((worker) => ({ ...worker, removedAt: until(worker) })));
  return {
    id: 'recorded',
    name: 'as it was',
    makespanSeconds: Math.max(0, endsAt - run.startedAt) / 1000,
    workerHours,
    costUsd: workerHours * usdPerHour,
    starts: workers.length,
    peakWorkers: points.reduce((most, point) => Math.max(most, point.workers), 0),
    unfinished: run.tasks.total - run.tasks.succeeded - run.tasks.cached,
    workers: thinned(points.map((point) => ({ ...point, at: Math.max(0, point.at - run.startedAt) / 1000 }))),
  };
}

/** How many were there, at every moment that changed it. */
function coursePoints(workers: readonly Pick<ExportedWorker, 'addedAt' | 'removedAt'>[]): Point[] {
  const changes = workers
    .flatMap(({ addedAt, removedAt }) => [
      { at: addedAt, by: 1 },
      ...(removedAt === null ? [] : [{ at: removedAt, by: -1 }]),
    ])
    // Who goes makes room for who comes at the same moment.
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let there = 0;
  return changes.map(({ at, by }) => {
    there += by;
    return { at, workers: there };
  });
}

/** Only the points that say something new, and of many every n-th; the last always. */
function thinned(points: readonly Point[]): Point[] {
  const changed = points.filter(
    (point, index) => index === points.length - 1 || point.workers !== points[index - 1]?.workers,
  );
  const step = Math.ceil(changed.length / MOST_POINTS);
  return changed.filter((_, index) => index % step === 0 || index === changed.length - 1);
}

function mapped(values: Readonly<{ [tag: string]: number }>, change: (value: number) => number) {
  return Object.fromEntries(Object.entries(values).map(([tag, value]) => [tag, change(value)]));
}
