import { parseDuration, parseMemory } from '../../platform/units.ts';
import type { AttemptOutcome } from '../../providers/provider.ts';
import type { InstanceState } from '../events.ts';
import { parseTime } from './fields.ts';

/** What a column of a CSV file may be called, or mapped to with `--map COLUMN=FIELD`; also `param.NAME`. */
export const CSV_FIELDS: ReadonlySet<string> = new Set([
  'task',
  'run_id',
  'instance_id',
  'component',
  'target',
  'state',
  'duration_s',
  'cpu_s',
  'peak_memory_bytes',
  'peak_memory_kb',
  'peak_memory_mb',
  'peak_memory_gb',
  'requested_memory',
  'requested_cpus',
  'requested_walltime',
  'started_at',
  'finished_at',
  'attempt',
  'outcome',
  'message',
  'params',
  // Our own CSV export has these too.
  'command',
  'worker_id',
  'exit_code',
  'read_bytes',
  'written_bytes',
  'provider',
]);

export function isCsvField(field: string): boolean {
  return CSV_FIELDS.has(field) || (field.startsWith('param.') && field.length > 'param.'.length);
}

const PEAK_UNITS = [
  ['peak_memory_bytes', 1],
  ['peak_memory_kb', 1024],
  ['peak_memory_mb', 1024 ** 2],
  ['peak_memory_gb', 1024 ** 3],
] as const;

export type Cells = ReadonlyMap<string, string>;

export function csvPeak(cells: Cells): number | null {
  for (const [field, factor] of PEAK_UNITS) {
    const value = csvAmount(cells, field);
    if (value !== null) return Math.round(value * factor);
  }
  return null;
}

export function csvText(cells: Cells, field: string): string | null {
  const text = cells.get(field)?.trim() ?? '';
  return text === '' ? null : text.slice(0, 100_000);
}

export function csvAmount(cells: Cells, field: string): number | null {
  const text = csvText(cells, field);
  const value = text === null ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** Text with a unit (binary, as everywhere here), or bytes. */
export function csvMemory(cells: Cells, field: string): number | null {
  const text = csvText(cells, field);
  const bytes = text === null ? null : parseMemory(text);
  return bytes !== null && bytes >= 0 ? bytes : null;
}

/** Seconds, or text such as `04:00:00`. */
export function csvDuration(cells: Cells, field: string): number | null {
  const text = csvText(cells, field);
  return csvAmount(cells, field) ?? (text === null ? null : parseDuration(text));
}

/** ISO text, or a number: seconds since the epoch when it is small enough to be, else milliseconds. */
export function csvTime(cells: Cells, field: string): number | null {
  const number = csvAmount(cells, field);
  if (number === null) return parseTime(csvText(cells, field));
  const ms = number < 1e11 ? number * 1000 : number;
  return ms <= 8.64e15 ? Math.round(ms) : null;
}

const OUTCOMES: ReadonlySet<string> = new Set<AttemptOutcome>([
  'succeeded',
  'program_error',
  'out_of_memory',
  'walltime',
  'node_failure',
  'launch_failure',
  'cancelled',
  'lost',
]);

const STATE_WORDS: ReadonlyMap<string, InstanceState> = new Map([
  ['succeeded', 'succeeded'],
  ['success', 'succeeded'],
  ['completed', 'succeeded'],
  ['done', 'succeeded'],
  ['ok', 'succeeded'],
  ['failed', 'failed'],
  ['failure', 'failed'],
  ['error', 'failed'],
  ['cancelled', 'cancelled'],
  ['canceled', 'cancelled'],
  ['aborted', 'cancelled'],
  ['cached', 'cached'],
]);

/** Null when the word is not known. A table without a state lists what succeeded. */
export function csvState(cells: Cells): { state: InstanceState; outcome: AttemptOutcome } | null {
  const word = csvText(cells, 'state')?.toLowerCase() ?? null;
  const outcome = csvText(cells, 'outcome');
  const known = outcome !== null && OUTCOMES.has(outcome) ? (outcome as AttemptOutcome) : null;
  if (word === 'out_of_memory' || word === 'timeout')
    return { state: 'failed', outcome: word === 'timeout' ? 'walltime' : 'out_of_memory' };
  const state = word === null ? stateOfOutcome(known) : STATE_WORDS.get(word);
  if (state === undefined) return null;
  return {
    state,
    outcome:
      known ?? (state === 'failed' ? 'program_error' : state === 'cancelled' ? 'cancelled' : 'succeeded'),
  };
}

function stateOfOutcome(outcome: AttemptOutcome | null): InstanceState {
  if (outcome === null || outcome === 'succeeded') return 'succeeded';
  return outcome === 'cancelled' ? 'cancelled' : 'failed';
}
