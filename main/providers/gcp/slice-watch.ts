import type { Logger } from '../../platform/logger.ts';
import type { Timer } from '../batch/timer.ts';
import type { GcpAccess } from '../clouds.ts';
import type { ArrayFiles } from './array-files.ts';
import { type ArrayRow, NOTHING_KNOWN, type Slice } from './array-row.ts';
import { atOnce } from './at-once.ts';
import type { BatchService } from './batch-service.ts';
import { type BatchJob, type JobContext, jobId, jobRequest } from './job-request.ts';
import { machineLog } from './machine-log.ts';
import type { ResultFiles } from './result-files.ts';
import {
  hasRun,
  jobOverAt,
  jobSaid,
  jobState,
  needsExplaining,
  type TaskContext,
  type TaskState,
  taskIndex,
  taskState,
} from './task-state.ts';

export interface SliceWatchParts {
  readonly access: GcpAccess;
  readonly service: BatchService;
  readonly files: ArrayFiles;
  readonly results: ResultFiles;
  readonly job: JobContext;
  readonly timer: Timer;
  readonly logger: Logger;
}

type Task = Awaited<ReturnType<BatchService['tasks']>>[number];

const NOT_BEGUN: TaskState = { running: false, end: 'not-begun', seconds: 0 };
const REMOVED: TaskState = {
  running: false,
  end: { ...NOTHING_KNOWN, outcome: 'lost', detail: 'its job was removed', elapsedSeconds: null },
  seconds: 0,
};
/** A job that was created is known everywhere within this. */
const KNOWN_WITHIN_MS = 60_000;
const PENDING: TaskState = { running: false, end: null, seconds: 0 };

/** Asks the service about the jobs of arrays, and brings into being those that should be there. */
export class SliceWatch {
  readonly #parts: SliceWatchParts;
  /** What the service last said of a job, so that its tasks are asked for only after a change. */
  readonly #seen = new Map<Slice, string>();

  constructor(parts: SliceWatchParts) {
    this.#parts = parts;
  }

  async create({ facts }: ArrayRow, slice: Slice): Promise<BatchJob> {
    const { number, elements, parallelism } = slice;
    const request = jobRequest(facts, { number, elements: elements.length, parallelism }, this.#parts.job);
    const job = await this.#parts.service.create(jobId(facts.name, number), request);
    slice.confirmedAt ??= this.#parts.timer.now();
    return job;
  }

  async look(row: ArrayRow, slice: Slice): Promise<void> {
    const { service } = this.#parts;
    const id = jobId(row.facts.name, slice.number);
    const known = await service.get(id);
    if (known !== null) slice.confirmedAt ??= this.#parts.timer.now();
    else if (slice.confirmedAt !== null) return this.#missing(row, slice, slice.confirmedAt);
    else if (slice.cancelled) return this.#neverCame(row, slice);
    const job = known ?? (await this.create(row, slice));
    slice.said = jobSaid(job);
    const overAt = jobOverAt(job);
    const seen = JSON.stringify([jobState(job), job.status?.taskGroups]);
    if (overAt === null && this.#seen.get(slice) === seen) return;
    const tasks = await service.tasks(id);
    const states = await this.#states(row, slice, job, tasks);
    row.heard(slice, states, overAt !== null);
    this.#seen.set(slice, seen);
  }

  /** Not everybody in the service knows a new job at once; one that is gone for longer was removed by somebody. */
  async #missing(row: ArrayRow, slice: Slice, confirmedAt: number): Promise<void> {
    if (this.#parts.timer.now() - confirmedAt > KNOWN_WITHIN_MS) await this.#neverCame(row, slice);
  }

  /** Its elements are free again. Should the job be on its way still, they leave their work alone. */
  async #neverCame(row: ArrayRow, slice: Slice): Promise<void> {
    const { files, results } = this.#parts;
    const { name } = row.facts;
    if (slice.cancelled) await atOnce(slice.elements, (index) => files.stop(`${name}_${index}`, '*'));
    const states = await atOnce(slice.elements, async (index): Promise<TaskState> => {
      const claimed = results.has(name, index) || (await files.isClaimed(name, index));
      return claimed ? REMOVED : NOT_BEGUN;
    });
    row.heard(slice, states, true);
  }

  #states(row: ArrayRow, slice: Slice, job: BatchJob, tasks: readonly Task[]): Promise<TaskState[]> {
    const { files, results } = this.#parts;
    const byIndex = new Map(tasks.map((task) => [taskIndex(task), task]));
    const overAt = jobOverAt(job);
    const failed = jobState(job) === 'FAILED' && !slice.cancelled && !slice.held;
    const neverRan = failed && !tasks.some(hasRun);
    return atOnce([...slice.elements.entries()], async ([at, index]) => {
      const before = slice.tasks[at];
      if (before && before.end !== null) return before;
      const task = byIndex.get(at) ?? (overAt === null ? null : {});
      if (task === null) return PENDING;
      const open = { claimed: true, jobOverAt: overAt, neverRan, said: slice.said };
      if (taskState(task, open).end === null) return taskState(task, open);
      const { name } = row.facts;
      const claimed = results.has(name, index) || (await files.isClaimed(name, index));
      const said = (await this.#explain(job, at, task)) ?? slice.said;
      return taskState(task, { ...open, claimed, said } satisfies TaskContext);
    });
  }

  /** What its machine said of a task that failed for reasons outside of its work. */
  async #explain(job: BatchJob, index: number, task: Task): Promise<string | null> {
    const { access, timer, logger } = this.#parts;
    if (!job.uid || !needsExplaining(task)) return null;
    try {
      const lines = await machineLog(access, { jobUid: job.uid, index }, { timer, most: 20 });
      const telling = lines.filter(({ text, severity }) => severity === 'ERROR' || TELLING.test(text));
      return telling.at(-1)?.text.slice(0, 500) ?? null;
    } catch (error) {
      // Without its words the failure is still a failure.
      logger.log('warn', 'The log of a machine could not be read', { error: String(error) });
      return null;
    }
  }
}

const TELLING = /denied|unauthorized|not found|manifest unknown|no space|cannot|error/i;
