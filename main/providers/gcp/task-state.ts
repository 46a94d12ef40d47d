import type { protos } from '@google-cloud/batch';
import type { ElementEnd } from '../batch/batch-engine.ts';
import type { AttemptOutcome } from '../provider.ts';
import { NOTHING_KNOWN } from './array-row.ts';
import { roleWith } from './google-errors.ts';

type Task = protos.google.cloud.batch.v1.ITask;
type Job = protos.google.cloud.batch.v1.IJob;
type StatusEvent = protos.google.cloud.batch.v1.IStatusEvent;

/** A task of a Batch job, as far as it matters here. */
export interface TaskState {
  readonly running: boolean;
  /** `not-begun`: it is over, and nothing of its element has begun. Null: it is not over. */
  readonly end: ElementEnd | 'not-begun' | null;
  /** From its start to its end, which is what a machine was needed for. */
  readonly seconds: number;
}

/** Number of a task in its job: the last part of its name. */
export function taskIndex({ name }: Task): number {
  return Number(/\/tasks\/(\d+)$/.exec(name ?? '')?.[1] ?? Number.NaN);
}

/** Enum values come as words or as numbers, by the way they took. */
const TASK_STATES = [
  'STATE_UNSPECIFIED',
  'PENDING',
  'ASSIGNED',
  'RUNNING',
  'FAILED',
  'SUCCEEDED',
  'UNEXECUTED',
];
const JOB_STATES = [
  'STATE_UNSPECIFIED',
  'QUEUED',
  'SCHEDULED',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'DELETION_IN_PROGRESS',
  'CANCELLATION_IN_PROGRESS',
  'CANCELLED',
];

const word = (value: unknown, words: readonly string[]): string =>
  typeof value === 'number' ? (words[value] ?? 'STATE_UNSPECIFIED') : String(value ?? 'STATE_UNSPECIFIED');

export const jobState = ({ status }: Job): string => word(status?.state, JOB_STATES);

/** The last thing that the service has said about a job that waits or has failed; null: nothing to tell. */
export function jobSaid({ status }: Job): string | null {
  const events = status?.statusEvents ?? [];
  const telling = events.filter(({ description }) => description && PROBLEM.test(description));
  return telling.at(-1)?.description ?? null;
}

const PROBLEM =
  /quota|exhaust|capacity|stockout|not available|denied|permission|forbidden|not found|invalid|fail|error|unable|cannot/i;

/** Exit codes that Batch gives to what its machines did, and not the work. */
const RESERVED: Readonly<Record<number, readonly [AttemptOutcome, string]>> = {
  50001: ['node_failure', 'Spot capacity was taken away (50001)'],
  50002: ['node_failure', 'the machine stopped reporting (50002)'],
  50003: ['node_failure', 'the machine was restarted (50003)'],
  50004: ['node_failure', 'the task could not be reached any more (50004)'],
  50005: ['walltime', 'the time limit of the task (50005)'],
  50006: ['node_failure', 'the machine was recreated (50006)'],
};

/** Exit codes of `start.sh`, and of docker where it could not begin. */
const OURS: Readonly<Record<number, readonly [AttemptOutcome, string]>> = {
  95: ['launch_failure', 'its part of the work is not in the bucket'],
  96: ['launch_failure', 'the machine’s service account cannot write to the bucket'],
  97: ['launch_failure', 'the machine has no room to work'],
  98: ['node_failure', 'the machine was told to stop'],
  99: ['cancelled', 'cancelled'],
  125: ['launch_failure', 'the container could not be started'],
  126: ['launch_failure', 'the container has no /bin/sh that can be run'],
  127: ['launch_failure', 'the container has no /bin/sh'],
  137: ['out_of_memory', 'killed, which machines do that run out of memory (137)'],
};

/** What is known of a task besides its own state. */
export interface TaskContext {
  /** Its element took its work, so that something may have begun. */
  readonly claimed: boolean;
  /** When the job was over, in seconds since the epoch; null: it is not. */
  readonly jobOverAt: number | null;
  /** The job failed as a whole before any of its tasks ran. */
  readonly neverRan: boolean;
  /** What the machine's log or the job says of a failure; null: nothing. */
  readonly said: string | null;
}

