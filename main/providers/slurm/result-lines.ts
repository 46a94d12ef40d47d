import { plainText } from '../../platform/plain-text.ts';
import { describeDuration } from '../../platform/units.ts';
import type { ElementEnd, InstanceRecord } from '../batch/batch-engine.ts';
import { classifyEnd, type StopReason } from '../local/failure-class.ts';
import type { PythonResult } from '../local/python-command.ts';
import type { AttemptResult, Usage } from '../provider.ts';
import { signalName } from './element-end.ts';

/** A line of a result file; `terminated`: the job ended around the instance, and only Slurm can say why. */
export type ResultLine =
  | InstanceRecord
  | {
      readonly type: 'terminated';
      readonly arrayId: string;
      readonly index: number;
      readonly instanceId: string;
      readonly attempt: number;
      readonly at: number;
      readonly usage: Usage;
    }
  /** Slurm began the element once more, which found the instance begun: that attempt has been ended, or soon will be. */
  | {
      readonly type: 'begun_before';
      readonly arrayId: string;
      readonly index: number;
      readonly instanceId: string;
      readonly attempt: number;
      readonly at: number;
    }
  /** The element was warned of its time limit and begins nothing more; it comes to its end. */
  | { readonly type: 'begins_no_more'; readonly arrayId: string; readonly index: number }
  /** The element came to its end; nothing more will be written. */
  | { readonly type: 'complete'; readonly arrayId: string; readonly index: number };

/** Reads one line that job script `element.sh` wrote; null when it is cut or no such line. */
export function parseResultLine(arrayId: string, index: number, line: string): ResultLine | null {
  const fields = line.split('\t');
  if (fields.pop() !== '.') return null;
  const [type, instanceId = '', attemptText = '', atText = ''] = fields;
  if (type === 'E') return { type: 'complete', arrayId, index };
  if (type === 'W') return { type: 'begins_no_more', arrayId, index };
  const attempt = Number(attemptText);
  const at = Number(atText) * 1000;
  if (instanceId === '' || !Number.isInteger(attempt) || attempt < 1 || !Number.isFinite(at)) return null;
  const base = { arrayId, index, instanceId, attempt, at };
  if (type === 'S' && fields.length === 5) return { type: 'started', ...base, node: fields[4] ?? '' };
  if (type === 'D' && fields.length === 4) return { type: 'begun_before', ...base };
  if (type === 'T' && fields.length === 9) {
    const [ticks = '', peak = '', user = '', system = ''] = fields.slice(4);
    return { type: 'terminated', ...base, usage: usageOf(ticks, peak, user, system) };
  }
  if (type !== 'F' || fields.length !== 15) return null;
  const result = resultOf(fields.slice(4));
  return result === null ? null : { type: 'finished', ...base, result };
}

function resultOf(fields: readonly string[]): AttemptResult | null {
  const [
    how,
    code = '',
    ticks = '',
    peak = '',
    user = '',
    system = '',
    oom,
    memory = '',
    limit = '',
    said = '-',
  ] = fields;
  if (!/^\d+$/.test(code)) return null;
  const exit = Number(code);
  const usage = usageOf(ticks, peak, user, system);
  const signal = exit > 128 && exit < 160 ? signalName(exit - 128) : null;
  const python = pythonResult(fields[10] ?? '-');
  const stopped = stopReason(how);
  const folderExists = how !== 'nofolder';
  const killedForMemory = oom === '1' && signal === 'SIGKILL';
  const verdict = classifyEnd({
    program: 'the command',
    launchError: folderExists ? null : 'ENOENT',
    folderExists,
    exitCode: signal === null ? exit : null,
    signal,
    stopped: killedForMemory ? { kind: 'memory', bytes: usage.peakMemoryBytes ?? 0 } : stopped,
    request: {
      cpus: 1,
      memoryBytes: /^\d+$/.test(memory) ? Number(memory) : null,
      walltimeSeconds: Number(limit) || null,
    },
    peakMemoryBytes: usage.peakMemoryBytes,
    systemOutOfMemory: killedForMemory,
    lastErrorLine: said === '-' ? null : plainText(said),
    python,
  });
  return {
    ...verdict,
    exitCode: signal === null ? exit : null,
    signal,
    usage,
    ...(python?.kind === 'value' && verdict.outcome === 'succeeded' ? { value: python.value } : {}),
  };
}

function stopReason(how: string | undefined): StopReason | null {
  return how === 'limit' ? { kind: 'walltime' } : how === 'cancelled' ? { kind: 'cancelled' } : null;
}

function pythonResult(text: string): PythonResult | null {
  if (text === '-' || text === '') return null;
  try {
    return JSON.parse(text) as PythonResult;
  } catch {
    return null; // larger than a line carries: the value stays on the site
  }
}

function usageOf(ticks: string, peak: string, user: string, system: string): Usage {
  const peakMemoryBytes = /^\d+$/.test(peak) ? Number(peak) : null;
  return {
    peakMemoryBytes,
    cpuUserSeconds: cpuSeconds(user),
    cpuSystemSeconds: cpuSeconds(system),
    readBytes: null,
    writtenBytes: null,
    wallSeconds: Math.max(0, Number(ticks) || 0) / 100,
    measuredBy: peakMemoryBytes === null ? 'none' : 'sampled',
  };
}

/** `1m2.34s 1m3.34s`: the shell's `times` before and after. Scripts of older versions wrote the difference alone. */
function cpuSeconds(text: string): number | null {
  const [before = null, after] = text.split(' ').map(shellSeconds);
  if (after === undefined) return before;
  return before === null || after === null ? null : Math.max(0, Math.round((after - before) * 1000) / 1000);
}

function shellSeconds(text: string): number | null {
  const match = /^(\d+)m(\d+(?:[.,]\d+)?)s$/.exec(text);
  return match ? Number(match[1]) * 60 + Number(match[2]?.replace(',', '.')) : null;
}

/** The result of an instance whose job Slurm lost sight of, ended and began anew. */
export function resultOfRestart(): AttemptResult {
  return {
    outcome: 'node_failure',
    exitCode: null,
    signal: null,
    message: 'Slurm lost sight of its job and began the job anew, which ended this attempt.',
    usage: usageOf('', '', '', ''),
  };
}

/** The result of an instance whose job ended around it. @param by who ended it, for people */
export function resultOfEnd(end: ElementEnd, usage: Usage, by = 'Slurm'): AttemptResult {
  const known = { ...usage, peakMemoryBytes: usage.peakMemoryBytes ?? end.peakMemoryBytes };
  // The script ended well and its instance did not: somebody's signal, which Slurm does not call an end of the job.
  const outcome = end.outcome === 'succeeded' || end.outcome === 'program_error' ? 'cancelled' : end.outcome;
  return {
    outcome,
    exitCode: null,
    signal: end.signal,
    message: `${by} ended its job (${end.detail}) after ${describeDuration(usage.wallSeconds)}.`,
    usage: known,
  };
}
