import type { TelemetryEvent } from '../events.ts';
import type { RunSummary } from '../views.ts';

export type Origin = RunSummary['origin'];

/** Marks a run whose import has begun and not ended: the next import of it starts over. */
export const INCOMPLETE_IMPORT = 'incomplete';

type RunStarted = Extract<TelemetryEvent, { type: 'run_started' }>;

/** What importers may say beyond the events of a run of our own. */
export type StoreEvent =
  | Exclude<TelemetryEvent, RunStarted>
  | (RunStarted & { readonly origin?: Origin; readonly fingerprint?: string })
  /** Submit to result by a client's clock: it contains the wait in the queue and is never run time. */
  | {
      readonly type: 'attempt_turnaround';
      readonly runId: string;
      readonly instanceId: string;
      readonly attempt: number;
      readonly seconds: number;
    };
