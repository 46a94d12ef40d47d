import type { ElementEnd, ElementStatus } from '../batch/batch-engine.ts';
import type { ContainerImage, ResourceRequest } from '../provider.ts';
import type { TaskState } from './task-state.ts';

/** What is noted of an array in the bucket: all that its later slices need. */
export interface ArrayFacts {
  readonly name: string;
  readonly tag: string;
  readonly elements: number;
  readonly request: ResourceRequest;
  readonly elementWalltimeSeconds: number | null;
  readonly container: ContainerImage | null;
}

/** A Batch job with some elements of an array: task i runs `elements[i]`. */
export interface Slice {
  readonly number: number;
  readonly elements: readonly number[];
  readonly parallelism: number;
  /** Elements that have not begun leave it again. */
  held: boolean;
  /** The service was told to end it. */
  cancelled: boolean;
  over: boolean;
  /** The service has confirmed its job, in milliseconds since the epoch; null: not as far as this app knows. */
  confirmedAt: number | null;
  tasks: readonly TaskState[];
  /** Why it waits or what it failed of, in the service's words. */
  said: string | null;
}

interface Element {
  slice: Slice | null;
  end: ElementEnd | null;
  /** It is not wanted any more. */
  unwanted: boolean;
  /** How often it came back from a slice without having begun. */
  returns: number;
  /** Task-seconds that slices have spent on it. */
  seconds: number;
}

/** So many elements behind each other keep a machine that has been brought up at work. */
const DEPTH = 4;
/** An element that machines keep giving back will never begin. */
const MOST_RETURNS = 20;

/**
 * An array as a row of Batch jobs. A job's parallelism cannot be changed, so an array is handed over in slices: each takes
 * as many elements as are wished to run now and some behind them. A raised wish brings another slice; a lowered one holds
 * the newest, whose elements go back to the array unless they have begun; 0 holds all of them. No I/O.
 */
export class ArrayRow {
  readonly facts: ArrayFacts;
  /** Elements at once as they are wished for. */
  wished = 0;
  readonly slices: Slice[] = [];
  readonly #elements: Element[];

