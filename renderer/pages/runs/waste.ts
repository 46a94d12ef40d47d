import type { RunSummary } from '../../../main/telemetry/views.ts';

type Measured = Pick<RunSummary, 'requestedGbh' | 'usedGbh'>;

/** Requested but not used memory × time in GB·h; null where one of both is not known. */
export function wastedGbh(run: Measured): number | null {
  if (run.requestedGbh === null || run.usedGbh === null) return null;
  return Math.max(0, run.requestedGbh - run.usedGbh);
}

/** Share of what was asked for that was used, 0 to 1. */
export function usedShare(run: Measured): number | null {
  if (run.requestedGbh === null || run.usedGbh === null || run.requestedGbh <= 0) return null;
  return run.usedGbh / run.requestedGbh;
}

/** Asked for so much more than used that training can pay. */
const WASTEFUL_SHARE = 0.75;

export function isWasteful(run: Measured): boolean {
  const share = usedShare(run);
  return share !== null && share < WASTEFUL_SHARE;
}

/** The run before `run` of the same campaign on the same target and of the same size, for "how much better". */
export function previousAlike(run: RunSummary, runs: readonly RunSummary[]): RunSummary | null {
  return (
    runs
      .filter(
        (other) =>
          other.startedAt < run.startedAt &&
          other.status !== 'running' &&
          other.project === run.project &&
          other.target === run.target &&
          other.tasks.total === run.tasks.total &&
          wastedGbh(other) !== null,
      )
      .toSorted((a, b) => b.startedAt - a.startedAt)[0] ?? null
  );
}

export interface WasteChange {
  /** `-0.63` is 63 % less. Null when the earlier run wasted nothing. */
  readonly change: number | null;
  readonly failuresBefore: number;
  readonly failuresNow: number;
}

export function wasteChange(run: RunSummary, before: RunSummary): WasteChange | null {
  const [now, then] = [wastedGbh(run), wastedGbh(before)];
  if (now === null || then === null) return null;
  return {
    change: then > 0 ? (now - then) / then : null,
    failuresBefore: before.tasks.failed,
    failuresNow: run.tasks.failed,
  };
}
