import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SkipList, type Skipped } from '../import/import-result.ts';
import type { HistoryRow } from '../views.ts';
import { historyRows } from './history-rows.ts';
import { isRunFolder, readReferenceFolder } from './run-folder.ts';
import { referenceEvents } from './to-events.ts';

/** Run folders of a runs directory in name order, or the directory itself if it is one. */
export async function runFolders(directory: string): Promise<readonly string[]> {
  if (await isRunFolder(directory)) return [directory];
  const found: string[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const folder = join(directory, name);
    if ((await stat(folder)).isDirectory() && (await isRunFolder(folder))) found.push(folder);
  }
  return found;
}

/** History straight from run folders, without a database: `ResourceAdvisor.fromHistory('./.scalable/runs')`. */
export async function readReferenceRuns(directory: string): Promise<{
  readonly rows: readonly HistoryRow[];
  readonly runs: number;
  readonly skipped: readonly Skipped[];
}> {
  const skipped = new SkipList();
  const folders = await runFolders(directory);
  const rows: HistoryRow[] = [];
  for (const folder of folders) {
    const events = referenceEvents(await readReferenceFolder(folder, skipped), skipped);
    for (const row of await historyRows(events)) rows.push(row);
  }
  return { rows, runs: folders.length, skipped: skipped.all() };
}