export function taskState({ status }: Task, { claimed, jobOverAt, neverRan, said }: TaskContext): TaskState {
  const events = status?.statusEvents ?? [];
  const state = word(status?.state, TASK_STATES);
  const seconds = spent(events, jobOverAt);
  const over = (end: TaskState['end']): TaskState => ({ running: false, end, seconds });
  const ended = (outcome: AttemptOutcome, detail: string, exitCode: number | null) =>
    over({ ...NOTHING_KNOWN, outcome, detail, exitCode, elapsedSeconds: seconds });
  if (neverRan)
    return ended('launch_failure', said === null ? 'its job failed before it began' : withHelp(said), null);
  switch (state) {
    case 'SUCCEEDED':
      return claimed ? ended('succeeded', 'SUCCEEDED', 0) : over('not-begun');
    case 'FAILED': {
      const code = exitCode(events);
      const known = RESERVED[code ?? 0] ?? OURS[code ?? 0];
      const [outcome, detail] = known ?? ['lost', `exit code ${code ?? 'unknown'}`];
      if (!claimed && outcome === 'node_failure') return over('not-begun');
      const isUnclear = outcome === 'launch_failure' || outcome === 'lost';
      const why = said && isUnclear ? `${detail}: ${withHelp(said)}` : detail;
      // Nothing of it began, so it cannot be lost.
      return ended(!claimed && outcome === 'lost' ? 'launch_failure' : outcome, why, code);
    }
    case 'UNEXECUTED':
      return over('not-begun');
    default:
      if (jobOverAt === null) return { running: state === 'RUNNING', end: null, seconds: 0 };
      return claimed ? ended('cancelled', 'its job was cancelled', null) : over('not-begun');
  }
}

const NO_IMAGE =
  /pull access denied|manifest unknown|manifest for .* not found|error pulling image|unauthorized/i;

/** What it takes, where the words of a machine or a job say what is missing. */
function withHelp(said: string): string {
  const permission = /permission '?([a-z]+\.[\w.]+\w)/i.exec(said)?.[1];
  if (permission !== undefined) return `${said} – ask an owner of the project for ${roleWith(permission)}`;
  if (NO_IMAGE.test(said))
    return `${said} – correct the image’s name, or give the job’s service account the role roles/artifactregistry.reader where it lies`;
  return said;
}

/** When a job was over, in seconds since the epoch; null: it is not. */
export function jobOverAt(job: Job): number | null {
  if (!['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(jobState(job))) return null;
  const events = job.status?.statusEvents ?? [];
  return Math.max(0, ...events.flatMap(({ eventTime }) => (eventTime ? secondsOf(eventTime) : [])));
}

export function hasRun({ status }: Task): boolean {
  const ran = ['RUNNING', 'SUCCEEDED', 'FAILED'];
  return (status?.statusEvents ?? []).some(({ taskState }) => ran.includes(word(taskState, TASK_STATES)));
}

/** Whether a task that failed is one that only the machine's log explains. */
export function needsExplaining(task: Task): boolean {
  if (word(task.status?.state, TASK_STATES) !== 'FAILED') return false;
  const code = exitCode(task.status?.statusEvents ?? []) ?? 0;
  return !(code in RESERVED) && ![98, 99, 137].includes(code);
}

function exitCode(events: readonly StatusEvent[]): number | null {
  const told = events.flatMap(({ taskExecution }) => taskExecution?.exitCode ?? []);
  const inWords = events.flatMap(({ description }) => /exit code (\d+)/i.exec(description ?? '')?.[1] ?? []);
  return told.at(-1) ?? (inWords.length > 0 ? Number(inWords.at(-1)) : null);
}

/** From the start of a task to its end, or to that of its job. */
export function secondsSpent({ status }: Task, jobOverAt: number | null): number {
  return spent(status?.statusEvents ?? [], jobOverAt);
}

/** Seconds between the start of a task and its end. Events that are not there yet cost nothing. */
function spent(events: readonly StatusEvent[], jobOverAt: number | null): number {
  const timeOf = (states: readonly string[]) =>
    events.flatMap(({ taskState, eventTime }) =>
      states.includes(word(taskState, TASK_STATES)) && eventTime ? secondsOf(eventTime) : [],
    );
  const [start] = timeOf(['RUNNING']);
  const end = timeOf(['SUCCEEDED', 'FAILED']).at(-1) ?? jobOverAt ?? undefined;
  return start === undefined || end === undefined ? 0 : Math.max(0, end - start);
}

function secondsOf({ seconds, nanos }: protos.google.protobuf.ITimestamp): number {
  return Number(seconds ?? 0) + (nanos ?? 0) / 1e9;
}
