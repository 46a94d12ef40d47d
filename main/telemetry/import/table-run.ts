import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Params } from '../../manifest/spec.ts';
import type { AttemptOutcome, ResourceRequest } from '../../providers/provider.ts';
import type { InstanceState } from '../events.ts';
import type { Origin, StoreEvent } from '../write/store-event.ts';
import { INCOMPLETE_IMPORT } from '../write/store-event.ts';
import { filePieces } from './bytes.ts';

/** One execution as a table tells it. Null is "not said". */
export interface TableAttempt {
  readonly instanceId: string;
  readonly attempt: number;
  readonly task: string;
  readonly component: string;
  readonly params: Params;
  readonly command: string;
  readonly request: ResourceRequest;
  readonly state: InstanceState;
  readonly outcome: AttemptOutcome;
  readonly message: string | null;
  readonly exitCode: number | null;
  readonly workerId: string | null;
  readonly submittedAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly wallSeconds: number | null;
  readonly cpuSeconds: number | null;
  readonly peakMemoryBytes: number | null;
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
}

export function runStarted(run: {
  readonly runId: string;
  readonly origin: Origin;
  readonly at: number;
  readonly project: string;
  readonly target: string;
  readonly provider: string;
}): StoreEvent {
  return {
    type: 'run_started',
    ...run,
    manifestLock: '',
    manifestPath: null,
    manifestText: '',
    plan: null,
    pid: null,
    hostname: null,
    fingerprint: INCOMPLETE_IMPORT,
  };
}

/**
 * The events of one attempt. Where only a duration is known the start is counted back from the end, and the other
 * way round; `base` stands in where a table has no times at all.
 */
export function attemptEvents(runId: string, index: number, row: TableAttempt, base: number): StoreEvent[] {
  const { instanceId, attempt, request, wallSeconds } = row;
  const span = wallSeconds === null ? null : Math.round(wallSeconds * 1000);
  const end = row.finishedAt ?? (row.startedAt === null ? base + (span ?? 0) : row.startedAt + (span ?? 0));
  const start = row.startedAt ?? (span === null ? null : end - span);
  const measured = wallSeconds ?? (start === null ? null : Math.max(0, end - start) / 1000);
  const queuedAt = row.submittedAt ?? start ?? end;
  const events: StoreEvent[] = [
    {
      type: 'instances_added',
      runId,
      at: queuedAt,
      instances: [
        {
          id: instanceId,
          task: row.task,
          component: row.component,
          index,
          params: row.params,
          features: row.params,
          request,
          source: 'manifest',
          confidence: null,
          predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
          needs: [],
          command: row.command,
        },
      ],
    },
  ];
  if (row.state === 'cached') {
    events.push({ type: 'instance_state', runId, at: end, instanceId, state: 'cached' });
    return events;
  }
  if (attempt > 1) events.push({ type: 'instance_state', runId, at: queuedAt, instanceId, state: 'queued' });
  if (start !== null && row.workerId !== null) {
    events.push({
      type: 'attempt_started',
      runId,
      at: start,
      instanceId,
      attempt,
      workerId: row.workerId,
      pid: null,
      request,
    });
  }
  events.push(
    {
      type: 'attempt_finished',
      runId,
      at: end,
      startedAt: start,
      instanceId,
      attempt,
      request,
      result: {
        outcome: row.outcome,
        exitCode: row.exitCode,
        signal: null,
        message: row.message,
        usage: {
          peakMemoryBytes: row.peakMemoryBytes,
          cpuUserSeconds: row.cpuSeconds,
          cpuSystemSeconds: row.cpuSeconds === null ? null : 0,
          readBytes: row.readBytes,
          writtenBytes: row.writtenBytes,
          wallSeconds: measured ?? 0,
          measuredBy: row.peakMemoryBytes === null ? 'none' : 'sampled',
        },
      },
      stdoutPath: null,
      stderrPath: null,
    },
    { type: 'instance_state', runId, at: end, instanceId, state: row.state },
  );
  return events;
}

export async function fileFingerprint(path: string, ...with_: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const part of with_) hash.update(`${part}\0`);
  for await (const piece of filePieces(path)) hash.update(piece);
  return hash.digest('hex');
}

/** Name of a file without its endings: `trace` for `trace.txt.gz`. */
export function stemOf(path: string): string {
  return basename(path)
    .replace(/\.gz$/i, '')
    .replace(/\.\w+$/, '');
}
