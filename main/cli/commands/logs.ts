import type { LogPlace } from '../../api/services/follow-log.ts';
import { logPlace } from '../../api/services/log-place.ts';
import { readLogSlice } from '../../api/services/log-slice.ts';
import type { LogSource } from '../../api/services/log-source.ts';
import { RunLogs } from '../../api/services/run-logs.ts';
import { systemClock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { silentLogger } from '../../platform/logger.ts';
import type { AttemptRow, InstanceDetail, InstanceRow } from '../../telemetry/views.ts';
import type { Workspace } from '../../telemetry/workspace.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findRun, withWorkspace, workspaceRoot } from '../project.ts';
import { withSites } from '../run-sites.ts';
import { table } from '../table.ts';

const PAGE = 1000;

export interface LogsInput {
  readonly runId: string;
  readonly instance?: string;
  /** From 1; default: the last one. */
  readonly attempt?: number;
}

/** What an instance wrote; without an instance, the instances to choose from, failed ones first. */
export async function logs(context: CommandContext, input: LogsInput): Promise<number> {
  return withWorkspace(workspaceRoot(context), 'read', async (workspace) => {
    const { runId } = await findRun(workspace, input.runId);
    if (input.instance === undefined) return listInstances(context, workspace, runId);
    return showInstance(context, workspace, runId, input.instance, input.attempt);
  });
}

async function listInstances(context: CommandContext, workspace: Workspace, runId: string): Promise<number> {
  const { rows, total } = await workspace.store.instances({
    runId,
    sort: 'attention',
    offset: 0,
    limit: PAGE,
  });
  const json = rows.map((row) => ({
    instance_id: row.instanceId,
    task: row.task,
    state: row.state,
    attempts: row.attempts,
    message: row.message,
  }));
  context.output.result({ run_id: runId, instances: json, total }, () =>
    [
      table<InstanceRow>(
        [
          { title: 'INSTANCE', value: (row) => row.instanceId },
          { title: 'STATE', value: (row) => row.state },
          { title: 'ATTEMPTS', align: 'right', value: (row) => String(row.attempts) },
          { title: 'MESSAGE', value: (row) => row.message ?? '' },
        ],
        rows,
      ),
      ...(total > rows.length ? [`… and ${total - rows.length} more`] : []),
      `Show one with: scalable logs ${runId} ${rows[0]?.instanceId ?? 'INSTANCE'}`,
    ].join('\n'),
  );
  return EXIT.done;
}

async function showInstance(
  context: CommandContext,
  workspace: Workspace,
  runId: string,
  instanceId: string,
  attempt: number | undefined,
): Promise<number> {
  const detail = await workspace.store.instance(runId, instanceId).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'E_INSTANCE_NOT_FOUND') return null;
    throw error;
  });
  if (detail === null)
    throw new AppError({
      code: 'E_INSTANCE_NOT_FOUND',
      message: `The run ${runId} has no instance ${instanceId}`,
      hint: `List them with: scalable logs ${runId}`,
    });
  const row =
    attempt === undefined
      ? detail.attemptRows.at(-1)
      : detail.attemptRows.find((found) => found.attempt === attempt);
  if (row === undefined) throw noAttempt(detail, attempt, runId);
  const { attempt: number } = row;
  const [stdout, stderr] = await withSites(context, async (sites) => {
    await sites.connectFor(await workspace.store.run(runId));
    const all = new RunLogs({ sites: sites.all(), clock: systemClock, logger: silentLogger });
    const source = await all.of(workspace, runId);
    return [
      await whole(source, logPlace(detail, number, 'stdout')),
      await whole(source, logPlace(detail, number, 'stderr')),
    ];
  });
  context.output.result(
    {
      run_id: runId,
      instance_id: instanceId,
      attempt: row.attempt,
      outcome: row.outcome,
      exit_code: row.exitCode,
      message: row.message,
      stdout,
      stderr,
    },
    () => logText(instanceId, row, stdout, stderr),
  );
  return EXIT.done;
}

function noAttempt(detail: InstanceDetail, attempt: number | undefined, runId: string): AppError {
  const { instanceId, attempts, state, message } = detail;
  if (attempts === 0)
    return new AppError({
      code: 'E_ATTEMPT_NOT_FOUND',
      message: `${instanceId} has not been started: it is ${state}${message === null ? '' : `. ${message}`}`,
      hint: `See the others with: scalable logs ${runId}`,
    });
  return new AppError({
    code: 'E_ATTEMPT_NOT_FOUND',
    message: `${instanceId} has no attempt ${attempt}`,
    hint: `It was tried ${attempts === 1 ? 'once' : `${attempts} times`}; leave out --attempt for the last one.`,
  });
}

/** What there is now: a log that is still written to may grow faster than it is read. */
async function whole(source: LogSource, { path, ended }: LogPlace): Promise<string> {
  let text = '';
  let end = Number.POSITIVE_INFINITY;
  for (let offset = 0; offset < end; ) {
    const slice = await readLogSlice(source, path, offset, !ended);
    end = Math.min(end, slice.totalBytes);
    text += slice.text;
    if (slice.nextOffset <= offset) break;
    offset = slice.nextOffset;
  }
  return text;
}

function logText(instanceId: string, row: AttemptRow, stdout: string, stderr: string): string {
  const part = (name: string, text: string) => (text === '' ? [] : [`── ${name}`, text.trimEnd()]);
  const end =
    row.outcome === null ? 'running' : `${row.outcome}${row.message === null ? '' : `: ${row.message}`}`;
  return [
    `${instanceId}, attempt ${row.attempt}: ${end}`,
    ...part('stdout', stdout),
    ...part('stderr', stderr),
    ...(stdout === '' && stderr === '' ? ['It wrote nothing.'] : []),
  ].join('\n');
}
