import { parseTime, textField } from '../import/fields.ts';
import type { SkipList } from '../import/import-result.ts';
import { EVENT_FILES, type ReferenceFolder, readRows } from './run-folder.ts';
import { TaskJoin } from './tasks.ts';
import { workerState } from './worker-events.ts';

/** What has to be known of all rows before the first event is made. */
export async function survey({ folder }: ReferenceFolder, skipped: SkipList) {
  const join = new TaskJoin();
  let closedAt: number | null = null;
  let firstAt: number | null = null;
  let lastAt: number | null = null;
  let broke = false;
  for (const file of EVENT_FILES) {
    for await (const { line, row } of readRows(folder, file, skipped)) {
      const at = parseTime(textField(row, 'timestamp'));
      if (at !== null) {
        firstAt = Math.min(firstAt ?? at, at);
        lastAt = Math.max(lastAt ?? at, at);
      }
      if (file === 'tasks') join.surveyTask(line, row);
      else if (file === 'resources') join.surveyResource(row);
      else if (file === 'workers' && workerState(row) === 'cluster_closed') closedAt = at;
      else if (file === 'failures') broke ||= textField(row, 'task_id') === null;
    }
  }
  return { join, firstAt, lastAt, closedAt, broke };
}
