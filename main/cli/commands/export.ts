import { counted } from '../../platform/units.ts';
import { type ExportFormat, exportRuns } from '../../telemetry/export/export.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, usageError } from '../exit-codes.ts';
import { findRun, fromHere, withWorkspace, workspaceRoot } from '../project.ts';

export interface ExportInput {
  readonly runId?: string;
  readonly all?: boolean;
  readonly output: string;
  readonly exportFormat: ExportFormat;
}

/** Writes runs for other programs. */
export async function exportTelemetry(context: CommandContext, input: ExportInput): Promise<number> {
  if ((input.runId === undefined) === !input.all)
    throw usageError('Say which runs to export', 'Either --run-id ID (or last), or --all.');
  const folder = fromHere(context, input.output);
  const result = await withWorkspace(workspaceRoot(context), 'read', async (workspace) => {
    const runs =
      input.runId === undefined
        ? await workspace.store.runs({ limit: 1_000_000 })
        : [await findRun(workspace, input.runId)];
    const ids = runs.map((run) => run.runId);
    const { files } = await exportRuns(workspace, ids.toReversed(), { folder, format: input.exportFormat });
    return {
      runs: ids.length,
      tasks: runs.reduce((sum, run) => sum + run.tasks.total, 0),
      skipped: [],
      folder,
      files,
    };
  });
  context.output.result(
    result,
    () =>
      `${counted(result.runs, 'run')} with ${counted(result.tasks, 'task')} written to ${folder} (${counted(result.files, 'file')}).`,
  );
  return EXIT.done;
}
