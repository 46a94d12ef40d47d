import type { Params } from '../../manifest/spec.ts';
import { GIB } from '../../platform/units.ts';
import type { IoClass } from '../../telemetry/events.ts';
import { measuredIoClass } from '../../telemetry/io-class.ts';
import type { HistoryRow } from '../../telemetry/views.ts';
import { beginsOf, type Context, hourOf, machineClassOf, recentOf, tellsHours } from './context.ts';
import { median } from './statistics.ts';

/** One attempt that teaches something. Null is "not measured"; memory in bytes, time in seconds. */
export interface LearningRow extends Context {
  readonly runId: string;
  readonly finishedAt: number;
  readonly component: string;
  readonly target: string;
  readonly features: Params;
  readonly requestedCpus: number | null;
  readonly requestedMemoryBytes: number | null;
  /**
   * What the manifest asked for when the task was first run on this target: what was adopted from advice later must not be
   * the measure of advice. Of attempts made elsewhere, what the first attempt of the instance asked for.
   */
  readonly manifestMemoryBytes: number | null;
  readonly requestedWalltimeSeconds: number | null;
  readonly peakMemoryBytes: number | null;
  /** The attempt was killed for memory and never succeeded later: the true peak lies above the bound. */
  readonly censored: boolean;
  readonly cpuSeconds: number | null;
  readonly wallSeconds: number | null;
  /** How hard it worked the disk or the network; null where not measured. */
  readonly ioClass: IoClass | null;
}

/** All that is known about one task. */
export interface TaskHistory {
  readonly task: string;
  readonly rows: readonly LearningRow[];
  /** What a run that begins now would find in the place of earlier runs. */
  readonly now: Context;
  /** What was left out and why, in sentences. */
  readonly notes: readonly string[];
}

/** No machine holds more: such a figure is a broken measurement. */
const LARGEST_PEAK = 1024 ** 2 * GIB;
const LONGEST_WALL_SECONDS = 10 * 365 * 86_400;

/**
 * A peak that was cut off at the limit is somewhere above it. Requests usually double after such a failure and then
 * succeed, and the middle of [1, 2] on a log scale is √2.
 */
const CENSORED_FACTOR = Math.SQRT2;

/** `name[3]` is one element of `name`: the reference package numbers what `map` submitted. */
export function taskName(name: string): string {
  return name.replace(/\[\d+\]$/, '');
}

/**
 * History by task, in an order that does not depend on the order of the input. Only what succeeded teaches;
 * attempts killed for memory bound the peak from below where no later attempt measured it.
 */
