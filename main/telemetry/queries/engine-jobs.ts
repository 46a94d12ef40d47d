import type { JobRecord } from '../../providers/batch/job-store.ts';
import { FINAL_STATES, type InstanceState } from '../events.ts';
import { type QueryContext, text } from './context.ts';
import { resumeState } from './resume.ts';

/** Arrays of a run, oldest first, in which somebody's newest attempt has not ended yet. */
export function openEngineJobs(context: QueryContext, runId: string): readonly JobRecord[] {
  const rows = context.db
    .prepare(
      `SELECT name, engine_id, body, places FROM engine_jobs
       WHERE run_key = (SELECT run_key FROM runs WHERE run_id = ?) AND dropped = 0 ORDER BY job_key`,
    )
    .all(runId);
  if (rows.length === 0) return [];
  const known = new Map(resumeState(context, runId).map((instance) => [instance.instanceId, instance]));
  return rows
    .map(
      (row): JobRecord => ({
        ...JSON.parse(text(row, 'body')),
        places: JSON.parse(text(row, 'places')),
        name: text(row, 'name'),
        engineId: row.engine_id === null ? null : text(row, 'engine_id'),
      }),
    )
    .filter(({ elements }) =>
      elements.flat().some(({ instanceId, attempt }) => {
        const instance = known.get(instanceId);
        return instance && !FINAL_STATES.has(instance.state as InstanceState) && instance.attempts <= attempt;
      }),
    );
}
