import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { silentLogger } from '../../platform/logger.ts';
import { runPaths } from '../../platform/paths.ts';
import { requestCancel } from '../../session/control-file.ts';
import { goesOnAtSite } from '../../session/left-at-site.ts';
import { resumeRun } from '../../session/resume-run.ts';
import type { RunStatus } from '../../telemetry/events.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findRun, withWorkspace, workspaceRoot } from '../project.ts';
import { withSites } from '../run-sites.ts';

const LOOK_EVERY_MS = 200;
/** Tasks get a while to end on their own before they are killed. */
const WAIT_MS = 60_000;

/** Ends a run of another process, or what an interrupted one left at a site, keeps what finished, and waits until it is so. */
export async function cancel(context: CommandContext, input: { readonly runId: string }): Promise<number> {
  const root = workspaceRoot(context);
  if (await isLeftAtSite(root, input.runId)) return cancelAtSite(context, root, input.runId);
  return withWorkspace(root, 'read', async (workspace) => {
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

function isLeftAtSite(root: string, which: string): Promise<boolean> {
  return withWorkspace(root, 'read', async (workspace) => {
    const { runId } = await findRun(workspace, which);
    return goesOnAtSite(workspace.store, runId);
  });
}

/** Takes the run up again, because only what is known to run can be ended, and ends it. */
function cancelAtSite(context: CommandContext, root: string, which: string): Promise<number> {
  return withWorkspace(root, 'write', (workspace) =>
    withSites(context, async (sites) => {
      const { runId } = await findRun(workspace, which);
      await sites.connectFor(await workspace.store.run(runId));
      const handle = await resumeRun({
        workspace,
        runId,
        clock: systemClock,
        logger: silentLogger,
        sites: sites.all(),
      });
      await handle.cancel();
      const { status } = await handle.finished;
      context.output.result({ run_id: runId, status }, () => `The run ${runId} is ${status}.`);
      return EXIT.done;
    }),
  );
}
