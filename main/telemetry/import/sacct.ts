import { basename } from 'node:path';
import { parseDuration, parseMemory } from '../../platform/units.ts';
import type { AttemptOutcome } from '../../providers/provider.ts';
import { type StoreEvent, UNKNOWN_CPUS } from '../write/store-event.ts';
import { parseTime } from './fields.ts';
import { safeId, safeRunId } from './ids.ts';
import type { SkipList } from './import-result.ts';
import { type IncomingRun, inChunks } from './imported-run.ts';
import { readTable } from './table.ts';
import { attemptEvents, fileFingerprint, runStarted, type TableAttempt } from './table-run.ts';

type Cells = ReadonlyMap<string, string>;

/**
 * `sacct -P` (or `--parsable2`) output: a job line and then its steps (`4711_3`, `4711_3.batch`). Peak memory is the
 * largest MaxRSS of its steps. Times are the site's local ones, without a zone.
 */
export async function* incomingSacct(path: string, skipped: SkipList): AsyncGenerator<IncomingRun> {
  const fingerprint = await fileFingerprint(path);
  const runId = safeRunId(`run-sacct-${basename(path).replace(/\.\w+$/, '')}-${fingerprint.slice(0, 8)}`);
  const jobs = new Map<string, { job: Cells; steps: Cells[] }>();
  for await (const { line, cells } of readTable(path, false, skipped)) {
    const jobId = cells.get('JobID')?.trim() ?? '';
    const [job = '', step] = jobId.split('.', 2);
    if (job === '') skipped.add(path, line, 'it has no JobID');
    else if (step === undefined) jobs.set(job, { job: cells, steps: [] });
    else if (jobs.has(job)) jobs.get(job)?.steps.push(cells);
    else skipped.add(path, line, `the step ${jobId} comes without its job`);
  }
  const rows = [...jobs].flatMap(([jobId, { job, steps }]) => {
    const row = attemptOf(jobId, job, steps);
    if (row === null)
      skipped.add(path, null, `job ${jobId} has not ended (${job.get('State') ?? 'no state'})`);
    return row === null ? [] : [row];
  });
  if (rows.length > 0) yield { runId, fingerprint, chunks: inChunks(events(path, runId, rows)), files: [] };
  else skipped.add(path, null, 'there is no finished job in it');
}

function* events(path: string, runId: string, rows: readonly TableAttempt[]): Generator<StoreEvent> {
  const starts = rows.map((row) => row.submittedAt ?? row.startedAt ?? 0);
  const at = starts.reduce((a, b) => Math.min(a, b));
  yield runStarted({
    runId,
    origin: 'sacct',
    at,
    project: basename(path),
    target: 'slurm',
    provider: 'slurm',
  });
  let lastAt = at;
  for (const [index, row] of rows.entries()) {
    for (const event of attemptEvents(runId, index, row, at)) {
      if ('at' in event) lastAt = Math.max(lastAt, event.at);
      yield event;
    }
  }
  const failed = rows.some((row) => row.state === 'failed');
  yield { type: 'run_finished', runId, at: lastAt, status: failed ? 'failed' : 'succeeded' };
}

function attemptOf(jobId: string, job: Cells, steps: readonly Cells[]): TableAttempt | null {
  const outcome = outcomeOf(job.get('State') ?? '');
  if (outcome === null) return null;
  const wallSeconds = seconds(job.get('ElapsedRaw')) ?? duration(job.get('Elapsed'));
  const peaks = [job, ...steps].flatMap((row) => memory(row.get('MaxRSS')) ?? []);
  const cpus = count(job.get('AllocCPUS')) ?? count(job.get('ReqCPUS')) ?? count(job.get('NCPUS'));
  const name = job.get('JobName')?.trim() || 'job';
  return {
    instanceId: safeId(jobId),
    attempt: 1,
    task: name.slice(0, 256),
    component: job.get('Partition')?.trim() ?? '',
    params: {},
    command: name,
    request: {
      cpus: cpus ?? UNKNOWN_CPUS,
      memoryBytes: requestedMemory(job.get('ReqMem'), cpus),
      walltimeSeconds: minutes(job.get('TimelimitRaw')) ?? duration(job.get('Timelimit')),
    },
    state: outcome === 'succeeded' ? 'succeeded' : outcome === 'cancelled' ? 'cancelled' : 'failed',
    outcome,
    message: outcome === 'succeeded' ? null : `Slurm says ${job.get('State')}.`,
    exitCode: count(job.get('ExitCode')?.split(':')[0]),
    workerId: null,
    submittedAt: parseTime(job.get('Submit')),
    startedAt: parseTime(job.get('Start')),
    finishedAt: parseTime(job.get('End')),
    wallSeconds,
    cpuSeconds: seconds(job.get('TotalCPU')) ?? duration(job.get('TotalCPU')),
    peakMemoryBytes: peaks.length > 0 ? Math.max(...peaks) : null,
    readBytes: null,
    writtenBytes: null,
  };
}

/** Null for a job that has not ended. `CANCELLED by 1000` and `NODE_FAIL+` carry more behind the word. */
function outcomeOf(state: string): AttemptOutcome | null {
  switch (/^[A-Z_]+/.exec(state.trim())?.[0]) {
    case 'COMPLETED':
      return 'succeeded';
    case 'OUT_OF_MEMORY':
      return 'out_of_memory';
    case 'TIMEOUT':
    case 'DEADLINE':
      return 'walltime';
    case 'NODE_FAIL':
    case 'BOOT_FAIL':
    case 'PREEMPTED':
      return 'node_failure';
    case 'CANCELLED':
    case 'REVOKED':
      return 'cancelled';
    case 'FAILED':
      return 'program_error';
    default:
      return null;
  }
}

/** `4Gn` is per node and `4Gc` per CPU on older Slurm; newer ones write the whole. */
function requestedMemory(text: string | undefined, cpus: number | null): number | null {
  const match = /^([\d.]+[KMGTP]?)([nc])?$/i.exec(text?.trim() ?? '');
  const bytes = match ? parseMemory(match[1] ?? '') : null;
  return bytes === null || bytes === 0 ? null : match?.[2] === 'c' ? bytes * (cpus ?? 1) : bytes;
}

function memory(text: string | undefined): number | null {
  const bytes = text === undefined || text.trim() === '' ? null : parseMemory(text);
  return bytes === null || bytes <= 0 ? null : bytes;
}

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

const seconds = count;

function minutes(text: string | undefined): number | null {
  const value = count(text);
  return value === null ? null : value * 60;
}

/** Slurm writes `1-02:03:04`, `02:03:04`, `03:04.512`. */
function duration(text: string | undefined): number | null {
  const [whole = '', fraction] = (text?.trim() ?? '').split('.', 2);
  const value = parseDuration(whole);
  return value === null ? null : value + (fraction && /^\d+$/.test(fraction) ? Number(`0.${fraction}`) : 0);
}
