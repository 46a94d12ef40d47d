import type { ImportResult } from './import-result.ts';
import { SkipList } from './import-result.ts';
import { incomingRuns, type SourceOptions } from './incoming-runs.ts';
import { type ImportStore, Intake, type IntakeOptions } from './intake.ts';

/** `importPaths` in the caller's thread. */
export async function takeIn(
  store: ImportStore,
  paths: readonly string[],
  options: SourceOptions & IntakeOptions,
): Promise<ImportResult> {
  const skipped = new SkipList();
  const intake = new Intake(store, skipped, options);
  for (const path of paths) {
    for await (const { run, from } of incomingRuns(path, options, skipped)) {
      await intake.take(run, from);
      if (options.signal?.aborted) break;
    }
    if (options.signal?.aborted) break;
  }
  const { runs, tasks, unchanged } = intake;
  const stopped = options.signal?.aborted ?? false;
  return { runs, tasks, unchanged, skipped: skipped.all(), skippedTotal: skipped.total, stopped };
}
