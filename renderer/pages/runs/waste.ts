import type { RunReport, RunSummary } from '../../../main/telemetry/views.ts';

type Measured = Pick<RunSummary, 'requestedGbh' | 'usedGbh'>;
type Judged = Pick<RunReport, 'memory' | 'attempts'>;

/** Share of what was asked for that was used, 0 to 1. */
export function usedShare(run: Measured): number | null {
  if (run.requestedGbh === null || run.usedGbh === null || run.requestedGbh <= 0) return null;
  return run.usedGbh / run.requestedGbh;
}

/** So much of what was asked for was of no use that training can pay. */
const WASTEFUL_SHARE = 0.25;

/** What a killed attempt had used is wasted too, so the report says how much it was. */
export function isWasteful({ memory, attempts }: Judged): boolean {
  const { requested_gbh: requested, wasted_gbh: wasted } = memory;
  if (requested === null || wasted === null || requested <= 0) return false;
  return wasted / requested > WASTEFUL_SHARE || (attempts.by_outcome.out_of_memory ?? 0) > 0;
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
          usedShare(other) !== null,
      )
      .toSorted((a, b) => b.startedAt - a.startedAt)[0] ?? null
  );
}

export interface WasteChange {
  /** `-0.63` is 63 % less. Null when the earlier run wasted nothing. */
  readonly change: number | null;
  /** Attempts, whether or not a later one succeeded. */
  readonly failuresBefore: number;
  readonly failuresNow: number;
}

export function wasteChange(run: Judged, before: Judged): WasteChange | null {
  const [now, then] = [run.memory.wasted_gbh, before.memory.wasted_gbh];
  if (now === null || then === null) return null;
  return {
    change: then > 0 ? (now - then) / then : null,
    failuresBefore: before.attempts.failed,
    failuresNow: run.attempts.failed,
  };
}
