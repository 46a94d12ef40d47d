import type { ElementEnd, ElementStatus, InstanceRecord, StrayBill } from '../batch/batch-engine.ts';
import type { ArrayFile, StartFile } from './array-file.ts';
import type { ResultsWatch } from './results-watch.ts';

interface Element {
  taskId: string | null;
  state: 'free' | 'pending' | 'running' | 'ended';
  end: ElementEnd | null;
  cancelled: boolean;
  /** Tasks that ended before they took it up. */
  returns: number;
}

/** One that is given up for dead so often has something wrong with it. */
const MOST_RETURNS = 3;

/** One array in the hands of ECS: which task has which element, and what became of it. No I/O. */
export class AwsArray {
  readonly file: ArrayFile;
  readonly results: ResultsWatch;
  parallelism = 0;
  /** Asked for, and not every task has its element yet. */
  starting: StartFile | null;
  nextSequence: number;
  /** Nothing is started before. */
  retryAt = 0;
  /** Failed starts in a row. */
  refusals = 0;
  /** Why nothing more starts now. */
  reason: string | null = null;
  readonly #elements: Element[];
  /** Tasks without an element, which were told to end and are still to be paid. */
  readonly #strays = new Set<string>();
  #bills: StrayBill[] = [];

  constructor(
    file: ArrayFile,
    results: ResultsWatch,
    earlier: { readonly assigned: ReadonlyMap<string, number>; readonly lastStart: StartFile | null },
  ) {
    this.file = file;
    this.results = results;
    this.starting = earlier.lastStart;
    this.nextSequence = (earlier.lastStart?.sequence ?? -1) + 1;
    this.#elements = file.elements.map(() => ({
      taskId: null,
      state: 'free',
      end: null,
      cancelled: false,
      returns: 0,
    }));
    for (const [taskId, index] of earlier.assigned) this.assigned(taskId, index);
  }

  /** Elements without a task, which may have one. */
  get free(): number[] {
    return this.#indices(({ state, cancelled }) => state === 'free' && !cancelled);
  }

  /** How many more tasks may be started now. */
  get room(): number {
    const live = this.#indices(({ state }) => state === 'pending' || state === 'running').length;
    return Math.max(0, Math.min(this.parallelism - live, this.free.length));
  }

  /** Tasks that are to be asked about. */
  get liveTasks(): string[] {
    const own = this.#elements.flatMap(({ taskId, state }) =>
      taskId !== null && state !== 'ended' ? taskId : [],
    );
    return [...own, ...this.#strays];
  }

  hasTask(taskId: string): boolean {
    return this.#strays.has(taskId) || this.#indexOf(taskId) !== null;
  }

  /** The element that a task was given has told everything. */
  isComplete(taskId: string): boolean {
    const index = this.#indexOf(taskId);
    return index !== null && this.results.isComplete(index);
  }

  assigned(taskId: string, index: number): void {
    const element = this.#elements[index];
    if (!element || element.state === 'ended') return;
    element.taskId = taskId;
    element.state = 'pending';
  }

  stray(taskId: string): void {
    this.#strays.add(taskId);
  }

  running(taskId: string): void {
    const element = this.#elements[this.#indexOf(taskId) ?? -1];
    if (element?.state === 'pending') element.state = 'running';
  }

  /**
   * A task has stopped, and everything that it published has been read.
   * @returns the element that another task may take up, if it is to be so
   */
  stopped(
    taskId: string,
    end: ElementEnd,
  ): { readonly records: InstanceRecord[]; readonly freed: number | null } {
    const index = this.#indexOf(taskId);
    const element = this.#elements[index ?? -1];
    if (index === null || !element) {
      if (this.#strays.delete(taskId)) this.#bill(taskId, end);
      return { records: [], freed: null };
    }
    const begun = this.results.hasBegun(index);
    if (!begun && !element.cancelled && mayGoOn(end) && element.returns < MOST_RETURNS) {
      element.returns++;
      element.taskId = null;
      element.state = 'free';
      this.#bill(taskId, end);
      return { records: [], freed: index };
    }
    const whole = this.results.isComplete(index)
      ? { ...end, outcome: 'succeeded' as const }
      : lostWithoutWord(end, begun);
    element.state = 'ended';
    element.end = whole;
    return { records: this.results.takeTerminated(index, whole), freed: null };
  }

  /** What has no task yet will have none. */
  refuse(detail: string): void {
    for (const index of this.free) this.#conclude(index, { outcome: 'launch_failure', detail });
  }

  /** @returns the task that is to be stopped; null where none has begun */
  cancel(index: number): string | null {
    const element = this.#elements[index];
    if (!element || element.state === 'ended') return null;
    element.cancelled = true;
    if (element.state === 'free') this.#conclude(index, { outcome: 'cancelled', detail: 'it had not begun' });
    return element.taskId;
  }

  statuses(): ElementStatus[] {
    const arrayId = this.file.name;
    return this.#elements.map(({ state, end, taskId }, index) => ({
      arrayId,
      index,
      state: state === 'free' ? 'pending' : state,
      reason: state === 'free' ? this.reason : state === 'pending' ? 'starting' : null,
      node: taskId,
      end,
    }));
  }

  takeBills(): StrayBill[] {
    return this.#bills.splice(0);
  }

  #conclude(index: number, { outcome, detail }: Pick<ElementEnd, 'outcome' | 'detail'>): void {
    const element = this.#elements[index];
    if (!element) return;
    element.state = 'ended';
    element.end = {
      outcome,
      detail,
      exitCode: null,
      signal: null,
      peakMemoryBytes: null,
      cpuSeconds: null,
      elapsedSeconds: 0,
    };
  }

  #bill(taskId: string, { billed }: ElementEnd): void {
    if (billed) this.#bills.push({ workerId: `${this.file.name}_${taskId}`, tag: this.file.tag, ...billed });
  }

  #indexOf(taskId: string): number | null {
    const index = this.#elements.findIndex((element) => element.taskId === taskId);
    return index < 0 ? null : index;
  }

  #indices(test: (element: Element) => boolean): number[] {
    return this.#elements.flatMap((element, index) => (test(element) ? index : []));
  }
}

/** It ended before it began, for no reason that another task would meet as well. */
function mayGoOn({ outcome }: ElementEnd): boolean {
  return outcome !== 'launch_failure' && outcome !== 'cancelled';
}

/** A courier that ended well has published an end; without one it was ended by force. */
function lostWithoutWord(end: ElementEnd, begun: boolean): ElementEnd {
  return end.outcome === 'succeeded' && !begun ? { ...end, outcome: 'node_failure' } : end;
}
