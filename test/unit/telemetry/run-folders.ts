import { onTestFinished } from 'vitest';
import type { Fields } from '../../../main/telemetry/import/fields.ts';
import { SkipList } from '../../../main/telemetry/import/import-result.ts';
import { EVENT_FILES, type EventFile, readRows } from '../../../main/telemetry/reference/run-folder.ts';
import { ReferenceSummary } from '../../../main/telemetry/reference/summary.ts';
import { openWorkspace, type Workspace } from '../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';

/** A workspace without any history, closed when the test ends. */
export async function openEmpty(): Promise<Workspace> {
  const made = await openWorkspace(tempFolder('import'), { access: 'write' });
  onTestFinished(() => made.close());
  return made;
}

/** All event rows of a run folder by file. */
export async function rowsOf(folder: string) {
  const rows = await Promise.all(
    EVENT_FILES.map(async (file) => {
      const found: Fields[] = [];
      for await (const { row } of readRows(folder, file, new SkipList())) found.push(row);
      return [file, found] as const;
    }),
  );
  return Object.fromEntries(rows) as Record<EventFile, Fields[]>;
}

/** What the reference package would have written as its summary. */
export function summaryOf(run: Fields, rows: Record<EventFile, Fields[]>): Fields {
  const summary = new ReferenceSummary();
  for (const file of EVENT_FILES) for (const row of rows[file]) summary.add(file, row);
  return summary.fields(run);
}
