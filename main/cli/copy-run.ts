import { AppError, toErrorData } from '../platform/errors.ts';
import type { Workspace } from '../telemetry/workspace.ts';
import type { CommandContext } from './context.ts';
import { fromHere } from './project.ts';

/**
 * Puts a run's folder into `SCALABLE_RUNS_DIR_REMOTE`, where others import it from: a shared or mounted folder. What goes
 * wrong there is told and costs the run nothing, since its own workspace has it.
 */
export async function copyRun(context: CommandContext, workspace: Workspace, runId: string): Promise<void> {
  const { remoteRunsDir } = context.settings;
  if (remoteRunsDir === null) return;
  try {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(remoteRunsDir)) throw noFolder();
    const { exportRuns } = await import('../telemetry/export/export.ts');
    await exportRuns(workspace, [runId], { folder: fromHere(context, remoteRunsDir), format: 'jsonl' });
    context.output.note(`Its telemetry is in ${remoteRunsDir}, too.`);
  } catch (error) {
    const { message, hint } = toErrorData(error);
    context.output.note(
      `Its telemetry could not be copied to ${remoteRunsDir}: ${message}${hint ? ` ${hint}` : ''}`,
    );
  }
}

function noFolder(): AppError {
  return new AppError({
    code: 'E_RUNS_DIR_REMOTE',
    message: 'SCALABLE_RUNS_DIR_REMOTE is a folder that can be written to, and this is an address.',
    hint: 'Mount the bucket, or copy what `scalable export --all` writes with the tool of its cloud.',
  });
}
