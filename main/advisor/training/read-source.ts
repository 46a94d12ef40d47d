import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { assertNever } from '../../platform/errors.ts';
import { readHistory } from '../../telemetry/history-reader.ts';
import { readReferenceRuns } from '../../telemetry/reference/read-runs.ts';
import type { HistoryRow } from '../../telemetry/views.ts';
import type { HistorySource } from './job.ts';

export interface History {
  readonly rows: readonly HistoryRow[];
  /** Why there is nothing, where there is nothing. */
  readonly note: string | null;
}

/** All finished attempts of a source. Nothing there is an answer, not a failure. @throws AppError `E_TELEMETRY_…` */
export async function readSource(source: HistorySource): Promise<History> {
  switch (source.kind) {
    case 'rows':
      return { rows: source.rows, note: null };
    case 'database':
      return { rows: readHistory(source.path), note: null };
    case 'folder':
      return readFolder(resolve(source.dir));
    default:
      return assertNever(source);
  }
}

/**
 * A project folder, its `.scalable`, its `.scalable/runs` (our history lies beside it in `telemetry.db`), or a folder with
 * run directories as the reference package writes them.
 */
async function readFolder(dir: string): Promise<History> {
  if (!existsSync(dir)) return { rows: [], note: `There is no folder ${dir}, so the manifest answers.` };
  const database = [join(dir, '.scalable'), dir, ...(basename(dir) === 'runs' ? [dirname(dir)] : [])]
    .map((folder) => join(folder, 'telemetry.db'))
    .find(existsSync);
  const recorded = database ? readHistory(database) : [];
  const rows = recorded.length > 0 ? recorded : (await readReferenceRuns(dir)).rows;
  return {
    rows,
    note: rows.length > 0 ? null : `No finished attempt is recorded in ${dir} yet, so the manifest answers.`,
  };
}
