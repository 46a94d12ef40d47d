import { basename } from 'node:path';
import type { Params, ParamValue } from '../../manifest/spec.ts';
import { AppError } from '../../platform/errors.ts';
import { UNKNOWN_CPUS } from '../write/store-event.ts';
import {
  type Cells,
  csvAmount,
  csvDuration,
  csvMemory,
  csvPeak,
  csvState,
  csvText,
  csvTime,
  isCsvField,
} from './csv-fields.ts';
import { paramsOf, parseJson } from './fields.ts';
import { safeId, safeRunId } from './ids.ts';
import type { SkipList } from './import-result.ts';
import type { IncomingRun } from './imported-run.ts';
import { ownText } from './own-text.ts';
import { readTable } from './table.ts';
import { type TableHeader, type TableItem, tableChunks } from './table-chunks.ts';
import { fileFingerprint, stemOf, type TableAttempt } from './table-run.ts';

/** As many columns as a sentence takes, and as much of their names. */
const MOST_NAMED = 20;
const LONGEST_NAME = 60;

/**
 * A table of executions, one row each, in one pass: rows of several runs may come in any order.
 *
 * @throws AppError E_IMPORT_MAP for a mapping to a field that does not exist
 */
export async function* incomingCsv(
  path: string,
  map: Readonly<Record<string, string>>,
  skipped: SkipList,
): AsyncGenerator<IncomingRun> {
  for (const [column, field] of Object.entries(map)) if (!isCsvField(field)) throw badMap(column, field);
  const fingerprint = await fileFingerprint(path, JSON.stringify(map));
  const chunks = tableChunks(path, items(path, map, fingerprint, skipped), skipped);
  yield { runId: null, fingerprint, chunks, files: [] };
}

async function* items(
  path: string,
  map: Readonly<Record<string, string>>,
  fingerprint: string,
  skipped: SkipList,
): AsyncGenerator<TableItem> {
  const headers = new Map<string, TableHeader>();
  let isFirst = true;
  for await (const { line, cells } of readTable(path, true, skipped)) {
    const fields = mapped(cells, map);
    if (isFirst) {
      isFirst = false;
      for (const column of Object.keys(map))
        if (!cells.has(column))
          skipped.add(path, null, `it has no column ${column}, which should be its ${map[column]}`);
      if (!fields.has('task')) {
        skipped.add(path, null, withoutTask(cells));
        return;
      }
    }
    const row = attemptOf(fields, line);
    if (typeof row === 'string') {
      skipped.add(path, line, row);
      continue;
    }
    for (const field of UNREADABLE) {
      const text = unreadable(fields, field);
      if (text !== null) skipped.add(path, line, `its ${field}, ${text}, is no amount and was left out`);
    }
    const run = csvText(fields, 'run_id') ?? '';
    const header = headers.get(run) ?? headerOf(ownText(run), fields, path, fingerprint);
    if (!headers.has(run)) headers.set(ownText(run), header);
    yield { header, line, row };
  }
}

/** Said once of a table, and not of every row. */
function withoutTask(cells: Cells): string {
  const columns = [...cells.keys()].slice(0, MOST_NAMED).map((name) => ownText(name).slice(0, LONGEST_NAME));
  const more = cells.size > columns.length ? ', …' : '';
  return `no column tells the task of a row; say which one of ${columns.join(', ')}${more} does with --map COLUMN=task`;
}

function headerOf(run: string, fields: Cells, path: string, fingerprint: string): TableHeader {
  return {
    runId: safeRunId(run === '' ? `run-csv-${stemOf(path)}-${fingerprint.slice(0, 8)}` : run),
    origin: 'csv',
    project: basename(path),
    target: ownText(csvText(fields, 'target') ?? 'imported'),
    provider: ownText(csvText(fields, 'provider') ?? 'csv'),
    at: null,
  };
}

/** Figures whose loss is worth a word, since they are what is learned. */
const UNREADABLE = [
  'duration_s',
  'cpu_s',
  'peak_memory_bytes',
  'peak_memory_kb',
  'peak_memory_mb',
  'peak_memory_gb',
] as const;

/** The text of a cell that should hold an amount and does not; null where it does, or says that it was not measured. */
function unreadable(cells: Cells, field: (typeof UNREADABLE)[number]): string | null {
  const text = csvText(cells, field);
  if (text === null || /^(?:-|n\/?a|nan|none|null|unknown)$/i.test(text)) return null;
  const read = field === 'duration_s' ? csvDuration(cells, field) : csvAmount(cells, field);
  return read === null ? text.slice(0, 40) : null;
}

function mapped(cells: Cells, map: Readonly<Record<string, string>>): Cells {
  if (Object.keys(map).length === 0) return cells;
  return new Map(
    [...cells].map(([name, value]) => [Object.hasOwn(map, name) ? (map[name] ?? name) : name, value]),
  );
}

function attemptOf(cells: Cells, line: number): TableAttempt | string {
  const task = csvText(cells, 'task');
  const state = csvState(cells);
  if (task === null) return 'it has no task';
  if (state === null) return `the state ${csvText(cells, 'state')} is not known`;
  const attempt = csvAmount(cells, 'attempt');
  return {
    instanceId: safeId(csvText(cells, 'instance_id') ?? `${task}.line-${line}`),
    attempt: attempt !== null && Number.isInteger(attempt) && attempt > 0 ? attempt : 1,
    task: task.slice(0, 256),
    // Without a shape of its own a task is one, as in other traces.
    component: (csvText(cells, 'component') ?? task).slice(0, 256),
    params: params(cells),
    command: csvText(cells, 'command') ?? task,
    request: {
      cpus: csvAmount(cells, 'requested_cpus') ?? UNKNOWN_CPUS,
      memoryBytes: csvMemory(cells, 'requested_memory'),
      walltimeSeconds: csvDuration(cells, 'requested_walltime'),
    },
    ...state,
    message: csvText(cells, 'message'),
    exitCode: integer(csvText(cells, 'exit_code')),
    workerId: csvText(cells, 'worker_id'),
    submittedAt: null,
    startedAt: csvTime(cells, 'started_at'),
    finishedAt: csvTime(cells, 'finished_at'),
    wallSeconds: csvDuration(cells, 'duration_s'),
    cpuSeconds: csvAmount(cells, 'cpu_s'),
    peakMemoryBytes: csvPeak(cells),
    readBytes: csvMemory(cells, 'read_bytes'),
    writtenBytes: csvMemory(cells, 'written_bytes'),
  };
}

function params(cells: Cells): Params {
  const whole = csvText(cells, 'params');
  const found: Record<string, ParamValue> = { ...(whole === null ? {} : paramsOf(parseJson(whole))) };
  for (const [name, value] of cells) {
    if (name.startsWith('param.') && value !== '') found[name.slice('param.'.length)] = paramValue(value);
  }
  return found;
}

/** What looks like a number is one, unless writing it back would give another text (`007`). */
function paramValue(text: string): ParamValue {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) && String(number) === text.trim() ? number : text;
}

function integer(text: string | null): number | null {
  return text !== null && /^-?\d{1,9}$/.test(text) ? Number(text) : null;
}

function badMap(column: string, field: string): AppError {
  return new AppError({
    code: 'E_IMPORT_MAP',
    message: `There is no field ${field} that the column ${column} could be.`,
    hint: 'Fields are task, run_id, instance_id, component, target, state, duration_s, cpu_s, peak_memory_bytes (or _kb, _mb, _gb), requested_memory, requested_cpus, started_at, params and param.NAME.',
  });
}
