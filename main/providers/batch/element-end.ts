import { assertNever } from '../../platform/errors.ts';
import type { AttemptOutcome, AttemptResult } from '../provider.ts';
import type { ElementEnd } from './batch-engine.ts';

/** One attempt in an element, as far as its end is not known. */
export interface OpenMember {
  readonly instanceId: string;
  readonly attempt: number;
  /** Milliseconds by the app's clock; null: no record of a start. */
  readonly startedAt: number | null;
  readonly cancelling: boolean;
}

export interface EndedElement {
  /** In the order of execution. */
  readonly open: readonly OpenMember[];
  /** How many of its members had ended before, with records of their own. */
  readonly told: number;
  /** Whether it waited for arrays that had to succeed. */
  readonly dependent: boolean;
  /** Null: neither queue nor accounting can say. */
  readonly end: ElementEnd | null;
}

export type MemberEnd =
  | { readonly member: OpenMember; readonly result: AttemptResult }
  /** It never began. */
  | { readonly member: OpenMember; readonly result: null };

/**
 * What the end of an element means for those of its instances that left no result. The one that ran takes it; those
 * behind it never began. An element that ended before anything in it began speaks for all of them.
 */
export function endsOfMembers(element: EndedElement, at: number): MemberEnd[] {
  const { open, end, told } = element;
  const began = open.filter(({ startedAt }) => startedAt !== null);
  const anyBegan = began.length > 0 || told > 0;
  // Without a record of its start, the first that left no result is the one that ran.
  const ran = new Set(began.length > 0 ? began : open.slice(0, 1));
  const outcome = end?.outcome ?? 'lost';
  const ended = (member: OpenMember, as: AttemptOutcome, why: string): MemberEnd => ({
    member,
    result: resultOf(as, why, member, element, at),
  });
  return open.map((member): MemberEnd => {
    if (member.cancelling) return ended(member, 'cancelled', 'It was cancelled.');
    if (end?.beganNoMore && member.startedAt === null) return { member, result: null };
    const takes = !anyBegan || ran.has(member);
    switch (outcome) {
      case 'succeeded':
        return ended(member, 'lost', 'Its job ended, but it left no result.');
      case 'cancelled':
        if (element.dependent && !anyBegan) return { member, result: null };
        if (open.some(({ cancelling }) => cancelling))
          return takes && anyBegan
            ? ended(member, 'node_failure', 'The job it shared with others was cancelled.')
            : { member, result: null };
        return ended(member, 'cancelled', `It was cancelled at the site: ${end?.detail ?? ''}.`);
      case 'launch_failure':
        return ended(member, outcome, `The site could not start it: ${end?.detail ?? ''}.`);
      case 'walltime':
        if (!takes) return { member, result: null };
        return told > 0
          ? ended(member, 'node_failure', 'The time limit of its job was used up by the work before it.')
          : ended(member, outcome, 'It ran into its time limit.');
      case 'out_of_memory':
        return takes
          ? ended(member, outcome, `It used more memory than it had asked for: ${end?.detail ?? ''}.`)
          : { member, result: null };
      case 'node_failure':
        return takes
          ? ended(member, outcome, `Its machine went away: ${end?.detail ?? ''}.`)
          : { member, result: null };
      case 'program_error':
      case 'lost':
        return takes
          ? ended(member, 'lost', `It left no result, and the site says: ${end?.detail ?? 'nothing'}.`)
          : { member, result: null };
      default:
        return assertNever(outcome);
    }
  });
}

function resultOf(
  outcome: AttemptOutcome,
  message: string,
  { startedAt }: OpenMember,
  { end, open, told }: EndedElement,
  at: number,
): AttemptResult {
  const alone = open.length === 1 && told === 0;
  const memory = startedAt === null && told > 0 ? null : (end?.peakMemoryBytes ?? null);
  const elapsed = startedAt === null ? 0 : Math.max(0, at - startedAt) / 1000;
  return {
    outcome,
    exitCode: end?.exitCode ?? null,
    signal: end?.signal ?? null,
    message,
    usage: {
      peakMemoryBytes: memory,
      cpuUserSeconds: alone ? (end?.cpuSeconds ?? null) : null,
      cpuSystemSeconds: null,
      readBytes: null,
      writtenBytes: null,
      wallSeconds: alone ? (end?.elapsedSeconds ?? elapsed) : elapsed,
      measuredBy: memory === null ? 'none' : 'sampled',
    },
  };
}
