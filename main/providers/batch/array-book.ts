import { isDeepStrictEqual } from 'node:util';
import type { ClusterEvent } from '../provider.ts';
import type { Place, PlacedArray } from './arrangement.ts';
import type { ArrayOrder, BatchEngine, ElementStatus, InstanceRecord, PollAnswer } from './batch-engine.ts';
import type { Patience } from './element.ts';
import type { Home } from './gather-ahead.ts';
import type { JobMember, JobRecord } from './job-store.ts';
import { orderAtEngine } from './order.ts';
import type { ThrottledArray } from './throttle.ts';
import { keyOf, TrackedArray } from './tracked-array.ts';

export interface ElementKey {
  readonly arrayId: string;
  readonly index: number;
}

/**
 * All arrays of a run that the engine has, and what is known of them. Order of belief: a result record, then
 * accounting, then the queue; silence is never an end. No I/O: answers go in, events come out.
 */
export class ArrayBook {
  /** An element is over when the engine has said so, because its bill comes with that. */
  readonly #bills: boolean;
  /** Arrays wait for one another at the engine, which remembers where each stands. */
  readonly #keepsOrder: boolean;
  readonly #arrays = new Map<string, TrackedArray>();
  /** Attempt → array, because a record may name the twin of an array whose answer was lost. */
  readonly #homes = new Map<string, TrackedArray>();
  /** Arrays that have told everything, by name: whether all of them succeeded. */
  readonly #ended = new Map<string, boolean>();
  /** How many were open when, at the last answers. */
  #heard: { readonly at: number; readonly open: number }[] = [];
  /** Results that nobody waits for yet: an array that was given up for never accepted has run after all. */
  readonly #strays = new Map<string, { readonly record: InstanceRecord; readonly at: number | null }>();

  constructor({ bills, keepsNoOrder }: Pick<BatchEngine, 'bills' | 'keepsNoOrder'> = {}) {
    this.#bills = bills ?? false;
    this.#keepsOrder = !keepsNoOrder;
  }

