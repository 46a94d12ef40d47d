import { counted } from '../../platform/units.ts';
import type { ImportFormat } from '../../telemetry/import/import.ts';
import { importInThread } from '../../telemetry/import/import-in-thread.ts';
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
      importInThread(workspace, paths, {
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

function importJson({ runs, tasks, unchanged, skipped, skippedTotal, stopped }: ImportResult) {
  return { runs, tasks, unchanged, skipped, skipped_total: skippedTotal, ...(stopped && { stopped }) };
}

function importText({ runs, tasks, unchanged, skipped, skippedTotal }: ImportResult): string {
  const known = unchanged === 0 ? '' : ` ${unchanged} were here already.`;
  const remarks = gathered(skipped);
  const shown = remarks.slice(0, NAMED_SKIPS);
  const left = skippedTotal - shown.reduce((sum, { count }) => sum + count, 0);
  return [
    `${counted(runs, 'run')} with ${counted(tasks, 'task')} taken in.${known}`,
    ...shown.map(({ text }) => text),
    ...(left > 0 ? [`… and ${left} more (--format json lists them)`] : []),
  ].join('\n');
}

/** What is said of many files alike is said once, and before what is said of lines. */
function gathered(skipped: ImportResult['skipped']) {
  const byReason = new Map<string, string[]>();
  for (const { file, line, reason } of skipped)
    if (line === null) byReason.set(reason, [...(byReason.get(reason) ?? []), file]);
  const files = [...byReason].map(([reason, [first = '', ...others]]) => ({
    text: `${first}${others.length === 0 ? '' : ` and ${others.length} more like it`}: ${reason}`,
    count: 1 + others.length,
  }));
  const lines = skipped
    .filter(({ line }) => line !== null)
    .map(({ file, line, reason }) => ({ text: `${file}:${line}: ${reason}`, count: 1 }));
  return [...files, ...lines];
}
