import type { ElementEnd, InstanceRecord } from '../batch/batch-engine.ts';
import type { AttemptResult, Usage } from '../provider.ts';
import { parseResultLine, type ResultLine } from '../slurm/result-lines.ts';
import type { Bucket } from './bucket.ts';

interface Seen {
  etag: string;
  /** Lines that have been told. */
  lines: number;
  complete: boolean;
  terminated: Extract<ResultLine, { type: 'terminated' }> | null;
}

const AT_ONCE = 16;

/** Reads what couriers have published of one array's elements, each line once. */
export class ResultsWatch {
  readonly #bucket: Bucket;
  readonly #array: string;
  readonly #prefix: string;
  readonly #seen = new Map<number, Seen>();

  /** @param key of the array */
  constructor(bucket: Bucket, array: string, key: string) {
    this.#bucket = bucket;
    this.#array = array;
    this.#prefix = `${key}/results/`;
  }

  /** One LIST for a thousand elements, and one GET for each that has news. */
  async read(): Promise<InstanceRecord[]> {
    const changed: { key: string; index: number; etag: string }[] = [];
    for await (const { key, etag } of this.#bucket.list(this.#prefix)) {
      const index = Number(key.slice(this.#prefix.length));
      if (Number.isInteger(index) && this.#of(index).etag !== etag) changed.push({ key, index, etag });
    }
    const records: InstanceRecord[] = [];
    for (let at = 0; at < changed.length; at += AT_ONCE) {
      const batch = changed.slice(at, at + AT_ONCE);
      const texts = await Promise.all(batch.map(({ key }) => this.#bucket.text(key)));
      for (const [i, { index, etag }] of batch.entries())
        records.push(...this.#take(index, etag, texts[i] ?? ''));
    }
    return records;
  }

  /** Something of it has been published, if only that it begins. */
  hasBegun(index: number): boolean {
    return this.#seen.has(index) && this.#of(index).etag !== '';
  }

  isComplete(index: number): boolean {
    return this.#of(index).complete;
  }

  /** The end of the instance around which its task ended, now that it is known why. */
  takeTerminated(index: number, end: ElementEnd): InstanceRecord[] {
    const seen = this.#of(index);
    const { terminated } = seen;
    if (!terminated) return [];
    seen.terminated = null;
    const { instanceId, attempt, at, usage } = terminated;
    const result = resultOfEnd(end, usage);
    return [{ type: 'finished', arrayId: this.#array, index, instanceId, attempt, at, result }];
  }

  #take(index: number, etag: string, text: string): InstanceRecord[] {
    const seen = this.#of(index);
    seen.etag = etag;
    const lines = text.split('\n').filter((line) => line.endsWith('\t.'));
    const records: InstanceRecord[] = [];
    for (const line of lines.slice(seen.lines)) {
      const parsed = parseResultLine(this.#array, index, line);
      if (parsed?.type === 'complete') seen.complete = true;
      else if (parsed?.type === 'terminated') seen.terminated = parsed;
      else if (parsed?.type === 'started' || parsed?.type === 'finished') records.push(parsed);
    }
    seen.lines = lines.length;
    return records;
  }

  #of(index: number): Seen {
    const known = this.#seen.get(index) ?? { etag: '', lines: 0, complete: false, terminated: null };
    this.#seen.set(index, known);
    return known;
  }
}

/** The work was asked to end by its task, which says why; where it does not, the machine went. */
function resultOfEnd(end: ElementEnd, usage: Usage): AttemptResult {
  const outcome = end.outcome === 'cancelled' || end.outcome === 'walltime' ? end.outcome : 'node_failure';
  return {
    outcome,
    exitCode: null,
    signal: end.signal,
    message: `Its task was ended (${end.detail}).`,
    usage,
  };
}
