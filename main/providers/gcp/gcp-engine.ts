import { AppError, toErrorData } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type {
  ArraySubmission,
  BatchEngine,
  ElementEnd,
  ElementStatus,
  PollAnswer,
} from '../batch/batch-engine.ts';
import type { JobMember } from '../batch/job-store.ts';
import type { Timer } from '../batch/timer.ts';
import type { GcpAccess } from '../clouds.ts';
import type { ResourceRequest, WorkerPrice } from '../provider.ts';
import { ArrayFiles } from './array-files.ts';
import { ArrayRow } from './array-row.ts';
import { atOnce } from './at-once.ts';
import type { BatchService } from './batch-service.ts';
import type { Bucket } from './bucket.ts';
import { type JobContext, jobId } from './job-request.ts';
import { ResultFiles } from './result-files.ts';
import { SliceWatch } from './slice-watch.ts';

export interface GcpEngineSettings {
  readonly access: GcpAccess;
  readonly service: BatchService;
  readonly bucket: Bucket;
  readonly job: JobContext;
  /** Null: nobody knows what such a request costs. */
  readonly priceOf: (request: ResourceRequest) => WorkerPrice | null;
  readonly timer: Timer;
  readonly logger: Logger;
}

interface ElementId {
  readonly arrayId: string;
  readonly index: number;
}

/** One answer of the service carries the tasks of so many elements. */
const MOST_ELEMENTS = 1000;
/** Buckets show at once what was written, and a machine that is gone writes nothing more. */
const GRACE_SECONDS = 2;

/**
 * Google Cloud Batch. An array is its files in the bucket and a row of jobs (see `ArrayRow`); both have names that follow from
 * the array's, so everything may be done again. What is here are bookmarks: a new engine finds the rest there.
 *
 * The bill of an element is its task-seconds at the price of its share of a machine. It leaves out the time in which a
 * machine is brought up or waits, what of it no task uses, disks, network and storage.
 */
export class GcpEngine implements BatchEngine {
  readonly maxElements = MOST_ELEMENTS;
  readonly graceSeconds = GRACE_SECONDS;
  readonly keepsNoOrder = true;
  readonly bills = true;
  readonly #settings: GcpEngineSettings;
  readonly #files: ArrayFiles;
  readonly #results: ResultFiles;
  readonly #watch: SliceWatch;
  readonly #rows = new Map<string, ArrayRow>();

  constructor(settings: GcpEngineSettings) {
    const { bucket, job } = settings;
    this.#settings = settings;
    this.#files = new ArrayFiles(bucket, job.places, job.runId);
    this.#results = new ResultFiles(bucket, this.#files.results);
    this.#watch = new SliceWatch({ ...settings, files: this.#files, results: this.#results });
  }

