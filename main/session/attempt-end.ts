import { toErrorData } from '../platform/errors.ts';
import type { AdoptedAttempt } from '../providers/provider.ts';
import type { TelemetryEvent } from '../telemetry/events.ts';
import type { LiveInstance } from './live-instance.ts';

type End = Omit<AdoptedAttempt, 'instanceId'>;

/** The record of an attempt's end. What a function returned stays with the caller; it is not telemetry. */
export function attemptFinished(runId: string, instance: LiveInstance, end: End): TelemetryEvent {
  const { value: _kept, ...result } = end.result;
  const log = `logs/${instance.planned.id}.${end.attempt}`;
  const began = end.startedAt !== null;
  return {
    type: 'attempt_finished',
    runId,
    at: end.at,
    startedAt: end.startedAt,
    instanceId: instance.planned.id,
    attempt: end.attempt,
    request: instance.request,
    result,
    stdoutPath: began ? `${log}.out` : null,
    stderrPath: began ? `${log}.err` : null,
  };
}

/** The end of an attempt that could not even be written down as work. */
export function neverBegan(at: number, error: unknown): Omit<End, 'attempt'> {
  const { message, hint } = toErrorData(error);
  return {
    at,
    startedAt: null,
    result: {
      outcome: 'launch_failure',
      exitCode: null,
      signal: null,
      message: hint ? `${message} ${hint}` : message,
      usage: {
        peakMemoryBytes: null,
        cpuUserSeconds: null,
        cpuSystemSeconds: null,
        readBytes: null,
        writtenBytes: null,
        wallSeconds: 0,
        measuredBy: 'none',
      },
    },
  };
}

/** What the attempt said and what the session has to add, as one text. */
export function inSentences(message: string | null, more: string): string {
  if (message === null) return more;
  return `${message}${/[.!?]$/.test(message) ? '' : '.'} ${more}`;
}
