import { writeFile } from 'node:fs/promises';
import { AppError } from '../../platform/errors.ts';
import { renderReport } from '../../telemetry/report-text.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findRun, fromHere, withWorkspace, workspaceRoot } from '../project.ts';

/** What happened in a run, by default the latest. */
export async function report(
  context: CommandContext,
  input: { readonly runId?: string; readonly output?: string },
): Promise<number> {
  const found = await withWorkspace(workspaceRoot(context), 'read', async (workspace) => {
    const { runId } = await findRun(workspace, input.runId ?? 'last');
    return workspace.store.report(runId);
  });
  if (found === null)
    throw new AppError({
      code: 'E_RUN_NOT_FOUND',
      message: 'The run has just been deleted',
      hint: 'List the runs with `scalable runs`.',
    });
  context.output.result(found, () => renderReport(found));
  if (input.output !== undefined)
    await writeFile(
      fromHere(context, input.output),
      context.output.rendered(found, () => renderReport(found)),
    );
  return EXIT.done;
}
