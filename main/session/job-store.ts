import type { JobStore } from '../providers/batch/job-store.ts';
import type { TelemetryStore } from '../telemetry/store.ts';

/** A run's arrays at a site, kept in its telemetry. */
export function jobStoreOf(store: TelemetryStore, runId: string): JobStore {
  return {
    intend: (job) => store.append([{ type: 'engine_job_intended', runId, job }]),
    accepted: (name, engineId) => store.append([{ type: 'engine_job_accepted', runId, name, engineId }]),
    placed: (name, places) => store.append([{ type: 'engine_job_placed', runId, name, places }]),
    dropped: (name) => store.append([{ type: 'engine_job_dropped', runId, name }]),
    open: () => store.openEngineJobs(runId),
  };
}
