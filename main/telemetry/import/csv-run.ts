import { basename } from 'node:path';
import type { Params, ParamValue } from '../../manifest/spec.ts';
import { AppError } from '../../platform/errors.ts';
import { type StoreEvent, UNKNOWN_CPUS } from '../write/store-event.ts';
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
import { SkipList } from './import-result.ts';
import { CHUNK_EVENTS, type IncomingRun } from './imported-run.ts';
import { readTable } from './table.ts';
import { attemptEvents, fileFingerprint, runStarted, type TableAttempt } from './table-run.ts';

/**
 * A table of executions, one row each. Rows of one `run_id` must be together only in the sense that each run is
 * read in its own pass over the file: memory stays small however long the table is.
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
  const runs = new Set<string>();
  for await (const { line, cells } of readTable(path, true, skipped)) {
    const fields = mapped(cells, map);
    if (csvText(fields, 'task') === null) skipped.add(path, line, 'it has no task');
    else if (csvState(fields) === null)
      skipped.add(path, line, `the state ${csvText(fields, 'state')} is not known`);
    else runs.add(csvText(fields, 'run_id') ?? '');
  }
  const name = basename(path).replace(/\.\w+$/, '');
  for (const run of runs) {
    const runId = run === '' ? safeRunId(`run-csv-${name}-${fingerprint.slice(0, 8)}`) : safeRunId(run);
    yield { runId, fingerprint, chunks: chunks(path, map, run, runId), files: [] };
  }
}

async function* chunks(
  path: string,
  map: Readonly<Record<string, string>>,
  run: string,
  runId: string,
): AsyncGenerator<readonly StoreEvent[]> {
  let events: StoreEvent[] = [];
  let index = 0;
  let clock: number | null = null;
  let lastAt = 0;
  let failed = false;
  // Lines that cannot be read were reported in the first pass.
  for await (const { line, cells } of readTable(path, true, new SkipList())) {
    const fields = mapped(cells, map);
    if ((csvText(fields, 'run_id') ?? '') !== run) continue;
    const row = attemptOf(fields, line);
    if (row === null) continue;
    const at: number = row.startedAt ?? row.finishedAt ?? clock ?? 0;
    if (clock === null) {
      const target = csvText(fields, 'target') ?? 'imported';
      const provider = csvText(fields, 'provider') ?? 'csv';
      events.push(runStarted({ runId, origin: 'csv', at, project: basename(path), target, provider }));
    }
    const made = attemptEvents(runId, index++, row, at);
    for (const event of made) if ('at' in event) lastAt = Math.max(lastAt, event.at);
    clock = lastAt;
    failed ||= row.state === 'failed';
    events.push(...made);
    if (events.length >= CHUNK_EVENTS) {
      yield events;
      events = [];
    }
  }
  events.push({ type: 'run_finished', runId, at: lastAt, status: failed ? 'failed' : 'succeeded' });
  yield events;
}

function mapped(cells: Cells, map: Readonly<Record<string, string>>): Cells {
  return new Map(
    [...cells].map(([name, value]) => [Object.hasOwn(map, name) ? (map[name] ?? name) : name, value]),
  );
}

function attemptOf(cells: Cells, line: number): TableAttempt | null {
  const task = csvText(cells, 'task');
  const state = csvState(cells);
  if (task === null || state === null) return null;
  const attempt = csvAmount(cells, 'attempt');
  return {
    instanceId: safeId(csvText(cells, 'instance_id') ?? `${task}.line-${line}`),
    attempt: attempt !== null && Number.isInteger(attempt) && attempt > 0 ? attempt : 1,
    task: task.slice(0, 256),
    component: csvText(cells, 'component') ?? '',
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
