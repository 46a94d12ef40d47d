import { type ImportFormat, importPaths } from '../../telemetry/import/import.ts';
import type { ImportResult } from '../../telemetry/import/import-result.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Progress } from '../progress.ts';
import { fromHere, withWorkspace, workspaceRoot } from '../project.ts';

const NAMED_SKIPS = 20;

export interface ImportInput {
  readonly paths: readonly string[];
  readonly inputFormat: ImportFormat;
  readonly map?: Readonly<Record<string, string>>;
}

/** Takes history made elsewhere in. Doing it again changes nothing, and completes what Ctrl-C stopped. */
export async function importTelemetry(context: CommandContext, input: ImportInput): Promise<number> {
  const { io, output } = context;
  const paths = input.paths.map((path) => fromHere(context, path));
  const progress = new Progress(io, { quiet: output.quiet, now: Date.now });
  // Somebody listens, so that the first Ctrl-C ends the import and not the process.
  const listening = () => undefined;
  io.signal.addEventListener('abort', listening);
  try {
    const result = await withWorkspace(workspaceRoot(context), 'write', (workspace) =>
      importPaths(workspace, paths, {
        format: input.inputFormat,
        map: input.map ?? {},
        onProgress: (tasks, from) => progress.show(`${tasks.toLocaleString('en')} tasks · ${from}`),
        signal: io.signal,
      }),
    );
    progress.clear();
    output.result(importJson(result), () => importText(result));
    if (result.stopped) {
      output.note('Stopped. What came in is kept; import the same again to complete it.');
      return EXIT.interrupted;
    }
    // Whole files that nobody could read, and nothing beside them: that is not what was asked for.
    return result.runs === 0 && result.skipped.some(({ line }) => line === null) ? EXIT.failed : EXIT.done;
  } finally {
    io.signal.removeEventListener('abort', listening);
    progress.clear();
  }
}

function importJson({ runs, tasks, skipped, skippedTotal, stopped }: ImportResult) {
  return { runs, tasks, skipped, skipped_total: skippedTotal, ...(stopped && { stopped }) };
}

function importText({ runs, tasks, skipped, skippedTotal }: ImportResult): string {
  const place = (file: string, line: number | null) => (line === null ? file : `${file}:${line}`);
  // What is said of a whole file matters more than each of its lines.
  const shown = [...skipped].sort((a, b) => Number(a.line !== null) - Number(b.line !== null));
  return [
    `${runs} runs with ${tasks} tasks taken in.`,
    ...shown.slice(0, NAMED_SKIPS).map(({ file, line, reason }) => `${place(file, line)}: ${reason}`),
    ...(skippedTotal > NAMED_SKIPS ? [`… and ${skippedTotal - NAMED_SKIPS} more (see --format json)`] : []),
  ].join('\n');
}