  constructor(facts: ArrayFacts) {
    this.facts = facts;
    this.#elements = Array.from({ length: facts.elements }, () => ({
      slice: null,
      end: null,
      unwanted: false,
      returns: 0,
      seconds: 0,
    }));
  }

  get isOver(): boolean {
    return this.#elements.every(({ end }) => end !== null);
  }

  /** Slices of which something is to be heard. */
  get open(): Slice[] {
    return this.slices.filter(({ over }) => !over);
  }

  /** Elements at once when nothing changes. */
  get atOnce(): number {
    return this.open.reduce((sum, slice) => sum + this.#width(slice), 0);
  }

  /** What the next slice should be; null: nothing more is wished for, or all is handed over. */
  next(): Pick<Slice, 'number' | 'elements' | 'parallelism'> | null {
    const waiting = this.waiting;
    const free = this.wished - this.atOnce;
    if (free <= 0 || waiting.length === 0) return null;
    const elements = waiting.slice(0, free * DEPTH);
    const number = 1 + Math.max(-1, ...this.slices.map((slice) => slice.number));
    return { number, elements, parallelism: Math.min(free, elements.length) };
  }

  /** A slice that the service has, or is about to have. */
  add(slice: Pick<Slice, 'number' | 'elements' | 'parallelism'>, held = false): Slice {
    const known = this.slices.find(({ number }) => number === slice.number);
    if (known) return known;
    const added: Slice = {
      ...slice,
      held,
      cancelled: false,
      over: false,
      confirmedAt: null,
      tasks: [],
      said: null,
    };
    this.slices.push(added);
    for (const index of slice.elements) {
      const element = this.#elements[index];
      if (element) element.slice = added;
    }
    return added;
  }

  /** It never came to be: its elements are as before. */
  remove(slice: Slice): void {
    this.slices.splice(this.slices.indexOf(slice), 1);
    for (const element of this.#elements) if (element.slice === slice) element.slice = null;
  }

  /** What is to be held, or let go again, so that no more run than wished. */
  holds(): { slice: Slice; held: boolean }[] {
    const changes: { slice: Slice; held: boolean }[] = [];
    // What runs goes on whatever is wished; a slice is let go only as a whole.
    let left = this.wished - this.open.reduce((sum, slice) => sum + this.#running(slice), 0);
    for (const slice of this.open) {
      const more = this.#wouldRun(slice) - this.#running(slice);
      const held = more > Math.max(0, left);
      if (!held) left -= more;
      if (held !== slice.held) changes.push({ slice, held });
    }
    return changes;
  }

  /** The service's word on a slice: its tasks in order, and whether nothing more will become of it. */
  heard(slice: Slice, tasks: readonly TaskState[], over: boolean): void {
    slice.tasks = tasks;
    slice.over = over;
    for (const [at, index] of slice.elements.entries()) {
      const element = this.#elements[index];
      const task = tasks[at];
      if (!element || element.slice !== slice || !task) continue;
      if (task.end === null) continue;
      element.slice = null;
      element.seconds += task.seconds;
      if (task.end !== 'not-begun') element.end = this.#withSeconds(element, task.end);
      else if (element.unwanted) element.end = cancelledEnd(element.seconds);
      else if (++element.returns > MOST_RETURNS) element.end = gaveUp(slice.said);
    }
  }

  /** Elements are not wanted any more. @returns slices to end whole, and elements to be ended one by one */
  unwant(indices: ReadonlySet<number>): { whole: Slice[]; single: number[] } {
    for (const index of indices) {
      const element = this.#elements[index];
      if (!element || element.end !== null) continue;
      element.unwanted = true;
      if (element.slice === null) element.end = cancelledEnd(element.seconds);
    }
    const whole: Slice[] = [];
    const single: number[] = [];
    for (const slice of this.open) {
      const open = slice.elements.filter((index) => this.#elements[index]?.slice === slice);
      const unwanted = open.filter((index) => indices.has(index));
      if (unwanted.length === 0) continue;
      if (open.every((index) => this.#elements[index]?.unwanted)) whole.push(slice);
      else single.push(...unwanted);
    }
    return { whole, single };
  }

  statuses(bill: (end: ElementEnd, seconds: number) => ElementEnd): ElementStatus[] {
    return this.#elements.map(({ slice, end, seconds }, index) => {
      const base = { arrayId: this.facts.name, index, node: null };
      if (end !== null) return { ...base, state: 'ended', reason: null, end: bill(end, seconds) };
      const task = slice?.tasks[slice.elements.indexOf(index)];
      if (task?.running) return { ...base, state: 'running', reason: null, end: null };
      const reason = slice?.said ?? this.open.find(({ said }) => said)?.said ?? null;
      return { ...base, state: 'pending', reason, end: null };
    });
  }

  /** Elements in no slice, which nobody has given up. */
  get waiting(): number[] {
    return this.#elements.flatMap(({ slice, end }, index) => (slice === null && end === null ? index : []));
  }

  /** How many of a slice run now or may. */
  #width(slice: Slice): number {
    return slice.held ? this.#running(slice) : this.#wouldRun(slice);
  }

  #wouldRun(slice: Slice): number {
    const left = slice.elements.filter((index) => this.#elements[index]?.slice === slice).length;
    return Math.min(slice.parallelism, left);
  }

  #running(slice: Slice): number {
    return slice.tasks.filter(({ running }) => running).length;
  }

  #withSeconds({ unwanted, seconds }: Element, end: ElementEnd): ElementEnd {
    return { ...(unwanted && end.outcome === 'lost' ? cancelledEnd(seconds) : end), elapsedSeconds: seconds };
  }
}

function cancelledEnd(seconds: number): ElementEnd {
  return { ...NOTHING_KNOWN, outcome: 'cancelled', detail: 'cancelled', elapsedSeconds: seconds };
}

function gaveUp(said: string | null): ElementEnd {
  return {
    ...NOTHING_KNOWN,
    outcome: 'launch_failure',
    detail: said ?? 'machines came and went without beginning it',
    elapsedSeconds: 0,
  };
}

export const NOTHING_KNOWN = { exitCode: null, signal: null, peakMemoryBytes: null, cpuSeconds: null };
