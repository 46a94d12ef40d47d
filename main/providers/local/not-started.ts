import type { AttemptOutcome, AttemptResult, Usage } from '../provider.ts';

export const NOTHING_USED: Usage = {
  peakMemoryBytes: null,
  cpuUserSeconds: null,
  cpuSystemSeconds: null,
  readBytes: null,
  writtenBytes: null,
  wallSeconds: 0,
  measuredBy: 'none',
};

/** The result of an attempt of which nothing was, or can be, measured. */
export function notStarted(outcome: AttemptOutcome, message: string): AttemptResult {
  return { outcome, exitCode: null, signal: null, message, usage: NOTHING_USED };
}
