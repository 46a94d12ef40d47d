import { basename } from 'node:path';
import { UNKNOWN_CPUS } from '../write/store-event.ts';
import { parseTime } from './fields.ts';
import { safeId, safeRunId } from './ids.ts';
import type { SkipList } from './import-result.ts';
import type { IncomingRun } from './imported-run.ts';
import { sacctCount, sacctDuration, sacctMemory, sacctOutcome, sacctRequest } from './sacct-values.ts';
import { SpillMap } from './spill-map.ts';
import { readTable } from './table.ts';
import { type TableHeader, type TableItem, tableChunks } from './table-chunks.ts';
import { fileFingerprint, stemOf, type TableAttempt } from './table-run.ts';

type Cells = ReadonlyMap<string, string>;

interface Job {
  readonly id: string;
  readonly line: number;
  readonly cells: Cells;
  /** Largest MaxRSS of its rows so far. */
  peakBytes: number | null;
}

/**
 * `sacct -P` (or `--parsable2`) output: a job line, then those of its steps (`4711_3`, `4711_3.batch`). Peak memory is
 * the largest MaxRSS of its steps. Times are the site's local ones, without a zone.
 */
export async function* incomingSacct(path: string, skipped: SkipList): AsyncGenerator<IncomingRun> {
  const fingerprint = await fileFingerprint(path);
  const runId = safeRunId(`run-sacct-${stemOf(path)}-${fingerprint.slice(0, 8)}`);
  const project = basename(path);
  const header = { runId, origin: 'sacct', project, target: 'slurm', provider: 'slurm', at: null } as const;
  const chunks = tableChunks(path, items(header, path, skipped), skipped);
  yield { runId, fingerprint, chunks, files: [] };
}

async function* items(header: TableHeader, path: string, skipped: SkipList): AsyncGenerator<TableItem> {
  using jobs = new SpillMap<Told>();
  const finish = (job: Job): TableItem[] => {
    const row = attemptOf(job, jobs);
    if (typeof row === 'string') skipped.add(path, job.line, row);
    return typeof row === 'string' || row === null ? [] : [{ header, line: job.line, row }];
  };
  let job: Job | null = null;
  for await (const { line, cells } of readTable(path, false, skipped)) {
    const jobId = cells.get('JobID')?.trim() ?? '';
    const [id = '', step] = jobId.split('.', 2);
    if (id === '') skipped.add(path, line, 'it has no JobID');
    else if (step === undefined) {
      if (job) yield* finish(job);
      job = { id, line, cells, peakBytes: sacctMemory(cells.get('MaxRSS')) };
    } else if (job?.id === id) {
      const peak = sacctMemory(cells.get('MaxRSS'));
      if (peak !== null) job.peakBytes = Math.max(job.peakBytes ?? 0, peak);
    } else
      skipped.add(path, line, `the step ${jobId} comes without its job, which must stand right before it`);
  }
  if (job) yield* finish(job);
}

/** What was told of a job so far. */
interface Told {
  readonly attempts: number;
  readonly last: string;
}

/**
 * The number of an attempt, from 1; null for a row that was there already. A job that was put back into the queue has
 * several rows under one id (`sacct -D`); overlapping dumps say the same twice.
 */
function attemptNumber(id: string, row: string, jobs: SpillMap<Told>): number | null {
  const before = jobs.get(id);
  if (before?.last === row) return null;
  const attempts = (before?.attempts ?? 0) + 1;
  jobs.set(id, { attempts, last: row });
  return attempts;
}

/** A sentence where the job cannot be taken, null where it was taken before. */
function attemptOf({ id, cells, peakBytes }: Job, jobs: SpillMap<Told>): TableAttempt | string | null {
  const state = cells.get('State') ?? '';
  const outcome = sacctOutcome(state);
  if (outcome === null) return `job ${id} has not ended (${state.trim() || 'no state'})`;
  const times = `${cells.get('Start') ?? ''}|${cells.get('End') ?? ''}`;
  const attempt = attemptNumber(id, `${state.slice(0, 40)}|${times.slice(0, 80)}`, jobs);
  if (attempt === null) return null;
  const cpus =
    sacctCount(cells.get('AllocCPUS')) ?? sacctCount(cells.get('ReqCPUS')) ?? sacctCount(cells.get('NCPUS'));
  const nodes = sacctCount(cells.get('NNodes')) ?? sacctCount(cells.get('AllocNodes'));
  const name = cells.get('JobName')?.trim() || 'job';
  const limitMinutes = sacctCount(cells.get('TimelimitRaw'));
  const startedAt = parseTime(cells.get('Start'));
  return {
    instanceId: safeId(id),
    attempt,
    task: name.slice(0, 256),
    component: cells.get('Partition')?.trim() || name.slice(0, 256),
    params: {},
    command: name,
    request: {
      cpus: cpus ?? UNKNOWN_CPUS,
      memoryBytes: sacctRequest(cells.get('ReqMem'), { cpus, nodes }),
      walltimeSeconds: limitMinutes === null ? sacctDuration(cells.get('Timelimit')) : limitMinutes * 60,
    },
    state: outcome === 'succeeded' ? 'succeeded' : outcome === 'cancelled' ? 'cancelled' : 'failed',
    outcome,
    message: outcome === 'succeeded' ? null : `Slurm says ${state}.`,
    exitCode: sacctCount(cells.get('ExitCode')?.split(':')[0]),
    workerId: null,
    submittedAt: parseTime(cells.get('Submit')),
    startedAt,
    finishedAt: parseTime(cells.get('End')),
    // A job that ended before it began has an elapsed time of 0, which is none.
    wallSeconds:
      startedAt === null && cells.has('Start')
        ? null
        : (sacctCount(cells.get('ElapsedRaw')) ?? sacctDuration(cells.get('Elapsed'))),
    cpuSeconds: sacctCount(cells.get('TotalCPU')) ?? sacctDuration(cells.get('TotalCPU')),
    peakMemoryBytes: peakBytes,
    readBytes: null,
    writtenBytes: null,
  };
}
