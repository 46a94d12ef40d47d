import { assertNever } from '../../platform/errors.ts';
import { describeDuration, describeMemory } from '../../platform/units.ts';
import type { AttemptOutcome, ResourceRequest } from '../provider.ts';
import type { PythonResult } from './python-command.ts';

/** Why the supervisor itself ended an attempt. */
export type StopReason =
  | { readonly kind: 'memory'; readonly bytes: number }
  | { readonly kind: 'walltime' }
  | { readonly kind: 'cancelled' };

export interface EndFacts {
  readonly program: string;
  /** `ENOENT`, …: the process never began. */
  readonly launchError: string | null;
  readonly folderExists: boolean;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stopped: StopReason | null;
  readonly request: ResourceRequest;
  readonly peakMemoryBytes: number | null;
  /** The kernel killed something for memory while this ran. */
  readonly systemOutOfMemory: boolean;
  /** Last line that is not empty, of stderr; null when there is none. */
  readonly lastErrorLine: string | null;
  readonly python: PythonResult | null;
}

export interface Verdict {
  readonly outcome: AttemptOutcome;
  readonly message: string | null;
}

/** Names an attempt's end and says it in a sentence. What the supervisor did comes before what the process shows. */
export function classifyEnd(facts: EndFacts): Verdict {
  if (facts.launchError !== null) return launchFailure(facts, facts.launchError);
  if (facts.stopped !== null) return stopped(facts, facts.stopped);
  if (facts.python?.kind === 'exception') return pythonException(facts.python);
  if (facts.exitCode === 0) return { outcome: 'succeeded', message: null };
  if (facts.signal !== null) return killed(facts, facts.signal);
  const said = facts.lastErrorLine === null ? '' : `: ${facts.lastErrorLine}`;
  switch (facts.exitCode) {
    case 127:
      return {
        outcome: 'launch_failure',
        message: `A command it needs was not found on this machine (exit code 127)${said}. Install it, or put its folder on PATH.`,
      };
    case 126:
      return {
        outcome: 'launch_failure',
        message: `A command it needs may not be executed (exit code 126)${said}. Check its permissions.`,
      };
    default:
      return { outcome: 'program_error', message: `It ended with exit code ${facts.exitCode}${said}` };
  }
}

function launchFailure(facts: EndFacts, code: string): Verdict {
  return { outcome: 'launch_failure', message: launchSentence(facts, code) };
}

function launchSentence({ program, folderExists }: EndFacts, code: string): string {
  if (!folderExists) return `Its working folder does not exist, so \`${program}\` could not start.`;
  switch (code) {
    case 'ENOENT':
      return `\`${program}\` was not found on this machine. Install it, or put its folder on PATH.`;
    case 'EACCES':
    case 'EPERM':
      return `\`${program}\` may not be executed. Check its permissions (chmod +x).`;
    case 'ENOEXEC':
      return `\`${program}\` is not a program for this machine.`;
    case 'E2BIG':
      return `\`${program}\` was given more arguments than this system allows. Pass long values through a file.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk is full, so \`${program}\` could not start. Free some space and retry.`;
    case 'EMFILE':
    case 'ENFILE':
    case 'EAGAIN':
    case 'ENOMEM':
      return `This machine is out of processes, files or memory (${code}), so \`${program}\` could not start. Use fewer workers and retry.`;
    default:
      return `\`${program}\` could not be started (${code}).`;
  }
}

function stopped({ request, peakMemoryBytes }: EndFacts, reason: StopReason): Verdict {
  switch (reason.kind) {
    case 'memory': {
      const had = describeMemory(request.memoryBytes ?? 0);
      const used = describeMemory(Math.max(reason.bytes, peakMemoryBytes ?? 0));
      return { outcome: 'out_of_memory', message: `It needed more than ${had} (${used} when stopped).` };
    }
    case 'walltime':
      return {
        outcome: 'walltime',
        message: `It was stopped at its time limit of ${describeDuration(request.walltimeSeconds ?? 0)}.`,
      };
    case 'cancelled':
      return { outcome: 'cancelled', message: 'It was cancelled while it ran.' };
    default:
      return assertNever(reason);
  }
}

function pythonException(error: Extract<PythonResult, { kind: 'exception' }>): Verdict {
  const text = error.message === '' ? error.type : `${error.type}: ${error.message}`;
  if (error.outOfMemory) return { outcome: 'out_of_memory', message: `Python ran out of memory (${text})` };
  return { outcome: error.notFound ? 'launch_failure' : 'program_error', message: text };
}

function killed(facts: EndFacts, signal: string): Verdict {
  const peak = facts.peakMemoryBytes === null ? '' : `; it had used ${describeMemory(facts.peakMemoryBytes)}`;
  if (signal === 'SIGKILL' && facts.systemOutOfMemory) {
    return {
      outcome: 'out_of_memory',
      message: `The system killed it because the machine's memory was used up${peak}.`,
    };
  }
  if (signal === 'SIGKILL') {
    return { outcome: 'program_error', message: `It was killed from outside (SIGKILL)${peak}` };
  }
  const crash = CRASHES[signal];
  return { outcome: 'program_error', message: `It ended by ${signal}${crash ? ` (${crash})` : ''}` };
}

const CRASHES: Readonly<Record<string, string>> = {
  SIGSEGV: 'it used memory that is not its own',
  SIGBUS: 'it used memory that is not there',
  SIGABRT: 'it gave up by itself',
  SIGFPE: 'an impossible calculation',
  SIGILL: 'an instruction that this processor does not have',
  SIGTERM: 'somebody asked it to end',
  SIGINT: 'somebody interrupted it',
};
