import { assertNever } from '../../../main/platform/errors.ts';
import { describeDuration, describeMemory, GIB, MIB } from '../../../main/platform/units.ts';
import type { AttemptRow } from '../../../main/telemetry/views.ts';

export type FailedAttempt = Pick<
  AttemptRow,
  'outcome' | 'exitCode' | 'signal' | 'message' | 'peakMemoryBytes' | 'request' | 'wallSeconds'
>;

export interface FailureFix {
  /** What the button says. */
  readonly label: string;
  readonly memoryBytes?: number;
  readonly walltimeSeconds?: number;
}

export interface FailureAdvice {
  /** What happened, with its numbers. */
  readonly sentence: string;
  /** What helps and what does not. */
  readonly help: string;
  readonly fix: FailureFix | null;
}

/** Room above the measured peak: memory is measured up to the kill, so the real need is above it. */
const MEMORY_HEADROOM = 1.3;
const WALLTIME_FACTOR = 2;

/** Memory worth asking for after `peak` was not enough: 30 % more, rounded up to a size people would write. */
export function largerMemory(peakBytes: number, requestBytes: number): number {
  const wanted = Math.max(peakBytes, requestBytes) * MEMORY_HEADROOM;
  const step = wanted >= 4 * GIB ? GIB : wanted >= GIB ? GIB / 2 : 64 * MIB;
  return Math.ceil(wanted / step) * step;
}

/** Null for an attempt that did not fail. */
export function failureAdvice(attempt: FailedAttempt): FailureAdvice | null {
  const { outcome, request } = attempt;
  switch (outcome) {
    case null:
    case 'succeeded':
      return null;
    case 'out_of_memory':
      return outOfMemory(attempt);
    case 'walltime': {
      const limit = request.walltimeSeconds ?? attempt.wallSeconds ?? 0;
      const walltimeSeconds = Math.ceil((limit * WALLTIME_FACTOR) / 60) * 60;
      return {
        sentence: `It was stopped at its time limit of ${describeDuration(limit)}.`,
        help: 'The program did nothing wrong; it needs longer.',
        fix: { label: `Retry with ${describeDuration(walltimeSeconds)}`, walltimeSeconds },
      };
    }
    case 'node_failure':
      return {
        sentence: attempt.message ?? 'The machine it ran on went away.',
        help: 'The same request can succeed elsewhere.',
        fix: { label: 'Retry' },
      };
    case 'lost':
      return {
        sentence: attempt.message ?? 'Neither a result nor the site’s records say how it ended.',
        help: 'It counts neither as done nor as failed by the program.',
        fix: { label: 'Retry' },
      };
    case 'launch_failure':
      return {
        sentence: attempt.message ?? 'The program could not be started.',
        help: 'Correct the command or what it needs first; retrying alone does not help.',
        fix: { label: 'Retry' },
      };
    case 'program_error':
      return {
        sentence: attempt.message ?? exitSentence(attempt),
        help: 'More memory or time does not help; the end of the log usually says why.',
        fix: { label: 'Retry' },
      };
    case 'cancelled':
      return {
        sentence: 'It was cancelled.',
        help: 'That says nothing about the program and is not learned from.',
        fix: { label: 'Run it again' },
      };
    default:
      return assertNever(outcome);
  }
}

function outOfMemory({ peakMemoryBytes: peak, request }: FailedAttempt): FailureAdvice {
  const had = request.memoryBytes;
  const memoryBytes = largerMemory(peak ?? 0, had ?? 0);
  return {
    sentence: memorySentence(peak, had),
    help: 'It was stopped before it could take memory from others.',
    fix:
      memoryBytes > 0
        ? { label: `Retry with ${describeMemory(memoryBytes)}`, memoryBytes }
        : { label: 'Retry' },
  };
}

function memorySentence(peak: number | null, had: number | null): string {
  if (had === null)
    return peak === null ? 'It ran out of memory.' : `It ran out of memory at ${describeMemory(peak)}.`;
  if (peak === null || peak <= had) return `It needed more than the ${describeMemory(had)} it had.`;
  return `It needed ${describeMemory(peak)} and had ${describeMemory(had)}.`;
}

function exitSentence({ exitCode, signal }: FailedAttempt): string {
  if (signal !== null) return `The program was ended by ${signal}.`;
  return `The program ended with exit code ${exitCode ?? 'unknown'}.`;
}
