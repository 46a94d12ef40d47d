import type { Params } from '../../manifest/spec.ts';
import { median, quantileOf, sorted } from './statistics.ts';

/** Where and when an instance runs, and what its task needed in runs before: known beside its own inputs. */
export interface Context {
  /** Kind of target, such as `local` or `slurm`. */
  readonly targetKind?: string | null;
  /** Machines of one class are alike: a name without its numbers. */
  readonly machineClass?: string | null;
  /** 0 to 23, universal time: the same everywhere. */
  readonly hourOfDay?: number | null;
  /** Medians over earlier runs. */
  readonly recentPeakMemoryBytes?: number | null;
  readonly recentWallSeconds?: number | null;
}

export const TARGET_KIND = 'target_kind';
export const MACHINE = 'machine_class';
export const HOUR = 'hour_of_day';
export const RECENT_MEMORY = 'recent_peak_memory';
export const RECENT_TIME = 'recent_wall_time';

/** Being new in one of these is no reason to doubt an answer. */
export const CONTEXT_INPUTS: ReadonlySet<string> = new Set([
  TARGET_KIND,
  MACHINE,
  HOUR,
  RECENT_MEMORY,
  RECENT_TIME,
]);

export function contextInputs(context: Context): Params {
  return {
    [TARGET_KIND]: context.targetKind ?? null,
    [MACHINE]: context.machineClass ?? null,
    [HOUR]: context.hourOfDay ?? null,
    [RECENT_MEMORY]: context.recentPeakMemoryBytes ?? null,
    [RECENT_TIME]: context.recentWallSeconds ?? null,
  };
}

/** `node-0417.cluster` is of the class `node-#.cluster`. */
export function machineClassOf(host: string): string {
  return host.toLowerCase().replace(/\d+/g, '#');
}

/** Whole hours: minutes would tell one instance of a campaign from the next. */
export function hourOf(epochMs: number): number {
  return Math.floor(epochMs / 3_600_000) % 24;
}

/** Hours of fewer days tell of one campaign, not of the time of day. */
const LEAST_DAYS = 4;

export function tellsHours(startedAt: readonly number[]): boolean {
  return new Set(startedAt.map((at) => Math.floor(at / 86_400_000))).size >= LEAST_DAYS;
}

/** When each run began: the first start of its attempts. */
export function beginsOf(rows: readonly Pick<Past, 'runId' | 'startedAt'>[]): ReadonlyMap<string, number> {
  const begins = new Map<string, number>();
  for (const { runId, startedAt } of rows)
    begins.set(runId, Math.min(begins.get(runId) ?? Number.POSITIVE_INFINITY, startedAt));
  return begins;
}

/** One attempt, for what came before it. Rows are ordered by `finishedAt`. */
export interface Past {
  readonly runId: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Null where not measured. */
  readonly value: number | null;
}

/** As many of the latest attempts are looked back on. */
const LOOK_BACK = 50;
/** With fewer runs a likeness of neighbouring runs is chance. */
const LEAST_RUNS = 8;
const LEAST_LIKENESS = 0.5;

export interface Recent {
  /** Per row: the median of what had been measured before its run began; null before the first. */
  readonly before: readonly (number | null)[];
  /** The same for a run that begins now. */
  readonly now: number | null;
}

/**
 * What a task needed lately, from the past only: what finished before the row's whole run began, because that is when
 * requests are made. Null where earlier runs do not tell what later ones need.
 */
export function recentOf(rows: readonly Past[]): Recent | null {
  const begins = beginsOf(rows);
  if (begins.size < LEAST_RUNS) return null;
  const measured = rows.filter((row) => row.value !== null);
  const valueBefore = (time: number) => {
    const end = countBefore(measured, time);
    const latest = measured.slice(Math.max(0, end - LOOK_BACK), end);
    return latest.length === 0 ? null : median(latest.map(({ value }) => value as number));
  };
  const byRun = new Map([...begins].map(([run, time]) => [run, valueBefore(time)]));
  if (!staysAlike(measured, byRun)) return null;
  return {
    before: rows.map(({ runId }) => byRun.get(runId) ?? null),
    now: valueBefore(Number.POSITIVE_INFINITY),
  };
}

function countBefore(rows: readonly Past[], time: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as Past).finishedAt < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether runs need what the runs before them needed: the correlation of the logarithms, run by run. */
function staysAlike(measured: readonly Past[], before: ReadonlyMap<string, number | null>): boolean {
  const own = new Map<string, number[]>();
  for (const { runId, value } of measured) {
    const values = own.get(runId);
    if (values) values.push(value as number);
    else own.set(runId, [value as number]);
  }
  const pairs = [...own].flatMap(([run, values]) => {
    const earlier = before.get(run) ?? null;
    return earlier === null ? [] : [[Math.log(earlier), Math.log(median(values))] as const];
  });
  if (pairs.length < LEAST_RUNS - 1) return false;
  const x = centred(pairs.map(([a]) => a));
  const y = centred(pairs.map(([, b]) => b));
  const product = x.reduce((sum, a, i) => sum + a * (y[i] as number), 0);
  const size = Math.sqrt(squares(x) * squares(y));
  return size > 1e-9 && product / size > LEAST_LIKENESS;
}

/** Around the mean, with the outermost values drawn in. */
function centred(values: readonly number[]): number[] {
  const ascending = sorted(values);
  const low = quantileOf(ascending, 0.05);
  const high = quantileOf(ascending, 0.95);
  const drawnIn = values.map((value) => Math.min(Math.max(value, low), high));
  const mean = drawnIn.reduce((a, b) => a + b, 0) / drawnIn.length;
  return drawnIn.map((value) => value - mean);
}

function squares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
