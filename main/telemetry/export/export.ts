import { mkdir } from 'node:fs/promises';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import type { SqliteStore } from '../open-store.ts';
import { exportCsv } from './csv.ts';
import { exportParquet } from './parquet.ts';
import { exportRunFolder } from './run-folder.ts';

export type ExportFormat = 'jsonl' | 'csv' | 'parquet';

export interface ExportResult {
  readonly folder: string;
  /** Files written. */
  readonly files: number;
}

/**
 * Writes runs into `folder`: `jsonl` as run folders in the reference package's layout, `csv` and `parquet` as one
 * table of attempts. Environment and secrets are in no table, so they are in no export.
 *
 * @throws AppError E_RUN_NOT_FOUND, E_EXPORT_WRITE, E_DISK_FULL
 */
export async function exportRuns(
  workspace: { readonly store: SqliteStore },
  runIds: readonly string[] | 'all',
  { folder, format }: { readonly folder: string; readonly format: ExportFormat },
): Promise<ExportResult> {
  const { store } = workspace;
  const ids = runIds === 'all' ? await allRunIds(store) : runIds;
  for (const runId of ids) if ((await store.run(runId)) === null) throw notFound(runId);
  try {
    await mkdir(folder, { recursive: true });
    return { folder, files: await write(store, ids, folder, format) };
  } catch (error) {
    throw error instanceof AppError ? error : cannotWrite(folder, error);
  }
}

async function write(
  store: SqliteStore,
  ids: readonly string[],
  folder: string,
  format: ExportFormat,
): Promise<number> {
  switch (format) {
    case 'jsonl': {
      let files = 0;
      for (const runId of ids) files += await exportRunFolder(store, runId, folder);
      return files;
    }
    case 'csv':
      return exportCsv(store, ids, folder);
    case 'parquet':
      return exportParquet(store, ids, folder);
  }
}

async function allRunIds(store: SqliteStore): Promise<readonly string[]> {
  return (await store.runs({ limit: 1_000_000 })).map((run) => run.runId).reverse();
}

function notFound(runId: string): AppError {
  return new AppError({
    code: 'E_RUN_NOT_FOUND',
    message: `There is no run ${runId} in this workspace.`,
    hint: 'List the runs with `scalable runs`.',
  });
}

function cannotWrite(folder: string, cause: unknown): AppError {
  const full = systemErrorCode(cause) === 'ENOSPC';
  return new AppError(
    {
      code: full ? 'E_DISK_FULL' : 'E_EXPORT_WRITE',
      message: full
        ? `There is no space left for the export to ${folder}.`
        : `The export to ${folder} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: 'Choose another folder with --output; what is recorded was not changed.',
    },
    { cause },
  );
}
