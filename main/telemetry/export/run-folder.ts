import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Fields, isFields } from '../import/fields.ts';
import type { SqliteStore } from '../open-store.ts';
import type { ExportedRun } from '../queries/export.ts';
import { OWN_EVENTS_FILE } from '../reference/run-folder.ts';
import { referenceSummary } from '../reference/summary.ts';
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
  const own = new LineFile(join(folder, OWN_EVENTS_FILE));
  const tasks = new LineFile(join(folder, 'tasks.jsonl'));
  const resources = new LineFile(join(folder, 'resources.jsonl'));
  const taskSummary: Fields[] = [];
  const resourceSummary: Fields[] = [];
  const failures: Fields[] = [...level.failures];
  for (const event of events.before) await own.write(`${JSON.stringify(event)}\n`);
  for await (const instance of instancesOf(store, run.runId)) {
    for (const row of taskRows(run, instance)) {
      // What the summary needs of a row, and no more: there may be very many.
      taskSummary.push({ state: row.state, duration_s: row.duration_s });
      await tasks.write(`${pythonLine(row)}\n`);
    }
    const resource = resourceRow(run, instance);
    resourceSummary.push({ requested_cpus: resource.requested_cpus });
    await resources.write(`${pythonLine(resource)}\n`);
    const failure = failureRow(run, instance);
    if (failure) failures.push(failure);
    for (const event of instanceEvents(run.runId, instance)) await own.write(`${JSON.stringify(event)}\n`);
  }
  for (const event of events.after) await own.write(`${JSON.stringify(event)}\n`);
  await Promise.all([own.close(), tasks.close(), resources.close()]);
  const rows = { ...level, failures, tasks: taskSummary, resources: resourceSummary, cost: [] };
  let files = 3;
  for (const name of ['workers', 'failures', 'cache', 'artifacts'] as const) {
    if (rows[name].length === 0) continue;
    await writeFile(join(folder, `${name}.jsonl`), rows[name].map((row) => `${pythonLine(row)}\n`).join(''));
    files += 1;
  }
  const documents: [string, string][] = [
    ['run.json', pythonDocument(runFields(run))],
    ['plan.json', pythonDocument(planFields(exported))],
    ['manifest.yaml', run.manifestText],
    ['manifest.lock', `${run.manifestLock}\n`],
  ];
  if (run.finishedAt !== null) {
    documents.push(['summary.json', pythonDocument(referenceSummary(runFields(run), rows))]);
  }
  for (const [name, text] of documents) await writeFile(join(folder, name), text);
  return files + documents.length;
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
