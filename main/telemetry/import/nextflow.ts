import { basename } from 'node:path';
import type { AttemptOutcome } from '../../providers/provider.ts';
import type { InstanceState } from '../events.ts';
import { UNKNOWN_CPUS } from '../write/store-event.ts';
import { safeId, safeRunId } from './ids.ts';
import type { SkipList } from './import-result.ts';
import type { IncomingRun } from './imported-run.ts';
import {
  traceCount,
  traceDuration,
  traceMemory,
  tracePercent,
  traceText,
  traceTime,
} from './nextflow-values.ts';
import { SpillMap } from './spill-map.ts';
import { readTable, type TableRow } from './table.ts';
import { type TableHeader, type TableItem, tableChunks } from './table-chunks.ts';
import { fileFingerprint, stemOf, type TableAttempt } from './table-run.ts';

/** What sizing is learned from; the default trace lacks it. */
const NEEDED = ['process', 'cpus', 'memory', 'time', 'attempt'] as const;

/** Columns that say how large the input was, where a trace has them. */
const INPUT_SIZE = ['input_size', 'input_size_bytes', 'inputs_size'] as const;

/** A trace file is one run. A retry is a row of its own under the same name, so names tell instances apart. */
export async function* incomingNextflow(path: string, skipped: SkipList): AsyncGenerator<IncomingRun> {
  const fingerprint = await fileFingerprint(path);
  const runId = safeRunId(`run-nextflow-${stemOf(path)}-${fingerprint.slice(0, 8)}`);
  const project = basename(path);
  const header = { runId, origin: 'nextflow', project, target: 'nextflow', provider: 'nextflow' } as const;
  const chunks = tableChunks(path, items({ ...header, at: null }, path, skipped), skipped);
  yield { runId, fingerprint, chunks, files: [] };
}

async function* items(header: TableHeader, path: string, skipped: SkipList): AsyncGenerator<TableItem> {
  using places = new SpillMap<Place>();
  let first = true;
  for await (const row of readTable(path, isQuoted(path), skipped)) {
    if (first) sayWhatIsMissing(path, row, skipped);
    first = false;
    const parsed = parseRow(row, places);
    if (typeof parsed === 'string') skipped.add(path, row.line, parsed);
    else yield { header, line: row.line, row: parsed };
  }
}

/** Nextflow escapes nothing in tab-separated files; traces turned into CSV by other tools are quoted. */
function isQuoted(path: string): boolean {
  return /\.csv(?:\.gz)?$/i.test(path);
}

function sayWhatIsMissing(path: string, { cells }: TableRow, skipped: SkipList): void {
  const missing = NEEDED.filter((name) => !cells.has(name));
  if (missing.length === 0) return;
  skipped.add(
    path,
    1,
    `the trace has no ${missing.join(', ')}: requests or retries are unknown and wastage cannot be learned. Add to nextflow.config: trace.fields = 'task_id,hash,native_id,process,tag,name,status,exit,attempt,submit,start,complete,duration,realtime,cpus,memory,time,%cpu,peak_rss,rchar,wchar'`,
  );
}

function parseRow({ cells }: TableRow, places: SpillMap<Place>): TableAttempt | string {
  const name = traceText(cells.get('name'));
  const status = traceText(cells.get('status'));
  if (name === null || status === null) return 'it has no name or no status';
  const state = stateOf(status);
  if (state === null) return `the status ${status} is not known`;
  const { instanceId, attempt } = placeOf(name, traceCount(cells.get('attempt')), places);
  const exitCode = traceCount(cells.get('exit'));
  const wallSeconds = traceDuration(cells.get('realtime'));
  const cpuShare = tracePercent(cells.get('%cpu'));
  const tag = traceText(cells.get('tag')) ?? / \((.*)\)$/.exec(name)?.[1] ?? null;
  const inputBytes = INPUT_SIZE.map((column) => traceMemory(cells.get(column))).find(
    (bytes) => bytes !== null,
  );
  const container = traceText(cells.get('container'));
  const process = traceText(cells.get('process')) ?? name.replace(/ \(.*\)$/, '');
  return {
    instanceId,
    attempt,
    task: process.slice(0, 256),
    component: process.slice(0, 256),
    params: {
      ...(tag === null ? {} : { tag }),
      ...(container === null ? {} : { container }),
      ...(inputBytes === undefined || inputBytes === null ? {} : { input_size_mb: inputBytes / 1024 ** 2 }),
    },
    command: name,
    request: {
      cpus: traceCount(cells.get('cpus')) ?? UNKNOWN_CPUS,
      memoryBytes: traceMemory(cells.get('memory')),
      walltimeSeconds: traceDuration(cells.get('time')),
    },
    state,
    outcome: outcomeOf(state, exitCode),
    message:
      state === 'failed'
        ? `It ended with ${status}${exitCode === null ? '' : ` and exit code ${exitCode}`}.`
        : null,
    exitCode,
    workerId: null,
    submittedAt: traceTime(cells.get('submit')),
    startedAt: traceTime(cells.get('start')),
    finishedAt: traceTime(cells.get('complete')),
    wallSeconds,
    cpuSeconds: wallSeconds === null || cpuShare === null ? null : cpuShare * wallSeconds,
    peakMemoryBytes: traceMemory(cells.get('peak_rss')),
    readBytes: traceMemory(cells.get('rchar')),
    writtenBytes: traceMemory(cells.get('wchar')),
  };
}

interface Place {
  /** Instances of that name so far. */
  readonly instances: number;
  /** Of the newest of them. */
  readonly attempt: number;
}

/** Rows of one name are its attempts while their numbers rise; a number that comes again is another task of that name. */
function placeOf(
  name: string,
  written: number | null,
  places: SpillMap<Place>,
): { readonly instanceId: string; readonly attempt: number } {
  const before = places.get(name) ?? { instances: 0, attempt: 0 };
  const attempt = Math.max(1, written ?? before.attempt + 1);
  const isAnother = attempt <= before.attempt || before.attempt === 0;
  const instances = before.instances + (isAnother ? 1 : 0);
  places.set(name, { instances, attempt });
  return { instanceId: instances === 1 ? safeId(name) : `${safeId(name)}-${instances}`, attempt };
}

/** `CACHED` rows were not run now: they are there, and never learned again. */
function stateOf(status: string): InstanceState | null {
  switch (status.toUpperCase()) {
    case 'COMPLETED':
      return 'succeeded';
    case 'FAILED':
      return 'failed';
    case 'ABORTED':
      return 'cancelled';
    case 'CACHED':
      return 'cached';
    default:
      return null;
  }
}

/** 137 and 247 are what a killed container reports when its memory was not enough; 140 is Slurm's and SGE's time limit. */
function outcomeOf(state: InstanceState, exitCode: number | null): AttemptOutcome {
  if (state === 'cancelled') return 'cancelled';
  if (state !== 'failed') return 'succeeded';
  if (exitCode === 137 || exitCode === 247) return 'out_of_memory';
  return exitCode === 140 ? 'walltime' : 'program_error';
}
