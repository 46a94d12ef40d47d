import { newId, slug } from '../../platform/ids.ts';
import type { TaskInstance } from '../provider.ts';
import type { After, Home } from './gather-ahead.ts';
import type { JobRecord } from './job-store.ts';
import { type Intent, planArrays } from './submissions.ts';

/** A burst of submits becomes few arrays. */
const GATHER_MS = 250;
/** Where enough waits at the site already, nothing is gained by being quick. */
const GATHER_BEHIND_MS = 15_000;

export interface BacklogOptions {
  readonly runId: string;
  readonly chunkTargetSeconds: number;
  readonly maxElements: number;
  readonly maxElementSeconds: number | null;
  readonly maxMemoryBytes: number | null;
}

/** What a tag may have, and what the engine has of it. */
export interface TagLoad {
  readonly workers: number;
  readonly elements: number;
}

/** Work that may only begin after other work. */
export interface AheadBatch {
  readonly instances: readonly TaskInstance[];
  readonly needs: ReadonlySet<string>;
}

/** Work that the engine does not have yet: instances being gathered, and arrays on their way. */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #gathered = new Map<string, TaskInstance[]>();
  #ahead: AheadBatch[] = [];
  #since = 0;
  #intents: Intent[] = [];

  /** @param earlier arrays of an earlier app that the engine may or may not have accepted */
  constructor(options: BacklogOptions, earlier: readonly JobRecord[]) {
    this.#options = options;
    this.#intents = earlier.map((job) => ({
      job,
      elements: null,
      noted: true,
      unsureSince: null,
      dueAt: 0,
      tries: 0,
    }));
  }

  get isEmpty(): boolean {
    return this.#gathered.size === 0 && this.#ahead.length === 0 && this.#intents.length === 0;
  }

  /** Nothing is left that could be handed over now. */
  get isHandedOver(): boolean {
    return this.#intents.every(({ elements }) => elements === null);
  }

  add(instances: readonly TaskInstance[], now: number): void {
    if (this.#gathered.size === 0) this.#since = now;
    for (const instance of instances) {
      const ofTag = this.#gathered.get(instance.tag);
      if (ofTag) ofTag.push(instance);
      else this.#gathered.set(instance.tag, [instance]);
    }
  }

  addAhead(batch: AheadBatch): void {
    this.#ahead.push(batch);
  }

  get hasAhead(): boolean {
    return this.#ahead.length > 0;
  }

  /**
   * What may only begin after other work and can be made arrays of: its tags have workers, and what it needs is in arrays.
   *
   * @param isStuck whether what needs these would never begin as things stand
   */
  goingAhead(
    wished: (tag: string) => number,
    isStuck: (needs: ReadonlySet<string>) => boolean,
  ): AheadBatch[] {
    const notYet = new Set(this.gatheredIds());
    return this.#ahead.filter(
      ({ instances, needs }) =>
        instances.every(({ tag }) => wished(tag) > 0) &&
        ![...needs].some((id) => notYet.has(id)) &&
        !isStuck(needs),
    );
  }

  takeAhead(batches: readonly AheadBatch[]): void {
    const taken = new Set(batches);
    this.#ahead = this.#ahead.filter((batch) => !taken.has(batch));
  }

  /** Takes instances back that are still being gathered. */
  takeBack(ids: ReadonlySet<string>): TaskInstance[] {
    const isMeant = ({ id }: TaskInstance) => ids.has(id);
    const ahead = this.#ahead.flatMap(({ instances }) => instances.filter(isMeant));
    this.#ahead = this.#ahead
      .map((batch) => ({ ...batch, instances: batch.instances.filter((one) => !isMeant(one)) }))
      .filter(({ instances }) => instances.length > 0);
    const gathered = [...this.#gathered.keys()].flatMap((tag) => {
      const all = this.#gathered.get(tag) ?? [];
      this.#keep(
        tag,
        all.filter((one) => !isMeant(one)),
      );
      return all.filter(isMeant);
    });
    return [...gathered, ...ahead];
  }

  /** Takes back what waits for tags without workers. */
  takePaused(load: (tag: string) => TagLoad): TaskInstance[] {
    const paused = [...this.#gathered].filter(([tag]) => load(tag).workers === 0);
    for (const [tag] of paused) this.#gathered.delete(tag);
    return paused.flatMap(([, instances]) => instances);
  }

  /** When the arrays of what is gathered should be made; never for tags that are paused. */
  gatherAt(load: (tag: string) => TagLoad, hurry: boolean): number {
    let at = Number.POSITIVE_INFINITY;
    for (const tag of this.#gathered.keys()) {
      const { workers, elements } = load(tag);
      if (workers === 0) continue;
      const wait = hurry ? 0 : elements < workers ? GATHER_MS : GATHER_BEHIND_MS;
      at = Math.min(at, this.#since + wait);
    }
    return at;
  }

  /** Makes arrays of what is gathered, except for tags that are paused. */
  gather(load: (tag: string) => TagLoad, now: number): void {
    const ready = [...this.#gathered].filter(([tag]) => load(tag).workers > 0);
    for (const [tag] of ready) this.#gathered.delete(tag);
    this.#since = now;
    const instances = ready.flatMap(([, ofTag]) => ofTag);
    this.intend(instances, { workers: (tag) => load(tag).workers, after: [], checksNeeds: false, now });
  }

  /** Makes arrays of instances, to begin after those of the given names. */
  intend(
    instances: readonly TaskInstance[],
    how: After & { readonly workers: (tag: string) => number; readonly now: number },
  ): void {
    const { runId, chunkTargetSeconds: targetSeconds, maxElements } = this.#options;
    const { maxElementSeconds, maxMemoryBytes } = this.#options;
    const { workers, after, checksNeeds, now } = how;
    const limits = (tag: string) => ({
      targetSeconds,
      workers: workers(tag),
      maxElements,
      maxElementSeconds,
    });
    const nextName = () => `sd-${slug(runId).slice(-8)}-${newId()}`;
    this.#intents.push(
      ...planArrays(instances, { limits, maxMemoryBytes, after, checksNeeds, now, nextName }),
    );
  }

  /** The array to go on with next; the first of those that are due together. */
  next(): Intent | null {
    return this.#intents.reduce<Intent | null>(
      (first, intent) => (first === null || intent.dueAt < first.dueAt ? intent : first),
      null,
    );
  }

  /** The array of that name, as long as it is on its way. */
  intentOf(name: string): Intent | null {
    return this.#intents.find(({ job }) => job.name === name) ?? null;
  }

  /** Of some array nobody knows whether the engine has it. */
  get isUnsure(): boolean {
    return this.#intents.some(isUnsure);
  }

  /** Another one of which nobody knows whether the engine has it. */
  unsureBut(intent: Intent): Intent | null {
    if (isUnsure(intent)) return null;
    return this.#intents.find((one) => one !== intent && isUnsure(one)) ?? null;
  }

  /** Instance → the array on its way in which it is. */
  homesByInstance(): [string, Home][] {
    return this.#intents.flatMap(({ job }) =>
      job.elements.flat().map((member): [string, Home] => [member.instanceId, { job, member }]),
    );
  }

  /** Arrays on their way that are to begin after exactly these. */
  intentsAfter(after: readonly string[]): JobRecord[] {
    return this.#intents.flatMap(({ job }) => (job.after.join() === after.join() ? job : []));
  }

  forget(intent: Intent): void {
    this.#intents = this.#intents.filter((one) => one !== intent);
  }

  /** Of what need not wait for other work: elements, or as long as nobody knows how many: instances. */
  demandOf(tag: string): number {
    const gathered = this.#gathered.get(tag)?.length ?? 0;
    return this.#intents.reduce(
      (sum, { job }) => sum + (job.tag === tag && job.after.length === 0 ? job.elements.length : 0),
      gathered,
    );
  }

  /** Instances in arrays on their way. */
  onTheWay(): string[] {
    return this.#intents.flatMap(({ job }) => job.elements.flat().map(({ instanceId }) => instanceId));
  }

  gatheredIds(): string[] {
    const ahead = this.#ahead.flatMap(({ instances }) => instances);
    return [...[...this.#gathered.values()].flat(), ...ahead].map(({ id }) => id);
  }

  /** The clock was set by so much. */
  shift(ms: number): void {
    this.#since += ms;
    for (const intent of this.#intents) {
      if (intent.dueAt > 0) intent.dueAt += ms;
      if (intent.unsureSince !== null) intent.unsureSince += ms;
    }
  }

  #keep(tag: string, instances: TaskInstance[]): void {
    if (instances.length > 0) this.#gathered.set(tag, instances);
    else this.#gathered.delete(tag);
  }
}

function isUnsure({ elements, unsureSince }: Intent): boolean {
  return elements === null || unsureSince !== null;
}
