import type { TelemetryStore } from '../telemetry/store.ts';

/** Whether nobody follows the run, and its work may go on without anybody. */
export async function goesOnAtSite(
  store: Pick<TelemetryStore, 'run' | 'openEngineJobs'>,
  runId: string,
): Promise<boolean> {
  const run = await store.run(runId);
  return run?.status === 'interrupted' && (await store.openEngineJobs(runId)).length > 0;
}
