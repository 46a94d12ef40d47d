import { type ImportFormat, importPaths } from '../../telemetry/import/import.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { fromHere, withWorkspace, workspaceRoot } from '../project.ts';

const NAMED_SKIPS = 20;

export interface ImportInput {
  readonly paths: readonly string[];
  readonly inputFormat: ImportFormat;
  readonly map?: Readonly<Record<string, string>>;
}

/** Takes history made elsewhere in. Doing it again changes nothing. */
export async function importTelemetry(context: CommandContext, input: ImportInput): Promise<number> {
  const paths = input.paths.map((path) => fromHere(context, path));
  const result = await withWorkspace(workspaceRoot(context), 'write', (workspace) =>
    importPaths(workspace, paths, { format: input.inputFormat, map: input.map ?? {} }),
  );
  const { skipped } = result;
  context.output.result(result, () =>
    [
      `${result.runs} runs with ${result.tasks} tasks taken in.`,
      ...skipped
        .slice(0, NAMED_SKIPS)
        .map(({ file, line, reason }) => `Skipped ${file}${line === null ? '' : `:${line}`}: ${reason}`),
      ...(skipped.length > NAMED_SKIPS ? [`… and ${skipped.length - NAMED_SKIPS} more`] : []),
    ].join('\n'),
  );
  // Whole files that nobody could read, and nothing beside them: that is not what was asked for.
  return result.runs === 0 && skipped.some(({ line }) => line === null) ? EXIT.failed : EXIT.done;
}
