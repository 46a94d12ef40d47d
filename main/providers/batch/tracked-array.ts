import type { ClusterEvent } from '../provider.ts';
import type { Place } from './arrangement.ts';
import type { ElementEnd, ElementStatus, InstanceRecord } from './batch-engine.ts';
import {
  askFrom,
  type Element,
  endOf,
  endsElement,
  hasToldAll,
  lostFrom,
  type Member,
  neverBeganRest,
  newElement,
  openOf,
  type Patience,
  putOff,
  shiftTimes,
} from './element.ts';
import { endsOfMembers, type OpenMember } from './element-end.ts';
import type { JobMember, JobRecord } from './job-store.ts';

/** One array in the hands of the engine: what is known of its elements, told as events. No I/O. */
export class TrackedArray {
  readonly job: JobRecord;
  readonly engineId: string;
  /** Where it stands at the engine; several while nobody knows which of them holds. */
  places: readonly Place[];
  /** Whether the engine was told by this app, or remembers what an earlier one told it. */
  isTold: boolean;
  /** So many elements may run whatever the engine was told since it was last asked. */
  allowed = 0;
  /** Elements that have stood as workers at some time. */
  begun = 0;
  #allSucceeded = true;
  readonly #elements: Element[];
  readonly #places = new Map<string, { element: Element; index: number; member: Member }>();
  #open = 0;
  /** By the clock as it is set now: nothing began before. */
  #intendedAt: number;

