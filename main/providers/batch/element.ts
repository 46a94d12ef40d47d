import type { AttemptOutcome } from '../provider.ts';
import type { ElementEnd, ElementStatus } from './batch-engine.ts';
import type { JobMember } from './job-store.ts';

/** One attempt at an instance, as one of those that an element works off. */
export interface Member {
  readonly instanceId: string;
  readonly attempt: number;
  startedAt: number | null;
  cancelling: boolean;
  /** The site was told to end it alone. */
  cancelSent: boolean;
  told: boolean;
  /** It took its element with it, so nothing behind it has begun. */
  fatal: boolean;
}

/** One element of an array, as far as it is known. */
export interface Element {
  readonly members: Member[];
  state: 'unknown' | 'pending' | 'running' | 'ended';
  reason: string | null;
  end: ElementEnd | null;
  /** Whether it stands as a worker now. */
  works: boolean;
  /** Since when answers of the queue have not named it; null: the last one did. */
  missingSince: number | null;
  endedAt: number | null;
  /** When it last wrote something down, as far as its records say. */
  heardAt: number;
  askAt: number;
  asked: number;
  /** The site was told to end it. */
  cancelSent: boolean;
  /** The accounting takes it for alive, and the queue does not know it: the controller went down before it wrote it down. */
  forgotten: boolean;
  /** It was told to end because nobody knew it, to be sure: that it was cancelled says nothing about it. */
  givenUp: boolean;
  /** The engine has said that it is over, and what it cost. */
  closed: boolean;
}

/** How long the site may be silent about an element, in milliseconds. */
export interface Patience {
  /** After its end until its results must be visible, and after its submission until the queue must know it. */
  readonly graceMs: number;
  /** Silence of queue and accounting after which nobody can know any more. */
  readonly lostMs: number;
}

/** Outcomes that end the whole element when they end one of its instances. */
const FATAL: ReadonlySet<AttemptOutcome> = new Set(['out_of_memory', 'walltime', 'node_failure', 'lost']);

/** Network file systems are late with new files; lines of a file that has been read are there when it is opened again. */
const SEEN_FILE_MS = 30_000;
/** Where the node itself has said what ended an element, nothing can be on its way but a line that a reader has just missed. */
const NODE_SAID_MS = 8000;
const NODE_SAYS: ReadonlySet<AttemptOutcome> = new Set(['out_of_memory', 'walltime']);
const RARELY_MS = 120_000;
/** A queue that answers and does not name what should be alive is believed after this, or after its grace. */
const FORGOTTEN_MS = 120_000;

/** @param isMoved attempts that were handed over again since, in a newer array */
export function newElement(members: readonly JobMember[], isMoved: (member: JobMember) => boolean): Element {
  return {
    members: members.map((member) => ({
      ...member,
      startedAt: null,
      cancelling: false,
      cancelSent: false,
      told: isMoved(member),
      fatal: false,
    })),
    state: 'unknown',
    reason: null,
    end: null,
    works: false,
    missingSince: null,
    endedAt: null,
    heardAt: 0,
    askAt: 0,
    asked: 0,
    cancelSent: false,
    forgotten: false,
    givenUp: false,
    closed: false,
  };
}

export function endsElement(outcome: AttemptOutcome): boolean {
  return FATAL.has(outcome);
}

/** Members whose end is not known. */
export function openOf({ members }: Element): Member[] {
  return members.filter(({ told }) => !told);
}

export function hasToldAll({ members }: Element): boolean {
  return members.every(({ told }) => told);
}

/** Never, for what the queue knows. */
export function silentSince({ endedAt, missingSince, heardAt }: Element): number {
  return Math.max(heardAt, endedAt ?? missingSince ?? Number.POSITIVE_INFINITY);
}

/** From when on the accounting is asked about its silence. */
export function askFrom(element: Element, { graceMs }: Patience): number {
  const isSeen = element.members.some(({ told, startedAt }) => told || startedAt !== null);
  const seenMs = element.end && NODE_SAYS.has(element.end.outcome) ? NODE_SAID_MS : SEEN_FILE_MS;
  return Math.max(silentSince(element) + (isSeen ? Math.min(graceMs, seenMs) : graceMs), element.askAt);
}

/** From when on nobody can say any more what became of it. */
export function lostFrom(element: Element, { graceMs, lostMs }: Patience): number {
  const patienceMs = element.forgotten ? Math.max(graceMs, FORGOTTEN_MS) : lostMs;
  return silentSince(element) + Math.min(patienceMs, lostMs);
}

/** How it ended in the end. @param status what the accounting knows of it */
export function endOf(element: Element, status: ElementStatus | null): ElementEnd | null {
  if (status?.state === 'pending') return NEVER_BEGAN;
  if (status?.state === 'running') return null;
  const end = status?.end ?? element.end;
  return element.givenUp && end?.outcome === 'cancelled' ? null : end;
}

/** The queue has forgotten it, and by the accounting it waits. */
const NEVER_BEGAN: ElementEnd = {
  outcome: 'lost',
  beganNoMore: true,
  detail: 'it waits',
  exitCode: null,
  signal: null,
  peakMemoryBytes: null,
  cpuSeconds: null,
  elapsedSeconds: null,
};

/** Asks later, less and less often. */
export function putOff(element: Element, now: number, { graceMs }: Patience): void {
  element.asked++;
  element.askAt = now + Math.min(graceMs * 2 ** element.asked, RARELY_MS);
}

/** The clock was set by so much: silence has lasted no longer for that. */
export function shiftTimes(element: Element, ms: number): void {
  if (element.missingSince !== null) element.missingSince += ms;
  if (element.endedAt !== null) element.endedAt += ms;
  if (element.heardAt > 0) element.heardAt += ms;
  if (element.askAt > 0) element.askAt += ms;
}

/** Whether it is sure that none of its open members began, and that none will. */
export function neverBeganRest(element: Element, isDependent: boolean): boolean {
  const { members, end, endedAt } = element;
  if (endedAt === null || end === null || end.outcome === 'succeeded') return false;
  const waited = isDependent && end.outcome === 'cancelled' && end.elapsedSeconds === 0;
  if (!waited && !end.beganNoMore && !members.some(({ fatal }) => fatal)) return false;
  return openOf(element).every(({ startedAt, cancelling }) => startedAt === null && !cancelling);
}