  /**
   * @param earlier of an earlier app: which of its attempts were handed over again since
   * @returns what earlier answers have told of its attempts
   */
  add(
    job: JobRecord,
    engineId: string,
    now: number,
    earlier: { readonly isMoved: (member: JobMember) => boolean } | null = null,
  ): ClusterEvent[] {
    if (this.#arrays.has(engineId)) return [];
    const isMoved = earlier?.isMoved ?? (() => false);
    const isTold = earlier === null || this.#keepsOrder;
    const array = new TrackedArray(job, engineId, isMoved, isTold);
    this.#arrays.set(engineId, array);
    this.#heard = [{ at: now, open: this.open }];
    const own = job.elements.flat().filter((member) => !isMoved(member));
    for (const member of own) this.#homes.set(keyOf(member), array);
    const events = own.flatMap((member) => {
      const stray = this.#strays.get(keyOf(member));
      return stray ? array.record(stray.record, stray.at, now) : [];
    });
    return this.#tidy(events);
  }

  /** Ids of arrays with attempts that have not ended. */
  get openIds(): string[] {
    return [...this.#arrays.keys()];
  }

  get open(): number {
    return this.#sum((array) => array.open);
  }

  /** Nothing is left that will be told. */
  get isEmpty(): boolean {
    return this.#arrays.size === 0;
  }

  get running(): number {
    return this.#sum(({ running }) => running);
  }

  runningOf(tag: string): number {
    return this.#sum((array) => (array.job.tag === tag ? array.running : 0));
  }

  /** Elements of a tag that run or may still begin. */
  demandOf(tag: string): number {
    return this.#sum((array) => (array.job.tag === tag && !this.#waits(array) ? demand(array) : 0));
  }

  /** All that are open, oldest first, each with its place among them. */
  placed(): PlacedArray[] {
    const ids = new Map([...this.#arrays].map(([id, { job }]) => [job.name, id]));
    return [...this.#arrays.values()].map((array) => {
      const after = array.running > 0 ? [] : array.job.after.flatMap((name) => ids.get(name) ?? []);
      const behind = array.pending > 0 ? array.behind.filter((id) => this.#arrays.has(id)) : [];
      const most = Math.min(array.mostParallel, demand(array));
      const unsure = array.isPlaceKnown ? null : most;
      return { ...throttled(array), after, behind, unsure, allowed: Math.max(array.allowed, unsure ?? 0) };
    });
  }

  /** Those of any tag that wait for exactly these. */
  waitingFor(after: readonly string[]): ThrottledArray[] {
    return [...this.#arrays.values()].flatMap((array) =>
      array.job.after.join() === after.join() && this.#waits(array) ? throttled(array) : [],
    );
  }

  /** Instance that has not ended → its array. */
  homesByInstance(): [string, Home][] {
    return [...this.#arrays.values()].flatMap((array) =>
      array.openMembers().map((member): [string, Home] => [member.instanceId, { job: array.job, member }]),
    );
  }

  /** Those that have not ended in arrays of which something did not succeed. */
  brokenInstances(): Set<string> {
    return new Set(
      [...this.#arrays.values()].flatMap((array) => (array.isBroken ? array.openInstances() : [])),
    );
  }

  /** What is to be waited for before what comes after an array may begin: its id at the engine. Undefined: never heard of it. */
  standing(name: string): { readonly engineId: string } | 'succeeded' | 'failed' | undefined {
    for (const [engineId, { job }] of this.#arrays) if (job.name === name) return { engineId };
    const succeeded = this.#ended.get(name);
    return succeeded === undefined ? undefined : succeeded ? 'succeeded' : 'failed';
  }

  /**
   * The engine is about to be told where an array stands.
   * @returns the array's name, and where it may stand until the answer is known
   */
  telling(
    engineId: string,
    place: Place,
  ): { readonly name: string; readonly places: readonly Place[] } | null {
    const array = this.#arrays.get(engineId);
    if (!array) return null;
    array.places = [...array.places.filter((one) => !isDeepStrictEqual(one, place)), place];
    return { name: array.job.name, places: array.places };
  }

  /** The engine was told where an array stands. */
  setPlace(engineId: string, place: Place): void {
    const array = this.#arrays.get(engineId);
    if (!array) return;
    // What was taken from it may have begun meanwhile: that is known when it is heard of again.
    const most = array.mostParallel;
    const isLess = array.places.some(
      ({ parallelism, behind }) =>
        place.parallelism < parallelism || place.behind.some((id) => !behind.includes(id)),
    );
    if (isLess) array.allowed = Math.max(array.allowed, Math.min(most, demand(array)));
    array.places = [place];
    array.isTold = true;
  }

  /** Whether a place leaves an array no more than it may have already. */
  isNoMore(engineId: string, { parallelism, behind }: Place): boolean {
    const array = this.#arrays.get(engineId);
    return !array || (parallelism <= array.mostParallel && array.behind.every((id) => behind.includes(id)));
  }

  /** What the engine is to be told for an array to wait for these; undefined: it knows. */
  newOrder(engineId: string, behind: readonly string[]): ArrayOrder | undefined {
    const one = this.placed().find(({ name }) => name === engineId);
    if (!one || !this.#keepsOrder) return undefined;
    const isKnown = one.unsure === null && one.behind.join() === behind.join();
    const job = this.#arrays.get(engineId)?.job ?? {};
    return isKnown ? undefined : orderAtEngine(job, one.after, behind);
  }

  waiting(): Record<string, { reason: string; elements: number }[]> {
    const byTag = Object.groupBy([...this.#arrays.values()], ({ job }) => job.tag);
    return Object.fromEntries(
      Object.entries(byTag).map(([tag, arrays = []]) => {
        const counts = new Map<string, number>();
        for (const reason of arrays.flatMap(({ reasons }) => reasons))
          counts.set(reason, (counts.get(reason) ?? 0) + 1);
        const most = [...counts].map(([reason, elements]) => ({ reason, elements }));
        return [tag, most.sort((a, b) => b.elements - a.elements)];
      }),
    );
  }

  openInstances(): string[] {
    return [...this.#arrays.values()].flatMap((array) => array.openInstances());
  }

  /** A poll's answer, which was asked for after every cancel that was sent. */
  polled({ records, elements, siteNow }: PollAnswer, now: number): ClusterEvent[] {
    const events: ClusterEvent[] = [];
    const begun = new Map([...this.#arrays].map(([id, { begun }]) => [id, begun]));
    const offset = siteNow === undefined ? null : now - siteNow;
    for (const record of records) {
      const at = record.at === undefined || offset === null ? null : Math.round(record.at + offset);
      const home = this.#homes.get(keyOf(record));
      if (home) events.push(...home.record(record, at, now));
      else if (record.type === 'finished') this.#strays.set(keyOf(record), { record, at });
    }
    const named = new Map<string, Set<number>>();
    const alive = new Map<string, Set<number>>();
    for (const status of elements) {
      const array = this.#arrays.get(status.arrayId);
      if (!array) continue;
      events.push(...array.status(status, now));
      put(named, status);
      if (status.state !== 'ended') put(alive, status);
    }
    for (const [id, array] of this.#arrays) {
      // It began more than it may: the engine has lost what it was told, as a controller does that is killed.
      const most = Math.max(array.mostParallel, array.allowed);
      if (this.#keepsOrder && array.begun > (begun.get(id) ?? 0) && array.running > most)
        array.isTold = false;
      array.allowed = 0;
      array.named(named.get(id) ?? new Set(), now);
      events.push(...array.afterCancel(alive.get(id) ?? new Set(), now));
    }
    this.#heard = [...this.#heard.slice(-1), { at: now, open: this.open }];
    return this.#tidy(events);
  }

  /** When all that is open will have ended if it goes on as between the last two answers; null: that cannot be said. */
  get expectedEnd(): number | null {
    const [before, last] = this.#heard;
    if (!before || !last || before.open <= last.open) return null;
    return last.at + (last.open * (last.at - before.at)) / (before.open - last.open);
  }

  /** The clock was set by so much. */
  shift(ms: number): void {
    for (const array of this.#arrays.values()) array.shift(ms);
    this.#heard = this.#heard.map(({ at, open }) => ({ at: at + ms, open }));
  }

  /** Elements that nobody has explained for too long. */
  unexplained(now: number, patience: Patience): ElementKey[] {
    return this.#keys((array) => array.unexplained(now, patience));
  }

  /** Of these, the ones that will be lost if nobody knows them: they are ended first, to be sure. */
  aboutToBeLost(elements: readonly ElementKey[], now: number, patience: Patience): ElementKey[] {
    return elements.filter(({ arrayId, index }) =>
      this.#arrays.get(arrayId)?.aboutToBeLost(index, now, patience),
    );
  }

  gaveUp(elements: readonly ElementKey[]): void {
    for (const { arrayId, index } of elements) this.#arrays.get(arrayId)?.gaveUp(index);
  }

  accounted(
    asked: readonly ElementKey[],
    answers: readonly ElementStatus[],
    now: number,
    patience: Patience,
  ): ClusterEvent[] {
    const known = new Map(answers.map((status) => [`${status.arrayId} ${status.index}`, status]));
    return this.#tidy(
      asked.flatMap(({ arrayId, index }) => {
        const status = known.get(`${arrayId} ${index}`) ?? null;
        return this.#arrays.get(arrayId)?.accounted(index, status, now, patience) ?? [];
      }),
    );
  }

  unaccounted(asked: readonly ElementKey[], now: number, patience: Patience): ClusterEvent[] {
    return this.#tidy(
      asked.flatMap(
        ({ arrayId, index }) => this.#arrays.get(arrayId)?.unaccounted(index, now, patience) ?? [],
      ),
    );
  }

  wantCancelled(instanceIds: ReadonlySet<string>): void {
    for (const array of this.#arrays.values()) array.wantCancelled(instanceIds);
  }

  toCancel(): { whole: ElementKey[]; single: (ElementKey & JobMember)[] } {
    const whole: ElementKey[] = [];
    const single: (ElementKey & JobMember)[] = [];
    for (const [arrayId, array] of this.#arrays) {
      const wanted = array.toCancel();
      whole.push(...wanted.whole.map((index) => ({ arrayId, index })));
      single.push(...wanted.single.map((one) => ({ arrayId, ...one })));
    }
    return { whole, single };
  }

  cancelSent({ arrayId, index }: ElementKey, instanceId?: string): void {
    this.#arrays.get(arrayId)?.cancelSent(index, instanceId);
  }

  #keys(indices: (array: TrackedArray) => readonly number[]): ElementKey[] {
    return [...this.#arrays].flatMap(([arrayId, array]) =>
      indices(array).map((index) => ({ arrayId, index })),
    );
  }

  /** It may not begin: what it comes after is not over. */
  #waits({ job, running }: TrackedArray): boolean {
    if (job.after.length === 0 || running > 0) return false;
    return [...this.#arrays.values()].some((other) => job.after.includes(other.job.name));
  }

  /** Forgets arrays that have told everything. */
  #tidy(events: ClusterEvent[]): ClusterEvent[] {
    for (const [id, array] of this.#arrays) {
      if (array.open > 0 || (this.#bills && array.unclosed > 0)) continue;
      this.#arrays.delete(id);
      this.#ended.set(array.job.name, array.allSucceeded);
      for (const member of array.job.elements.flat())
        if (this.#homes.get(keyOf(member)) === array) this.#homes.delete(keyOf(member));
    }
    return events;
  }

  #sum(value: (array: TrackedArray) => number): number {
    let total = 0;
    for (const array of this.#arrays.values()) total += value(array);
    return total;
  }
}

function demand({ running, pending }: TrackedArray): number {
  return running + pending;
}

function throttled({ job, engineId, running, pending, parallelism }: TrackedArray): ThrottledArray {
  return { name: engineId, tag: job.tag, running, pending, parallelism };
}

function put(indices: Map<string, Set<number>>, { arrayId, index }: ElementKey): void {
  const ofArray = indices.get(arrayId) ?? new Set();
  indices.set(arrayId, ofArray.add(index));
}
