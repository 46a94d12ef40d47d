import type { DeploymentSpec } from '../../manifest/spec.ts';
import { inSentences } from '../../session/attempt-end.ts';
import { recordedSpec } from '../../session/recorded-spec.ts';
import type { RunHandle } from '../../session/run-handle.ts';
import type { Workspace } from '../../telemetry/workspace.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findRun, loadSpec, manifestPath, withWorkspace } from '../project.ts';
import { resumeCommand } from '../run-text.ts';
import type { RunInput } from './run.ts';

/** Whether the work of a run goes on at a site without any process here. */
export async function runsAtSite(context: CommandContext, input: RunInput, root: string): Promise<boolean> {
  const { resume } = input;
  if (resume === undefined)
    return isSite(await loadSpec(context, manifestPath(context, input.manifest), input.target));
  return withWorkspace(root, 'read', async (workspace) => {
    const run = await workspace.store.run((await findRun(workspace, resume)).runId);
    const spec = recordedSpec(run);
    return spec !== null && isSite(spec);
  });
}

function isSite({ target }: DeploymentSpec): boolean {
  return target.provider !== 'local';
}

/** Hands everything over that can be, and goes: the site needs nobody here. */
export async function leave(
  context: CommandContext,
  workspace: Workspace,
  handle: RunHandle,
  root: string,
): Promise<number> {
  context.output.note(`Run ${handle.runId}: handing its work over…`);
  const kept = new Set((await handle.leave()).map(({ arrayId, index }) => `${arrayId} ${index}`));
  const { run_id, status, tasks } = await handle.finished;
  const { label: site = 'the site', reach } = handle.live().site ?? {};
  const jobs = await workspace.store.openEngineJobs(run_id);
  const there = new Set(
    jobs.flatMap(({ engineId, elements }) =>
      elements.flatMap((members, index) =>
        engineId === null || kept.has(`${engineId} ${index}`)
          ? []
          : members.map(({ instanceId }) => instanceId),
      ),
    ),
  );
  const over = tasks.succeeded + tasks.failed + tasks.cancelled + tasks.cached + tasks.skipped;
  const left = Math.max(0, tasks.total - over - there.size);
  const goOn = resumeCommand(run_id, root);
  if (there.size === 0 && left > 0) {
    const why = reach && reach.state !== 'reachable' ? reach.reason : null;
    context.output.result(
      { run_id, status, site, handed_over: 0, left },
      () =>
        `Nothing of run ${run_id} could be handed over to ${site}, so nothing goes on there. ${inSentences(why, `Try again: ${goOn}`)}`,
    );
    return EXIT.unreachable;
  }
  const rest = left === 0 ? '' : ` ${left} could not be handed over: they begin only when it is resumed.`;
  context.output.result(
    { run_id, status, site, handed_over: there.size, left },
    () =>
      `Run ${run_id} goes on at ${site} with ${there.size} of ${tasks.total} tasks; nothing has to stay open here.${rest} ` +
      `Look after it with: ${goOn}`,
  );
  return EXIT.done;
}