  /** @param isMoved attempts that were handed over again since, in a newer array */
  constructor(job: JobRecord, engineId: string, isMoved: (member: JobMember) => boolean, isTold: boolean) {
    this.job = job;
    this.places = job.places;
    this.isTold = isTold;
    this.#intendedAt = job.intendedAt;
    this.engineId = engineId;
    this.#elements = job.elements.map((members, index) => {
      const element = newElement(members, isMoved);
      for (const member of element.members) this.#places.set(keyOf(member), { element, index, member });
      this.#open += openOf(element).length;
      return element;
    });
  }

  /** Elements at once that it has in any case. */
  get parallelism(): number {
    return Math.min(...this.places.map(({ parallelism }) => parallelism));
  }

  /** Elements at once that it has at the most. */
  get mostParallel(): number {
    return Math.max(...this.places.map(({ parallelism }) => parallelism));
  }

  /** Ids of arrays whose end it may have to wait for. */
  get behind(): readonly string[] {
    return [...new Set(this.places.flatMap(({ behind }) => behind))];
  }

  get isPlaceKnown(): boolean {
    return this.isTold && this.places.length === 1;
  }

  /** Attempts whose end is not known. */
  get open(): number {
    return this.#open;
  }

  /** Of what has been told. */
  get allSucceeded(): boolean {
    return this.#allSucceeded;
  }

  /** Something of it did not succeed, so what comes after it will never begin. */
  get isBroken(): boolean {
    return (
      !this.#allSucceeded || this.#elements.some(({ end }) => end !== null && end.outcome !== 'succeeded')
    );
  }

  get running(): number {
    return this.#elements.filter(({ works }) => works).length;
  }

  /** Elements that may still begin. */
  get pending(): number {
    return this.#elements.filter(
      (element) => !element.works && element.state !== 'ended' && !hasToldAll(element),
    ).length;
  }

  get reasons(): string[] {
    return this.#elements.flatMap(({ state, reason }) => (state === 'pending' && reason ? reason : []));
  }

  openInstances(): string[] {
    return this.openMembers().map(({ instanceId }) => instanceId);
  }

  openMembers(): JobMember[] {
    return [...this.#places.values()].flatMap(({ member }) => (member.told ? [] : member));
  }

  /** @param at the record's time by the app's clock; null where it has none */
  record(record: InstanceRecord, at: number | null, now: number): ClusterEvent[] {
    const place = this.#places.get(keyOf(record));
    if (!place || place.member.told) return [];
    const { element, index, member } = place;
    // A controller that was restarted may call an element ended that still runs.
    if (at !== null) element.heardAt = Math.max(element.heardAt, Math.min(now, at));
    const time = Math.min(now, Math.max(this.#intendedAt, at ?? now));
    if (record.type === 'started') return this.#start(element, index, member, time);
    const { result } = record;
    const began = result.usage.wallSeconds > 0 || result.outcome !== 'launch_failure';
    const earliest = time - Math.round(result.usage.wallSeconds * 1000);
    const startedAt = Math.min(time, Math.max(this.#intendedAt, earliest));
    const events = began ? this.#start(element, index, member, startedAt) : [];
    const told =
      member.cancelling && result.outcome !== 'succeeded'
        ? { ...result, outcome: 'cancelled' as const }
        : result;
    member.fatal = endsElement(result.outcome);
    return [
      ...events,
      this.#tell(member, Math.max(time, member.startedAt ?? 0), told),
      ...this.#giveBack(element, now),
      // Perhaps long ago, when no app was there to hear of it.
      ...this.#rest(element, index, Math.max(time, member.startedAt ?? 0)),
    ];
  }

  status({ index, state, reason, end }: ElementStatus, now: number): ClusterEvent[] {
    const element = this.#elements[index];
    if (!element) return [];
    const bill = state === 'ended' ? this.#bill(element, index, end, now) : [];
    // Its script may go on for a moment after its last instance.
    if (hasToldAll(element)) return bill;
    element.reason = reason;
    if (state === 'ended') {
      element.state = 'ended';
      element.endedAt ??= now;
      element.end = end ?? element.end;
      return [...this.#giveBack(element, now), ...this.#stopWorking(element, index, now), ...bill];
    }
    element.state = state;
    element.missingSince = null;
    element.forgotten = false;
    element.endedAt = null;
    element.asked = 0;
    element.askAt = 0;
    return state === 'running' ? this.#work(element, index, now) : [];
  }

  /** Elements of whose end the engine has not spoken, though their instances may have told all. */
  get unclosed(): number {
    return this.#elements.filter(({ closed }) => !closed).length;
  }

  /** The clock was set by so much: silence has lasted no longer for that. */
  shift(ms: number): void {
    this.#intendedAt += Math.min(0, ms);
    for (const element of this.#elements) shiftTimes(element, ms);
  }

  /** An answer of the queue named only these; of the others it says nothing. */
  named(indices: ReadonlySet<number>, now: number): void {
    for (const [index, element] of this.#elements.entries())
      if (element.endedAt === null && !indices.has(index)) element.missingSince ??= now;
  }

  /** Elements that left the queue, or ended without all their results, for longer than patience lasts. */
  unexplained(now: number, patience: Patience): number[] {
    return this.#where((element) => now >= askFrom(element, patience));
  }

  /** What the accounting knows of an element that it was asked about; null: nothing. */
  accounted(index: number, status: ElementStatus | null, now: number, patience: Patience): ClusterEvent[] {
    const element = this.#elements[index];
    if (!element) return [];
    const isAlive = status !== null && status.state !== 'ended';
    const end = endOf(element, status);
    if ((end && !isAlive) || element.cancelSent || now >= lostFrom(element, patience))
      return this.#conclude(element, index, end, now);
    putOff(element, now, patience);
    element.forgotten = isAlive && element.endedAt === null;
    if (element.forgotten) element.askAt = Math.min(element.askAt, lostFrom(element, patience));
    return [];
  }

  /** The accounting did not answer. In the end the queue's word has to do; without that it is asked again. */
  unaccounted(index: number, now: number, patience: Patience): ClusterEvent[] {
    const element = this.#elements[index];
    if (!element) return [];
    if (element.end && now >= lostFrom(element, patience))
      return this.#conclude(element, index, endOf(element, null), now);
    putOff(element, now, patience);
    return [];
  }

  /** Whether the next silence about an element makes it lost: then it is ended first, to be sure. */
  aboutToBeLost(index: number, now: number, patience: Patience): boolean {
    const element = this.#elements[index];
    return !!element && !element.cancelSent && !element.end && now >= lostFrom(element, patience);
  }

  /** It was told to end for that. */
  gaveUp(index: number): void {
    const element = this.#elements[index];
    if (element) element.givenUp = true;
  }

  /** Marks instances as to be cancelled. */
  wantCancelled(instanceIds: ReadonlySet<string>): void {
    for (const { member } of this.#places.values())
      if (!member.told && instanceIds.has(member.instanceId)) member.cancelling = true;
  }

  /** Elements to end whole, and instances to end alone, that the site has not been told of. */
  toCancel(): { whole: number[]; single: ({ index: number } & JobMember)[] } {
    const whole: number[] = [];
    const single: ({ index: number } & JobMember)[] = [];
    for (const [index, element] of this.#elements.entries()) {
      const open = openOf(element);
      const asked = open.filter(({ cancelling }) => cancelling);
      if (asked.length === 0 || element.cancelSent) continue;
      if (asked.length === open.length) whole.push(index);
      else
        for (const { instanceId, attempt, cancelSent } of asked)
          if (!cancelSent) single.push({ index, instanceId, attempt });
    }
    return { whole, single };
  }

  /** The site was told to end an element, or one instance of it. */
  cancelSent(index: number, instanceId?: string): void {
    const element = this.#elements[index];
    if (!element) return;
    if (instanceId === undefined) element.cancelSent = true;
    for (const member of element.members) if (member.instanceId === instanceId) member.cancelSent = true;
  }

  /** Elements that were told to end and that an answer given afterwards does not show alive any more. */
  afterCancel(alive: ReadonlySet<number>, now: number): ClusterEvent[] {
    return this.#where(({ cancelSent }, index) => cancelSent && !alive.has(index)).flatMap((index) => {
      const element = this.#elements[index];
      return element ? this.#conclude(element, index, element.end, now) : [];
    });
  }

  #where(test: (element: Element, index: number) => boolean): number[] {
    return this.#elements.flatMap((element, index) =>
      !hasToldAll(element) && test(element, index) ? index : [],
    );
  }

  #conclude(element: Element, index: number, end: ElementEnd | null, now: number): ClusterEvent[] {
    const open: readonly OpenMember[] = openOf(element);
    const told = element.members.length - open.length;
    const at = element.endedAt ?? now;
    const ends = endsOfMembers({ open, told, end, dependent: this.job.after.length > 0 }, at);
    element.state = 'ended';
    const events = ends.map(({ member, result }): ClusterEvent => {
      if (result) return this.#tell(member as Member, Math.max(at, member.startedAt ?? 0), result);
      return this.#return(member as Member, now);
    });
    return [...events, ...this.#stopWorking(element, index, now)];
  }

  /**
   * What stood behind the one that took the element with it never began, nor did what waited for an array that failed:
   * they need not wait for anybody's word.
   */
  #giveBack(element: Element, now: number): ClusterEvent[] {
    if (!neverBeganRest(element, this.job.after.length > 0)) return [];
    return openOf(element).map((member) => this.#return(member, now));
  }

  #bill(element: Element, index: number, end: ElementEnd | null, at: number): ClusterEvent[] {
    if (element.closed) return [];
    element.closed = true;
    if (!end?.billed) return [];
    const { seconds, usd } = end.billed;
    const workerId = this.#workerId(index);
    return [{ type: 'worker_billed', at, workerId, tag: this.job.tag, seconds, usd }];
  }

  #return(member: Member, now: number): ClusterEvent {
    this.#close(member);
    this.#allSucceeded = false;
    const { instanceId, attempt } = member;
    return { type: 'task_returned', at: now, instanceId, attempt };
  }

  #start(element: Element, index: number, member: Member, at: number): ClusterEvent[] {
    if (member.startedAt !== null) return [];
    member.startedAt = at;
    const { instanceId, attempt } = member;
    return [
      ...this.#work(element, index, at),
      { type: 'task_started', at, instanceId, attempt, workerId: this.#workerId(index), pid: null },
    ];
  }

  #tell(
    member: Member,
    at: number,
    result: Extract<ClusterEvent, { type: 'task_finished' }>['result'],
  ): ClusterEvent {
    this.#close(member);
    if (result.outcome !== 'succeeded') this.#allSucceeded = false;
    const { instanceId, attempt, startedAt } = member;
    return { type: 'task_finished', at, startedAt, instanceId, attempt, result };
  }

  #close(member: Member): void {
    member.told = true;
    this.#open--;
  }

  #work(element: Element, index: number, at: number): ClusterEvent[] {
    if (element.works) return [];
    element.works = true;
    this.begun++;
    return [{ type: 'worker_added', at, workerId: this.#workerId(index), tag: this.job.tag }];
  }

  /** A worker with nothing left to do is as good as gone. */
  #rest(element: Element, index: number, now: number): ClusterEvent[] {
    return hasToldAll(element) ? this.#stopWorking(element, index, now) : [];
  }

  #stopWorking(element: Element, index: number, at: number): ClusterEvent[] {
    if (!element.works) return [];
    element.works = false;
    element.state = 'ended';
    return [
      {
        type: 'worker_removed',
        at,
        workerId: this.#workerId(index),
        tag: this.job.tag,
        reason: 'its work is done',
      },
    ];
  }

  #workerId(index: number): string {
    return `${this.engineId.split(' ', 1)[0]}_${index}`;
  }
}

export function keyOf({ instanceId, attempt }: { instanceId: string; attempt: number }): string {
  return `${instanceId} ${attempt}`;
}
