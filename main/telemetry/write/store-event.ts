import type { TelemetryEvent } from '../events.ts';
import type { RunSummary } from '../views.ts';

export type Origin = RunSummary['origin'];

/** Marks a run whose import has begun and not ended: the next import of it starts over. */
export const INCOMPLETE_IMPORT = 'incomplete';

type RunStarted = Extract<TelemetryEvent, { type: 'run_started' }>;

/** What importers may say beyond the events of a run of our own. */
export type StoreEvent =
  | Exclude<TelemetryEvent, RunStarted>
  | (Omit<RunStarted, 'pid' | 'hostname'> & {
      /** Null for a run that no process of this workspace made. */
      readonly pid: number | null;
      readonly hostname: string | null;
      readonly origin?: Origin;
      readonly fingerprint?: string;
    })
  /** Submit to result by a client's clock: it contains the wait in the queue and is never run time. */
  | {
      readonly type: 'attempt_turnaround';
      readonly runId: string;
      readonly instanceId: string;
      readonly attempt: number;
      readonly seconds: number;
    };

/** Stands for a number of CPUs that the origin did not tell: JSON carries it as null, and so does the table. */
export const UNKNOWN_CPUS = Number.NaN;
