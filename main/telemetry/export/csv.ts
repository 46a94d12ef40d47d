import { join } from 'node:path';
import type { SqliteStore } from '../open-store.ts';
import { attemptRows, COLUMNS, LineFile } from './columns.ts';
import { instancesOf } from './pages.ts';

/** `attempts.csv`, RFC 4180 with `\n`. `scalable import` reads it back. */
export async function exportCsv(
  store: SqliteStore,
  runIds: readonly string[],
  folder: string,
): Promise<number> {
  const file = new LineFile(join(folder, 'attempts.csv'));
  await file.write(`${COLUMNS.map(({ name }) => name).join(',')}\n`);
  for (const runId of runIds) {
    const run = await store.run(runId);
    if (!run) continue;
    for await (const instance of instancesOf(store, runId)) {
      for (const row of attemptRows(run, instance)) {
        await file.write(`${COLUMNS.map(({ value }) => csvCell(value(row))).join(',')}\n`);
      }
    }
  }
  await file.close();
  return 1;
}

/** Quoted where it must be. A leading `=`, `+`, `-` or `@` stays as it is: this is data, numbers may be negative. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