  async submitArray(submission: ArraySubmission): Promise<string> {
    const { name, parallelism } = submission;
    try {
      const row = new ArrayRow(await this.#files.write(submission));
      row.wished = parallelism;
      this.#rows.set(name, row);
    } catch (error) {
      throw notSubmitted(error);
    }
    try {
      await this.#handOver(this.#row(name));
    } catch (error) {
      const refusal = notSubmitted(error);
      // The array is there: what the service is too busy for now, the next poll hands over.
      if (refusal.code !== 'E_SUBMIT_REFUSED') return name;
      this.#rows.delete(name);
      await this.#files.forget(name);
      throw refusal;
    }
    return name;
  }

  async find(name: string): Promise<string | null> {
    return (await this.#files.has(name)) ? name : null;
  }

  async setParallelism(arrayId: string, elements: number): Promise<void> {
    const row = await this.#load(arrayId);
    // To take workers away it has to be known which of them have begun.
    if (elements < row.wished) await this.#look([row]);
    row.wished = elements;
    await this.#handOver(row);
  }

  async poll(arrayIds: readonly string[]): Promise<PollAnswer> {
    const rows = await atOnce(arrayIds, (id) => this.#load(id));
    await this.#look(rows);
    for (const row of rows) await this.#handOverIfPossible(row);
    const records = await this.#results.news(new Set(arrayIds));
    const elements = rows.flatMap((row) => this.#statuses(row));
    return {
      elements,
      records: [...records, ...this.#results.takeTerminated(elements)],
      siteNow: this.#settings.timer.now(),
    };
  }

  /** The service remembers its jobs for weeks, so it is asked itself. */
  async usage(elements: readonly ElementId[]): Promise<readonly ElementStatus[]> {
    const rows = await atOnce([...new Set(elements.map(({ arrayId }) => arrayId))], (id) => this.#load(id));
    await this.#look(rows);
    const asked = new Set(elements.map(({ arrayId, index }) => `${arrayId} ${index}`));
    return rows
      .flatMap((row) => this.#statuses(row))
      .filter(({ arrayId, index }) => asked.has(`${arrayId} ${index}`));
  }

  async cancel(elements: readonly ElementId[]): Promise<void> {
    for (const [arrayId, members] of Map.groupBy(elements, (element) => element.arrayId)) {
      const row = await this.#load(arrayId);
      const { whole, single } = row.unwant(new Set(members.map(({ index }) => index)));
      for (const slice of whole) {
        slice.cancelled = true;
        const isKnown = await this.#settings.service.cancel(jobId(arrayId, slice.number));
        // It exists, though not everybody there knows it yet: asked again in a moment.
        if (!isKnown && slice.confirmedAt !== null) throw notYetKnown(arrayId);
      }
      await atOnce(single, (index) => this.#files.stop(`${arrayId}_${index}`, '*'));
    }
  }

  async cancelInstance({ arrayId, index }: ElementId, { instanceId, attempt }: JobMember): Promise<void> {
    await this.#files.stop(`${arrayId}_${index}`, `${instanceId}.${attempt}`);
  }

  /** What is in no job yet: Batch does not know of it. */
  keptHere(): readonly ElementId[] {
    return [...this.#rows].flatMap(([arrayId, { waiting }]) => waiting.map((index) => ({ arrayId, index })));
  }

  close(): Promise<void> {
    return this.#settings.service.close();
  }

  #row(arrayId: string): ArrayRow {
    const row = this.#rows.get(arrayId);
    if (row) return row;
    throw new AppError({ code: 'E_CLOUD_FILE', message: `The array ${arrayId} is not known here.` });
  }

  async #load(arrayId: string): Promise<ArrayRow> {
    if (!this.#rows.has(arrayId)) {
      const row = await this.#files.read(arrayId);
      await this.#look([row]);
      // Until somebody wishes for something, what there is goes on.
      row.wished = row.atOnce;
      this.#rows.set(arrayId, row);
    }
    return this.#row(arrayId);
  }

  async #look(rows: readonly ArrayRow[]): Promise<void> {
    const slices = rows.flatMap((row) => row.open.map((slice) => ({ row, slice })));
    await atOnce(slices, ({ row, slice }) => this.#watch.look(row, slice));
  }

  /** Slices held and let go, and new ones made, until what runs is what is wished for. */
  async #handOver(row: ArrayRow): Promise<void> {
    const { name } = row.facts;
    for (const { slice, held } of row.holds()) {
      await this.#files.hold(jobId(name, slice.number), held);
      slice.held = held;
    }
    for (let next = row.next(); next !== null; next = row.next()) {
      await this.#files.writeSlice(name, next);
      const slice = row.add(next);
      try {
        await this.#watch.create(row, slice);
      } catch (error) {
        if (notSubmitted(error).code === 'E_SUBMIT_REFUSED') {
          row.remove(slice);
          await this.#files.removeSlice(name, next.number);
        }
        throw error;
      }
    }
  }

  /** What runs is told of whether or not more can be handed over. */
  async #handOverIfPossible(row: ArrayRow): Promise<void> {
    try {
      await this.#handOver(row);
    } catch (error) {
      const { code, message } = toErrorData(error);
      this.#settings.logger.log('warn', 'No more work could be handed over', { code, message });
    }
  }

  #statuses(row: ArrayRow): ElementStatus[] {
    const price = this.#settings.priceOf(row.facts.request);
    return row.statuses((end, seconds) => billed(end, seconds, price));
  }
}

function billed(end: ElementEnd, seconds: number, price: WorkerPrice | null): ElementEnd {
  if (price === null || seconds === 0) return end;
  return { ...end, billed: { seconds, usd: (seconds * price.usdPerHour) / 3600 } };
}

function notYetKnown(arrayId: string): AppError {
  return new AppError({
    code: 'E_CLOUD',
    message: `Batch does not know a job of ${arrayId} yet that it has accepted.`,
    hint: 'It is asked again by itself.',
  });
}

/** What a failure on the way to the service means for a submission: never "refused" where a later try may succeed. */
function notSubmitted(error: unknown): AppError {
  const { code, message, hint, details } = toErrorData(error);
  const status = Number(details?.status ?? 0);
  if (code === 'E_SITE_UNREACHABLE' || status === 429 || status >= 500)
    return new AppError({ code: 'E_SITE_UNREACHABLE', message, ...(hint && { hint }) }, { cause: error });
  if (code === 'E_QUOTA')
    return new AppError({ code: 'E_SUBMIT_LIMIT', message, ...(hint && { hint }) }, { cause: error });
  return new AppError({ code: 'E_SUBMIT_REFUSED', message, ...(hint && { hint }) }, { cause: error });
}
