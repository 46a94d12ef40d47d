import { stateOfCode } from '../instance-codes.ts';
import { INSTANCES_IN_ORDER, num, type QueryContext, text } from './context.ts';

export function resumeState(
  { db }: QueryContext,
  runId: string,
): readonly { instanceId: string; state: string; attempts: number }[] {
  return db
    .prepare(
      `SELECT i.instance_id, i.state, i.attempts FROM ${INSTANCES_IN_ORDER}
       WHERE i.run_key = (SELECT run_key FROM runs WHERE run_id = ?) ORDER BY i.instance_key`,
    )
    .all(runId)
    .map((row) => ({
      instanceId: text(row, 'instance_id'),
      state: stateOfCode(num(row, 'state')),
      attempts: num(row, 'attempts'),
    }));
}
