import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../platform/errors.ts';
import { runPaths } from '../../platform/paths.ts';
import { requestCancel } from '../../session/control-file.ts';
import type { RunStatus } from '../../telemetry/events.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findRun, withWorkspace, workspaceRoot } from '../project.ts';

const LOOK_EVERY_MS = 200;
/** Tasks get a while to end on their own before they are killed. */
const WAIT_MS = 60_000;

/** Ends a run of another process, keeps what finished, and waits until it is so. */
export async function cancel(context: CommandContext, input: { readonly runId: string }): Promise<number> {
  return withWorkspace(workspaceRoot(context), 'read', async (workspace) => {
    const { runId, status } = await findRun(workspace, input.runId);
    if (status !== 'running')
      throw new AppError({
        code: 'E_RUN_OVER',
        message: `The run ${runId} is not running: it is ${status}`,
        hint: 'There is nothing to cancel.',
      });
    await requestCancel(runPaths(workspace.paths, runId));
    let now: RunStatus = status;
    for (
      const end = Date.now() + WAIT_MS;
      now === 'running' && Date.now() < end && !context.io.signal.aborted;
    ) {
      await sleep(LOOK_EVERY_MS);
      now = (await findRun(workspace, runId)).status;
    }
    context.output.result({ run_id: runId, status: now }, () =>
      now === 'running'
        ? `The run ${runId} was asked to end and is still ending.`
        : `The run ${runId} is ${now}.`,
    );
    return EXIT.done;
  });
}
