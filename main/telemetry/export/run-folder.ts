import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Fields, isFields } from '../import/fields.ts';
import type { SqliteStore } from '../open-store.ts';
import type { ExportedRun } from '../queries/export.ts';
import { type EventFile, OWN_EVENTS_FILE } from '../reference/run-folder.ts';
import { ReferenceSummary } from '../reference/summary.ts';
import { LineFile } from './columns.ts';
import { instancesOf } from './pages.ts';
import { pythonDocument, pythonLine } from './python-json.ts';
import { failureRow, resourceRow, runFields, runLevelRows, taskRows } from './reference-rows.ts';
import { instanceEvents, runEvents } from './to-events.ts';

/**
 * `<folder>/<run id>/` in the reference package's layout. A run that was imported from such a folder is given back
 * byte by byte; any other gets the same files with our measured fields added, and its events beside them, from
 * which an import makes the very same run again. Answers the number of files.
 */
export async function exportRunFolder(store: SqliteStore, runId: string, parent: string): Promise<number> {
  const exported = await store.exportRun(runId);
  if (!exported) return 0;
  const folder = join(parent, runId);
  await mkdir(folder, { recursive: true });
  const originals = await store.sourceFiles(runId);
  for (const [name, content] of originals) await writeFile(join(folder, basename(name)), content);
  return originals.length > 0 ? originals.length : writeFolder(store, exported, folder);
}

async function writeFolder(store: SqliteStore, exported: ExportedRun, folder: string): Promise<number> {
  const { run } = exported;
  const level = runLevelRows(exported);
  const events = runEvents(exported);
  const summary = new ReferenceSummary();
  const own = new LineFile(join(folder, OWN_EVENTS_FILE));
  const tables = new Map<EventFile, LineFile>();
  const put = async (file: EventFile, row: Fields) => {
    const table = tables.get(file) ?? new LineFile(join(folder, `${file}.jsonl`));
    tables.set(file, table);
    summary.add(file, row);
    await table.write(`${pythonLine(row)}\n`);
  };
  const putAll = async (file: EventFile, rows: readonly Fields[]) => {
    for (const row of rows) await put(file, row);
  };
  // Readers expect these two even of a run without tasks.
  for (const file of ['tasks', 'resources'] as const)
    tables.set(file, new LineFile(join(folder, `${file}.jsonl`)));
  for (const event of events.before) await own.write(`${JSON.stringify(event)}\n`);
  for (const file of ['workers', 'failures', 'cache', 'artifacts', 'cost'] as const)
    await putAll(file, level[file]);
  for await (const instance of instancesOf(store, run.runId)) {
    await putAll('tasks', taskRows(run, instance));
    await put('resources', resourceRow(run, instance));
    const failure = failureRow(run, instance);
    if (failure) await put('failures', failure);
    for (const event of instanceEvents(run.runId, instance)) await own.write(`${JSON.stringify(event)}\n`);
  }
  for (const event of events.after) await own.write(`${JSON.stringify(event)}\n`);
  await Promise.all([own, ...tables.values()].map((file) => file.close()));
  const documents: [string, string][] = [
    ['run.json', pythonDocument(runFields(run))],
    ['plan.json', pythonDocument(planFields(exported))],
    ['manifest.yaml', run.manifestText],
    ['manifest.lock', `${run.manifestLock}\n`],
  ];
  if (run.finishedAt !== null) {
    documents.push(['summary.json', pythonDocument(summary.fields(runFields(run)))]);
  }
  for (const [name, text] of documents) await writeFile(join(folder, name), text);
  return 1 + tables.size + documents.length;
}

/** The plan's few keys that their readers know, taken from our plan where it has them. */
function planFields({ run }: ExportedRun): Fields {
  const plan: Fields = isFields(run.plan) ? run.plan : {};
  const scale: Fields = isFields(plan.scalePlan) ? plan.scalePlan : {};
  const tasks = Array.isArray(plan.tasks) ? plan.tasks.filter(isFields) : [];
  return {
    version: 1,
    target: run.target,
    provider: run.provider,
    manifest_lock: run.manifestLock,
    task_to_component: Object.fromEntries(tasks.map((task) => [String(task.task), String(task.component)])),
    scale_plan: {
      workers_by_tag: isFields(scale.workers) ? scale.workers : {},
      resources_by_tag: {},
    },
  };
}
