import type { ResourceRequest } from '../provider.ts';
import { assignedIndex, type ElementOrders } from './assignment.ts';
import type { Bucket } from './bucket.ts';
import { jobKey, type RunPlace } from './run-place.ts';
import { billedSeconds } from './task-bill.ts';

/** An array as it lies in the bucket: all that another app needs to go on with it. */
export interface ArrayFile {
  readonly name: string;
  readonly tag: string;
  readonly request: ResourceRequest;
  readonly taskDefinition: string;
  /** What the size that was chosen for it holds. */
  readonly memoryBytes: number;
  readonly usdPerHour: number | null;
  /** So much is paid of every task; absent in arrays of older versions: as on Fargate. */
  readonly leastSeconds?: number;
  readonly elements: readonly ElementOrders[];
}

/** Tasks that were asked for together; written down before, so that a lost answer is asked for again with the same token. */
export interface StartFile {
  readonly sequence: number;
  readonly indices: readonly number[];
}

/** ECS answers a second request with the same token with the same tasks. */
export const startToken = (array: string, { sequence }: StartFile) => `${array}-${sequence}`;

const AT_ONCE = 16;

/** What the app keeps of its arrays in the bucket. */
export class ArrayFiles {
  readonly #bucket: Bucket;
  readonly #place: RunPlace;

  constructor(bucket: Bucket, place: RunPlace) {
    this.#bucket = bucket;
    this.#place = place;
  }

  /** Of all arrays that the run ever had. */
  async names(): Promise<readonly string[]> {
    const folder = jobKey(this.#place, '');
    return (await this.#bucket.folders(folder)).map((name) => name.slice(folder.length, -1));
  }

  async exists(name: string): Promise<boolean> {
    return (await this.#bucket.head(`${this.key(name)}/array.json`)) !== null;
  }

  async write(file: ArrayFile): Promise<void> {
    await this.#bucket.put(`${this.key(file.name)}/array.json`, JSON.stringify(file));
  }

  /** Null: it never came to be. */
  async read(name: string): Promise<ArrayFile | null> {
    const text = await this.#bucket.text(`${this.key(name)}/array.json`);
    return text === null ? null : (JSON.parse(text) as ArrayFile);
  }

  async writeStart(name: string, start: StartFile): Promise<void> {
    const key = `${this.key(name)}/starts/${String(start.sequence).padStart(6, '0')}`;
    await this.#bucket.put(key, JSON.stringify(start));
  }

  /** The last time that tasks were asked for. */
  async lastStart(name: string): Promise<StartFile | null> {
    let last: string | null = null;
    for await (const { key } of this.#bucket.list(`${this.key(name)}/starts/`)) last = key;
    const text = last === null ? null : await this.#bucket.text(last);
    return text === null ? null : (JSON.parse(text) as StartFile);
  }

  async assign(name: string, taskId: string, text: string): Promise<void> {
    await this.#bucket.put(`${this.key(name)}/assign/${taskId}`, text);
  }

  /** Which task was given which element. */
  async assigned(name: string): Promise<ReadonlyMap<string, number>> {
    const prefix = `${this.key(name)}/assign/`;
    const keys: string[] = [];
    for await (const { key } of this.#bucket.list(prefix)) keys.push(key);
    const found = new Map<string, number>();
    for (let at = 0; at < keys.length; at += AT_ONCE)
      await Promise.all(
        keys.slice(at, at + AT_ONCE).map(async (key) => {
          const head = await this.#bucket.get(key, { from: 0, bytes: 32 });
          const index = head && assignedIndex(Buffer.from(head).toString('utf8'));
          if (index !== null) found.set(key.slice(prefix.length), index);
        }),
      );
    return found;
  }

  /**
   * Seconds from when a task's image was first asked for until it last told something of its element, at the least those that are
   * paid; null: it never came so far.
   */
  async worked({ name, leastSeconds }: ArrayFile, taskId: string, index: number): Promise<number | null> {
    const begun = await this.#bucket.text(`${this.key(name)}/tasks/${taskId}`);
    const told = await this.#bucket.head(`${this.key(name)}/results/${index}`);
    const pullStartedAt = new Date(begun ?? '');
    if (!told || Number.isNaN(pullStartedAt.getTime())) return null;
    return billedSeconds({ pullStartedAt, stoppedAt: new Date(told.modifiedAt) }, leastSeconds);
  }

  /** A task that ended before it took its element up: another one may. */
  async forget(name: string, taskId: string, index: number): Promise<void> {
    await this.#bucket.remove([`${this.key(name)}/assign/${taskId}`, `${this.key(name)}/claims/${index}`]);
  }

  /** An element is not wanted any more, or instances of it. @param what `*`, or `ID.ATTEMPT` */
  async stop(name: string, index: number, what: string): Promise<void> {
    const key = `${this.key(name)}/stop/${index}`;
    const before = (await this.#bucket.text(key)) ?? '';
    if (before.split('\n').includes(what)) return;
    await this.#bucket.put(key, `${before}${what}\n`);
  }

  /** Elements that are not wanted as a whole. */
  async unwanted(name: string): Promise<readonly number[]> {
    const prefix = `${this.key(name)}/stop/`;
    const found: number[] = [];
    for await (const { key } of this.#bucket.list(prefix))
      if ((await this.#bucket.text(key))?.split('\n').includes('*'))
        found.push(Number(key.slice(prefix.length)));
    return found;
  }

  key(name: string): string {
    return jobKey(this.#place, name);
  }
}