export function groupByTask(history: readonly HistoryRow[]): ReadonlyMap<string, TaskHistory> {
  const groups = new Map<string, HistoryRow[]>();
  for (const row of history) {
    const name = taskName(row.task);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  const names = [...groups.keys()].sort();
  return new Map(names.map((name) => [name, taskHistory(name, groups.get(name) ?? [])]));
}

function taskHistory(task: string, rows: readonly HistoryRow[]): TaskHistory {
  const ordered = [...rows].sort(
    (a, b) =>
      compare(endOf(a), endOf(b)) ||
      compare(a.runId, b.runId) ||
      compare(a.instanceId, b.instanceId) ||
      a.attempt - b.attempt,
  );
  const succeeded = new Set(ordered.filter((row) => row.outcome === 'succeeded').map(instanceKey));
  const largestBound = new Map<string, HistoryRow>();
  for (const row of ordered) {
    if (row.outcome !== 'out_of_memory' || succeeded.has(instanceKey(row))) continue;
    const known = largestBound.get(instanceKey(row));
    if (!known || lowerBound(row) > lowerBound(known)) largestBound.set(instanceKey(row), row);
  }
  const first = new Map<string, HistoryRow>();
  for (const row of ordered) {
    const known = first.get(instanceKey(row));
    if (!known || row.attempt < known.attempt) first.set(instanceKey(row), row);
  }
  const asked = (row: HistoryRow) =>
    within(
      row.manifestMemoryBytes ?? (first.get(instanceKey(row)) ?? row).requestedMemoryBytes,
      LARGEST_PEAK,
    );
  const firstWritten = new Map<string, number>();
  for (const row of ordered) {
    const bytes = asked(row);
    if (row.origin === 'scalable' && bytes !== null && !firstWritten.has(row.target))
      firstWritten.set(row.target, bytes);
  }
  const writtenFor = (row: HistoryRow) =>
    (row.origin === 'scalable' ? firstWritten.get(row.target) : undefined) ?? asked(row);
  const kept: LearningRow[] = [];
  const count = { other: 0, absurd: 0, withoutMemory: 0, badTime: 0 };
  for (const row of ordered) {
    if (row.outcome === 'succeeded') {
      const learned = fromSuccess(row, writtenFor(row));
      if (row.peakMemoryBytes !== null && learned.peakMemoryBytes === null) count.absurd++;
      else if (learned.peakMemoryBytes === null) count.withoutMemory++;
      if (row.wallSeconds !== null && learned.wallSeconds === null) count.badTime++;
      kept.push(learned);
    } else if (largestBound.get(instanceKey(row)) === row && lowerBound(row) > 0) {
      kept.push(fromKill(row, writtenFor(row)));
    } else if (!succeeded.has(instanceKey(row))) {
      count.other++;
    }
  }
  return { task, ...withContext(kept), notes: notesOf(count, kept.filter((row) => row.censored).length) };
}

/** Hours of the day and what earlier runs needed, where the history is long enough to tell. */
function withContext(rows: readonly LearningRow[]): Pick<TaskHistory, 'rows' | 'now'> {
  const past = (value: (row: LearningRow) => number | null) =>
    recentOf(rows.map((row) => ({ ...row, startedAt: startOf(row), value: value(row) })));
  const memory = past((row) => (row.censored ? null : row.peakMemoryBytes));
  const time = past((row) => row.wallSeconds);
  const begins = beginsOf(rows.map((row) => ({ runId: row.runId, startedAt: startOf(row) })));
  // Of the run: requests are made when it begins, and within it the hour would tell one instance from the next.
  const hours = tellsHours([...begins.values()])
    ? rows.map(({ runId }) => hourOf(begins.get(runId) ?? Number.NaN))
    : null;
  const last = rows.at(-1);
  return {
    now: {
      targetKind: last?.targetKind ?? null,
      machineClass: last?.machineClass ?? null,
      hourOfDay: hours && median(hours),
      recentPeakMemoryBytes: memory?.now ?? null,
      recentWallSeconds: time?.now ?? null,
    },
    rows:
      memory || time || hours
        ? rows.map((row, i) => ({
            ...row,
            hourOfDay: hours?.[i] ?? null,
            recentPeakMemoryBytes: memory?.before[i] ?? null,
            recentWallSeconds: time?.before[i] ?? null,
          }))
        : rows,
  };
}

function startOf({ finishedAt, wallSeconds }: LearningRow): number {
  return finishedAt - 1000 * (wallSeconds ?? 0);
}

function notesOf(
  count: Readonly<Record<'other' | 'absurd' | 'withoutMemory' | 'badTime', number>>,
  censored: number,
): string[] {
  const notes: string[] = [];
  if (count.other > 0)
    notes.push(
      `${count.other} failed, cancelled or lost attempts were left out: they say nothing about need.`,
    );
  if (censored > 0) notes.push(`${censored} attempts killed for memory count as lower bounds.`);
  if (count.absurd > 0) notes.push(`${count.absurd} peaks that no machine can hold were left out.`);
  if (count.badTime > 0)
    notes.push(`${count.badTime} run times were left out: negative, not finite or beyond ten years.`);
  if (count.withoutMemory > 0)
    notes.push(`${count.withoutMemory} attempts have no measured memory and teach time only.`);
  return notes;
}

function fromSuccess(row: HistoryRow, manifestMemoryBytes: number | null): LearningRow {
  return {
    ...common(row),
    manifestMemoryBytes,
    peakMemoryBytes: within(row.peakMemoryBytes, LARGEST_PEAK),
    censored: false,
    cpuSeconds: within(row.cpuSeconds, LONGEST_WALL_SECONDS * 1024),
    wallSeconds: within(row.wallSeconds, LONGEST_WALL_SECONDS),
    ioClass: row.ioClass === undefined ? measuredIoClass(row) : row.ioClass,
  };
}

function fromKill(row: HistoryRow, manifestMemoryBytes: number | null): LearningRow {
  return {
    ...common(row),
    manifestMemoryBytes,
    peakMemoryBytes: Math.round(lowerBound(row) * CENSORED_FACTOR),
    censored: true,
    // It was cut short: its time is no time of the task.
    cpuSeconds: null,
    wallSeconds: null,
    ioClass: null,
  };
}

function common(row: HistoryRow) {
  return {
    runId: row.runId,
    finishedAt: row.finishedAt,
    component: row.component,
    target: row.target,
    targetKind: row.provider,
    ...(row.machine && { machineClass: machineClassOf(row.machine) }),
    features: row.features,
    requestedCpus: within(row.requestedCpus, 1e6),
    requestedMemoryBytes: within(row.requestedMemoryBytes, LARGEST_PEAK),
    requestedWalltimeSeconds: within(row.requestedWalltimeSeconds, LONGEST_WALL_SECONDS),
  };
}

function lowerBound(row: HistoryRow): number {
  return Math.max(
    within(row.peakMemoryBytes, LARGEST_PEAK) ?? 0,
    within(row.requestedMemoryBytes, LARGEST_PEAK) ?? 0,
  );
}

/** The value where it is a sensible positive measurement; clocks that ran backwards give null. */
function within(value: number | null, largest: number): number | null {
  return value !== null && Number.isFinite(value) && value > 0 && value <= largest ? value : null;
}

function instanceKey(row: HistoryRow): string {
  return `${row.runId}\u0000${row.instanceId}`;
}

/** An attempt whose clock tells nothing comes first: an order that NaN takes part in is none. */
function endOf({ finishedAt }: HistoryRow): number {
  return Number.isFinite(finishedAt) ? finishedAt : Number.NEGATIVE_INFINITY;
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
