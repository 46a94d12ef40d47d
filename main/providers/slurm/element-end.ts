import type { ElementEnd } from '../batch/batch-engine.ts';
import type { AttemptOutcome } from '../provider.ts';
import type { AccountedJob } from './accounting.ts';

/** What is known of an element that is over: each source may be missing. */
export interface EndEvidence {
  /** Slurm's word from the queue; null when it was gone from there. */
  readonly state: string | null;
  readonly accounted: AccountedJob | null;
  /** What Slurm's daemons wrote into the element's log about it. */
  readonly log: string;
}

/** At this part of its request a job that was killed has hit its memory limit: usage is sampled, and late. */
const NEARLY_ALL = 0.95;
const SIGKILL = 9;
const MEMORY_WORDS = /exceeded (job |step )?memory limit|oom[-_ ]?kill|out of memory/i;

const OUTCOMES: Readonly<Record<string, AttemptOutcome>> = {
  COMPLETED: 'succeeded',
  OUT_OF_MEMORY: 'out_of_memory',
  TIMEOUT: 'walltime',
  DEADLINE: 'walltime',
  CANCELLED: 'cancelled',
  NODE_FAIL: 'node_failure',
  BOOT_FAIL: 'node_failure',
  PREEMPTED: 'node_failure',
  REQUEUED: 'node_failure',
  LAUNCH_FAILED: 'launch_failure',
  RECONFIG_FAIL: 'node_failure',
};

/**
 * How an element ended, in our words. Without cgroups a job over its memory is `FAILED 0:9`, so the word alone is not
 * relied upon; a state that nobody knows is `lost`, with the raw word to show.
 */
export function elementEnd({ state, accounted, log }: EndEvidence): ElementEnd {
  const word = accounted?.state ?? state ?? 'UNKNOWN';
  const signal = accounted?.signal ?? null;
  const exitCode = accounted?.exitCode ?? null;
  const end = {
    exitCode,
    signal: signal === null ? null : signalName(signal),
    peakMemoryBytes: accounted?.peakMemoryBytes ?? null,
    cpuSeconds: accounted?.cpuSeconds ?? null,
    elapsedSeconds: accounted?.elapsedSeconds ?? null,
  };
  const codes = exitCode === null ? '' : ` ${exitCode}:${signal ?? 0}`;
  return { outcome: outcomeOf(word, accounted, log), detail: `${accounted?.raw ?? word}${codes}`, ...end };
}

function outcomeOf(word: string, accounted: AccountedJob | null, log: string): AttemptOutcome {
  if (word !== 'FAILED') return OUTCOMES[word] ?? 'lost';
  const killed = accounted?.signal === SIGKILL || accounted?.exitCode === SIGKILL + 128;
  const { peakMemoryBytes: peak = null, requestedBytes: requested = null } = accounted ?? {};
  const full = peak !== null && requested !== null && peak >= NEARLY_ALL * requested;
  if (MEMORY_WORDS.test(log) || (killed && full)) return 'out_of_memory';
  // Slurm could not begin it: its output folder is missing or not writable on the node.
  if (accounted?.signal === 53) return 'launch_failure';
  return 'program_error';
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
};

export function signalName(signal: number): string {
  return SIGNALS[signal] ?? `signal ${signal}`;
}
