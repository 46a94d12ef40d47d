import { nextRung } from '../advisor/sizing/rungs.ts';
import { assertNever } from '../platform/errors.ts';
import { describeDuration, describeMemory, MIB } from '../platform/units.ts';
import type { AttemptResult, Capacity, ResourceRequest } from '../providers/provider.ts';
import type { Predicted } from '../telemetry/events.ts';
import type { LiveInstance } from './live-instance.ts';

/** What is known when an attempt did not succeed. */
export interface FailedAttempt {
  readonly result: AttemptResult;
  readonly request: ResourceRequest;
  readonly predicted: Predicted;
  /** Memory requests the advisor would make one after the other, first included; undefined where it has none. */
  readonly ladder?: readonly number[] | undefined;
  /** Retries for want of resources or a machine so far, and how many the manifest allows. */
  readonly retriesUsed: number;
  readonly retriesAllowed: number;
  readonly lostBefore: number;
  readonly capacity: Capacity | null;
  /** The longest time limit the target grants; null when it has none. */
  readonly walltimeLimitSeconds: number | null;
}

export type RetryDecision =
  | { readonly retry: true; readonly request: ResourceRequest }
  /** `reason` adds what the attempt's own message cannot know; null when that says it all. */
  | { readonly retry: false; readonly reason: string | null };

/** A first retry is moderate, later ones double: prediction errors are mostly small, ignorance is not. */
const GROWTH = [1.5, 2];
/** Above a measured peak, because the program was stopped before it was done. */
const ABOVE_PEAK = 1.25;
const MEMORY_STEP = 16 * MIB;

/**
 * Whether and with what an attempt is tried again. More resources only where resources were the problem: a program
 * that says no says no again.
 */
export function decideRetry(attempt: FailedAttempt): RetryDecision {
  const { outcome } = attempt.result;
  switch (outcome) {
    case 'succeeded':
    case 'cancelled':
    case 'program_error':
    case 'launch_failure':
      return { retry: false, reason: null };
    case 'out_of_memory':
      return withinAllowed(attempt, moreMemory(attempt));
    case 'walltime':
      return withinAllowed(attempt, moreTime(attempt));
    case 'node_failure':
      return withinAllowed(attempt, { retry: true, request: attempt.request });
    case 'lost':
      return attempt.lostBefore === 0
        ? { retry: true, request: attempt.request }
        : { retry: false, reason: 'It was lost twice, so it is not tried again by itself.' };
    default:
      return assertNever(outcome);
  }
}

/** The same for an instance of a run. */
export function retryOf(
  instance: LiveInstance,
  result: AttemptResult,
  target: Pick<FailedAttempt, 'capacity' | 'walltimeLimitSeconds'>,
): RetryDecision {
  const { request, planned, retriesUsed, retriesAllowed, lost } = instance;
  const { predicted, ladder } = planned;
  return decideRetry({
    result,
    request,
    predicted,
    ladder,
    retriesUsed,
    retriesAllowed,
    lostBefore: lost,
    ...target,
  });
}

function withinAllowed(attempt: FailedAttempt, decision: RetryDecision): RetryDecision {
  if (!decision.retry || attempt.retriesUsed < attempt.retriesAllowed) return decision;
  const { retriesAllowed: allowed } = attempt;
  const count = allowed === 0 ? 'No retries are' : allowed === 1 ? 'One retry is' : `${allowed} retries are`;
  return { retry: false, reason: `${count} allowed for this task.` };
}

function moreMemory({
  request,
  result,
  predicted,
  ladder,
  retriesUsed,
  capacity,
}: FailedAttempt): RetryDecision {
  const had = request.memoryBytes ?? result.usage.peakMemoryBytes;
  if (had === null) return { retry: true, request };
  const most = capacity?.memoryBytes ?? Number.POSITIVE_INFINITY;
  if (had >= most)
    return {
      retry: false,
      reason: `It had all the memory this target can give one task, ${describeMemory(most)}.`,
    };
  const peak = result.usage.peakMemoryBytes ?? 0;
  const growth = GROWTH[Math.min(retriesUsed, GROWTH.length - 1)] ?? 2;
  // What the advisor expects of the tasks that need more than the last request is worth more than a rule of thumb.
  const wanted =
    nextRung(ladder ?? [], Math.max(had, peak)) ??
    Math.max(had * growth, peak * ABOVE_PEAK, predicted.peakMemoryBytes?.high ?? 0);
  const memoryBytes = Math.min(Math.ceil(wanted / MEMORY_STEP) * MEMORY_STEP, most);
  return { retry: true, request: { ...request, memoryBytes } };
}

function moreTime({ request, walltimeLimitSeconds }: FailedAttempt): RetryDecision {
  const had = request.walltimeSeconds;
  if (had === null) return { retry: true, request };
  const most = walltimeLimitSeconds ?? Number.POSITIVE_INFINITY;
  if (had >= most)
    return {
      retry: false,
      reason: `It had all the time this target gives one task, ${describeDuration(most)}.`,
    };
  return { retry: true, request: { ...request, walltimeSeconds: Math.min(had * 2, most) } };
}
