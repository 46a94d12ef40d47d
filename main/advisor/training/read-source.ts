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
  const state = [join(dir, '.scalable'), dir, ...(basename(dir) === 'runs' ? [dirname(dir)] : [])];
  const database = state.map((folder) => join(folder, 'telemetry.db')).find(existsSync);
  const recorded = database ? readHistory(database) : [];
  const rows = recorded.length > 0 || !existsSync(dir) ? recorded : await readRunFolders(dir);
  if (rows.length > 0) return { rows, note: null };
  const why =
    database || existsSync(dir)
      ? `No finished attempt is recorded in ${dir} yet`
      : `There is no folder ${dir}`;
  return { rows, note: `${why}, so the manifest answers.` };
}

async function readRunFolders(dir: string): Promise<readonly HistoryRow[]> {
  const runs = [join(dir, '.scalable', 'runs'), join(dir, 'runs')].find(existsSync) ?? dir;
  return (await readReferenceRuns(runs)).rows;
}
