import { GIB, KIB, MIB } from '../../platform/units.ts';
import { arrayIdOf } from './array-id.ts';

/** Fields of sacct, in the order in which they are parsed. None but the last holds free text. */
export const ACCOUNTING_FIELDS =
  'JobID,State,ExitCode,ElapsedRaw,MaxRSS,TotalCPU,ReqMem,AllocCPUS,NodeList,JobName';

export const THE_REST = -1;

/** A job with its steps merged. */
export interface AccountedJob {
  readonly arrayId: string;
  /** `THE_REST`: of all elements without a row of their own, which were cancelled before they began. */
  readonly index: number;
  /** `CANCELLED by 1001` is `CANCELLED`; `raw` has it all. */
  readonly state: string;
  readonly raw: string;
  readonly exitCode: number | null;
  /** Number of the signal; null: none. */
  readonly signal: number | null;
  /** Any of its steps was ended by this signal. */
  readonly stepSignal: number | null;
  readonly elapsedSeconds: number | null;
  readonly peakMemoryBytes: number | null;
  readonly cpuSeconds: number | null;
  readonly requestedBytes: number | null;
  readonly node: string | null;
}

const JOB_ID = /^(\d+)(?:_(\d+|\[[\d,:-]+(?:%\d+)?\]))?(?:\+\d+)?(\.\S+)?$/;
/** Slurm's own bound of an array; a larger index is no index. */
const MOST_INDEX = 4_000_000;

/**
 * Jobs of `sacct -n -P -D --noconvert -o ACCOUNTING_FIELDS`. A requeued job has several rows: the last counts. Usage is
 * that of the steps, the largest peak of them, which follow their job and have names of their own. A range that was cancelled
 * before it began is one row. Lines that are no row are passed over.
 */
export function parseAccounting(text: string): AccountedJob[] {
  const jobs = new Map<string, AccountedJob>();
  /** Of the last row with that number and index. */
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split('|');
    if (fields.length < ACCOUNTING_FIELDS.split(',').length) continue;
    const [
      id = '',
      state = '',
      exit = '',
      elapsed = '',
      rss = '',
      cpu = '',
      memory = '',
      cpus = '',
      nodes = '',
      ...rest
    ] = fields;
    const match = JOB_ID.exec(id);
    const word = /^[A-Z_]+/.exec(state)?.[0];
    if (!match || word === undefined) continue;
    const [, number = '', which, step] = match;
    const indices = which === undefined ? [THE_REST] : indicesOf(which);
    const place = `${number}_${indices[0]}`;
    if (step === undefined) names.set(place, rest.join('|'));
    const arrayId = arrayIdOf(number, names.get(place) ?? '');
    const [code, signal] = exitStatus(exit);
    const peak = parseSize(rss);
    const cpuSeconds = parseCpuTime(cpu);
    for (const index of step === undefined ? indices : []) {
      jobs.set(`${arrayId}_${index}`, {
        arrayId,
        index,
        state: word,
        raw: state,
        exitCode: code,
        signal,
        stepSignal: null,
        elapsedSeconds: /^\d+$/.test(elapsed) ? Number(elapsed) : null,
        peakMemoryBytes: peak,
        cpuSeconds,
        requestedBytes: requestedMemory(memory, Number(cpus)),
        node: /^[A-Za-z0-9]/.test(nodes) && nodes !== 'None assigned' ? nodes : null,
      });
    }
    const key = `${arrayId}_${indices[0]}`;
    const job = jobs.get(key);
    if (step !== undefined && job) {
      jobs.set(key, {
        ...job,
        stepSignal: signal ?? job.stepSignal,
        peakMemoryBytes: larger(job.peakMemoryBytes, peak),
        cpuSeconds: larger(job.cpuSeconds, cpuSeconds),
      });
    }
  }
  return [...jobs.values()];
}

/** `12`, or `[3-7,9,10-20:2%4]`. */
function indicesOf(text: string): number[] {
  const ranges = text.replace(/^\[|(%\d+)?\]$/g, '').split(',');
  return ranges.flatMap((range) => {
    const match = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(range);
    if (!match) return [];
    const [first, last, step] = [Number(match[1]), Number(match[2] ?? match[1]), Number(match[3] ?? 1)];
    if (last > MOST_INDEX || step < 1) return [];
    return Array.from(
      { length: Math.max(0, Math.floor((last - first) / step) + 1) },
      (_, i) => first + i * step,
    );
  });
}

function larger(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.max(one, other);
}

/** `3:0` is an exit code of 3, `0:9` signal 9. */
function exitStatus(text: string): [number | null, number | null] {
  const match = /^(\d+):(\d+)$/.exec(text);
  if (!match) return [null, null];
  const signal = Number(match[2]);
  return [Number(match[1]), signal === 0 ? null : signal];
}

/** Bytes of `12116K`, `725M` or a bare number of bytes; null when empty. */
function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text);
  if (!match) return null;
  return Math.round(Number(match[1]) * ({ K: KIB, M: MIB, G: GIB, T: 1024 * GIB }[match[2] ?? ''] ?? 1));
}

/** `1500M`; older versions say `500Mc` (per CPU) or `4Gn` (per node). */
function requestedMemory(text: string, cpus: number): number | null {
  const match = /^(.*?)([cn]?)$/.exec(text);
  const bytes = parseSize(match?.[1] ?? '');
  return bytes === null ? null : match?.[2] === 'c' ? bytes * Math.max(1, cpus || 1) : bytes;
}

/** Seconds of `MM:SS.mmm`, `HH:MM:SS` or `D-HH:MM:SS`. */
function parseCpuTime(text: string): number | null {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) return null;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match;
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
