import type { ElementStatus, InstanceRecord } from '../batch/batch-engine.ts';
import { parseResultLine, type ResultLine, resultOfEnd } from '../slurm/result-lines.ts';
import { atOnce } from './at-once.ts';
import type { Bucket } from './bucket.ts';

interface Watched {
  generation: string;
  /** Lines that have been told. */
  lines: number;
  terminated: Extract<ResultLine, { type: 'terminated' }> | null;
}

/** What the elements of a run have written down: a file each in the bucket, replaced by a longer one as they go on. */
export class ResultFiles {
  readonly #bucket: Bucket;
  /** `…/jobs/results/` */
  readonly #prefix: string;
  readonly #watched = new Map<string, Watched>();

  constructor(bucket: Bucket, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  /** Records that were not told before, of the arrays that are asked about. One question, and one for each file that is new. */
  async news(arrays: ReadonlySet<string>): Promise<InstanceRecord[]> {
    const objects = await this.#bucket.list(this.#prefix);
    const fresh = objects.flatMap(({ name, generation }) => {
      const match = /^(.+)_(\d+)$/.exec(name.slice(this.#prefix.length));
      const [, arrayId = '', index = ''] = match ?? [];
      const key = `${arrayId}_${index}`;
      if (!match || !arrays.has(arrayId) || this.#watched.get(key)?.generation === generation) return [];
      return { name, generation, key, arrayId, index: Number(index) };
    });
    const texts = await atOnce(fresh, (file) => this.#bucket.readText(file.name));
    // Nothing is marked as told before everything has been read.
    return fresh.flatMap((file, at) => this.#take(file, texts[at] ?? ''));
  }

  has(arrayId: string, index: number): boolean {
    return this.#watched.has(`${arrayId}_${index}`);
  }

  /** Ends of instances around which the element was ended, once it is known why. */
  takeTerminated(elements: readonly ElementStatus[]): InstanceRecord[] {
    return elements.flatMap(({ arrayId, index, end }) => {
      const watched = this.#watched.get(`${arrayId}_${index}`);
      if (!end || !watched?.terminated) return [];
      const { instanceId, attempt, at, usage } = watched.terminated;
      watched.terminated = null;
      return [
        {
          type: 'finished',
          arrayId,
          index,
          instanceId,
          attempt,
          at,
          result: resultOfEnd(end, usage, 'Google Cloud'),
        },
      ];
    });
  }

  #take(
    file: { key: string; generation: string; arrayId: string; index: number },
    text: string,
  ): InstanceRecord[] {
    const { key, generation, arrayId, index } = file;
    const known = this.#watched.get(key) ?? { generation, lines: 0, terminated: null };
    this.#watched.set(key, known);
    known.generation = generation;
    const lines = text.split('\n').filter((line) => line.endsWith('\t.'));
    const fresh = lines.slice(known.lines);
    known.lines = lines.length;
    return fresh.flatMap((line): InstanceRecord[] => {
      const parsed = parseResultLine(arrayId, index, line);
      switch (parsed?.type) {
        case 'started':
        case 'finished':
          return [parsed];
        case 'terminated':
          known.terminated = parsed;
          return [];
        default:
          return [];
      }
    });
  }
}
