import type { Timer } from '../batch/timer.ts';
import type { GcpAccess } from '../clouds.ts';
import { googleError } from './google-errors.ts';
import { patiently } from './patient-call.ts';

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly severity: string;
  readonly text: string;
}

interface Entry {
  readonly timestamp?: string;
  readonly severity?: string;
  readonly textPayload?: string;
  readonly jsonPayload?: { readonly message?: string };
}

/** What the machines of a Batch job have said of one of its tasks, oldest first: the newest `most` lines. */
export async function machineLog(
  access: GcpAccess,
  task: { readonly jobUid: string; readonly index: number },
  { timer, most = 50 }: { timer: Timer; most?: number },
): Promise<LogLine[]> {
  const origin = access.apiEndpoint ?? 'https://logging.googleapis.com';
  const mine = `labels.job_uid="${task.jobUid.replace(/[^\w-]/g, '')}" AND labels.task_id:"group0-${task.index}"`;
  const data = {
    resourceNames: [`projects/${access.projectId}`],
    filter: mine,
    orderBy: 'timestamp desc',
    pageSize: most,
  };
  try {
    const answer = await patiently(
      () =>
        access.auth.request<{ entries?: readonly Entry[] }>({
          url: `${origin}/v2/entries:list`,
          method: 'POST',
          data,
        }),
      { timer },
    );
    return (answer.data.entries ?? []).map(lineOf).reverse();
  } catch (error) {
    throw googleError(error, {
      label: access.label,
      doing: 'read the log of a machine',
      permission: 'logging.logEntries.list',
    });
  }
}

function lineOf({ timestamp, severity, textPayload, jsonPayload }: Entry): LogLine {
  return {
    at: Date.parse(timestamp ?? '') || 0,
    severity: severity ?? 'DEFAULT',
    text: (textPayload ?? jsonPayload?.message ?? '').trimEnd(),
  };
}
