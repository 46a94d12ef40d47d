import { logPaths } from '../../providers/local/attempt-files.ts';
import type { InstanceDetail } from '../../telemetry/views.ts';
import type { LogPlace } from './follow-log.ts';

/** Where an attempt's output lies. The record names the file when the attempt is over; until then it is where it is written. */
export function logPlace(detail: InstanceDetail, attempt: number, stream: 'stdout' | 'stderr'): LogPlace {
  const row = detail.attemptRows.find((candidate) => candidate.attempt === attempt);
  if (!row) return { path: null, ended: false };
  if (row.finishedAt !== null)
    return { path: (stream === 'stdout' ? row.stdoutPath : row.stderrPath) ?? null, ended: true };
  const { out, err } = logPaths('logs', detail.instanceId, attempt);
  return { path: stream === 'stdout' ? out : err, ended: false };
}
