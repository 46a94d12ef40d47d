import type { SqliteStore } from '../open-store.ts';
import { type ImportResult, SkipList } from './import-result.ts';
import { incomingRuns, type SourceOptions } from './incoming-runs.ts';
import { type ImportStore, Intake, type IntakeOptions } from './intake.ts';

export type { ImportFormat } from './incoming-runs.ts';

export interface ImportOptions extends SourceOptions, IntakeOptions {}

/**
 * Takes history in from run folders (or a folder of them) and files, in the caller's thread. Importing the same thing
 * again changes nothing; a run that has grown since is replaced; a run recorded in this workspace is never touched.
 * Whatever cannot be read is in `skipped` and the rest is taken. When stopped, a run that came in only in part is
 * marked interrupted, and the next import of it starts over.
 *
 * @throws AppError E_IMPORT_NOT_FOUND, E_IMPORT_MAP, E_IMPORT_SCRATCH, and what the store throws
 */
export async function importPaths(
  { store }: { readonly store: SqliteStore },
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<ImportResult> {
  return takeIn(store.writer(), paths, options);
}

/** `importPaths` for whoever has another way into the store. */
export async function takeIn(
  store: ImportStore,
  paths: readonly string[],
  options: ImportOptions,
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
