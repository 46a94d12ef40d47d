import { AppError } from '../../../../main/platform/errors.ts';
import type {
  ArrayOrder,
  ArraySubmission,
  BatchEngine,
  ElementEnd,
  ElementStatus,
  InstanceRecord,
} from '../../../../main/providers/batch/batch-engine.ts';
import type { AttemptOutcome, TaskInstance } from '../../../../main/providers/provider.ts';

/** How long an attempt runs, and how it ends. What is no `succeeded` and no `program_error` kills its element. */
export interface Fate {
  readonly seconds: number;
  readonly outcome: AttemptOutcome;
}

interface Element {
  readonly members: readonly TaskInstance[];
  state: 'pending' | 'running' | 'ended';
  at: number;
  busyUntil: number;
  running: TaskInstance | null;
  /** One of its instances did not succeed: its script ends with an error. */
  failed: boolean;
  /** Its script left something, because what that needs has not succeeded. */
  beganNoMore: boolean;
  endedAt: number;
  end: ElementEnd | null;
}

interface SimulatedArray {
  readonly id: string;
  readonly submission: ArraySubmission;
  readonly elements: Element[];
  readonly visibleAt: number;
  parallelism: number;
  order: ArrayOrder;
  purged: boolean;
  /** How its elements stood when its controller forgot it: the accounting never hears of an end. */
  forgotten: readonly Element['state'][] | null;
}

export interface Execution {
  readonly key: string;
  readonly id: string;
  readonly beganAt: number;
  endedAt: number | null;
  outcome: AttemptOutcome | null;
}

/** A cluster's truth, which no app sees whole: arrays, elements, executions. It outlives every app. */
export class SimulatedSite {
  readonly arrays = new Map<string, SimulatedArray>();
  readonly executions: Execution[] = [];
  readonly records: InstanceRecord[] = [];
  readonly commands: string[] = [];
  /** Keys that a second array tried to execute. */
  readonly claimedTwice: string[] = [];
  nodes = 1000;
  /** Elements that ran at the same moment, at most; over all tags under `all`. */
  readonly most: Record<string, number> = {};
  /** The queue forgets ended elements after so long. */
  minJobAgeMs = 300_000;
  /** Accounting lags so far behind. */
  accountingLagMs = 2000;
  accounting = true;
  readonly #now: () => number;
  readonly #fate: (instance: TaskInstance) => Fate;
  #lastAt = 0;
  #nextId = 1;

  constructor(now: () => number, fate: (instance: TaskInstance) => Fate) {
    this.#now = now;
    this.#fate = fate;
  }

  now(): number {
    return this.#now();
  }

  /** The queue forgets an array and everything in it, as if it had never been. */
  forget(): void {
    for (const array of this.arrays.values()) array.purged = true;
  }

  /** A controller that is killed has not written down what it took last; its nodes end what they had of that. */
  forgetNewest(): void {
    this.advance();
    const array = [...this.arrays.values()].at(-1);
    if (!array || array.purged) return;
    array.purged = true;
    array.forgotten = array.elements.map(({ state }) => state);
    for (const element of array.elements)
      if (element.state !== 'ended') this.#end(element, 'node_failure', this.#now());
  }

  accept(submission: ArraySubmission, visibleAfterMs = 0): string {
    this.advance();
    const id = String(this.#nextId++);
    this.arrays.set(id, {
      id,
      submission,
      visibleAt: this.#now() + visibleAfterMs,
      parallelism: submission.parallelism,
      order: submission,
      purged: false,
      forgotten: null,
      elements: submission.elements.map((members) => ({
        members,
        state: 'pending',
        at: 0,
        busyUntil: 0,
        running: null,
        failed: false,
        beganNoMore: false,
        endedAt: 0,
        end: null,
      })),
    });
    return id;
  }

  /** Lets happen what has happened until now. */
  advance(): void {
    const now = this.#now();
    let at = this.#lastAt;
    while (true) {
      this.#startWhatFits(at);
      const next = this.#running().reduce(
        (first, { busyUntil }) => Math.min(first, busyUntil),
        Number.POSITIVE_INFINITY,
      );
      if (next > now) break;
      at = Math.max(at, next);
      for (const [array, index, element] of this.#each())
        if (element.state === 'running' && element.busyUntil <= at) this.#goOn(array, index, element, at);
    }
    this.#lastAt = now;
  }

  /** What waits for itself would never begin: no batch system takes that. */
  refuseCircles(id: string): void {
    const seen = new Set<string>();
    const before = (one: string): readonly string[] => {
      const array = this.arrays.get(one);
      // What has begun waits for nothing any more.
      if (!array?.elements.some(({ state }) => state === 'pending')) return [];
      return [...array.order.after, ...(array.order.behind ?? [])];
    };
    const open = [...before(id)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === id) throw new Error(`Array ${id} waits for itself`);
      if (!seen.has(next)) open.push(...before(next));
      seen.add(next);
    }
  }

  statuses(ids: readonly string[]): ElementStatus[] {
    this.advance();
    const now = this.#now();
    return ids.flatMap((id) => {
      const array = this.arrays.get(id);
      if (!array || array.purged || array.visibleAt > now) return [];
      return array.elements.flatMap((element, index) =>
        element.state === 'ended' && now - element.endedAt > this.minJobAgeMs
          ? []
          : status(id, index, element),
      );
    });
  }

  /** By the queue, or by accounting where there is one. */
  find(name: string): string | null {
    this.advance();
    const array = [...this.arrays.values()].find(({ submission }) => submission.name === name);
    if (!array || array.visibleAt > this.#now()) return null;
    return this.accounting || this.statuses([array.id]).length > 0 ? array.id : null;
  }

  usage(keys: readonly { arrayId: string; index: number }[]): ElementStatus[] {
    this.advance();
    if (!this.accounting) return [];
    return keys.flatMap(({ arrayId, index }) => {
      const array = this.arrays.get(arrayId);
      const element = array?.elements[index];
      const state = array?.forgotten?.[index] ?? 'ended';
      if (state !== 'ended') return { arrayId, index, state, reason: null, node: null, end: null };
      if (!element || this.#now() - element.endedAt < this.accountingLagMs) return [];
      return element.state === 'ended' ? status(arrayId, index, element) : [];
    });
  }

  kill(keys: readonly { arrayId: string; index: number }[], outcome: AttemptOutcome = 'cancelled'): void {
    this.advance();
    for (const { arrayId, index } of keys) {
      const element = this.arrays.get(arrayId)?.elements[index];
      if (element && element.state !== 'ended') this.#end(element, outcome, this.#now());
    }
  }

  /** Everything that runs now dies with its machine. */
  loseNodes(): void {
    this.advance();
    for (const [array, index, element] of this.#each())
      if (element.state === 'running') this.kill([{ arrayId: array.id, index }], 'node_failure');
  }

  #startWhatFits(at: number): void {
    for (const [array, index, element] of this.#each()) {
      if (element.state !== 'pending') continue;
      const { after, behind = [] } = array.order;
      const elementsOf = (ids: readonly string[]) => ids.flatMap((id) => this.arrays.get(id)?.elements ?? []);
      if (elementsOf(behind).some(({ state }) => state !== 'ended')) continue;
      const before = elementsOf(after);
      if (before.some(({ state, failed }) => state === 'ended' && failed))
        this.#end(element, 'cancelled', at, 0);
      if (before.some(({ state, failed }) => state !== 'ended' || failed)) continue;
      const running = array.elements.filter(({ state }) => state === 'running').length;
      if (running >= array.parallelism || this.#running().length >= this.nodes) continue;
      element.state = 'running';
      element.busyUntil = at;
      this.#goOn(array, index, element, at);
      this.#count(array.submission.tag);
    }
  }

  #count(tag: string): void {
    const running = [...this.#each()].filter(([, , { state }]) => state === 'running');
    const ofTag = running.filter(([array]) => array.submission.tag === tag);
    this.most.all = Math.max(this.most.all ?? 0, running.length);
    this.most[tag] = Math.max(this.most[tag] ?? 0, ofTag.length);
  }

  /** The element's script after one instance: writes its record, takes the next. */
  #goOn(array: SimulatedArray, index: number, element: Element, at: number): void {
    if (element.running) {
      const { outcome, seconds } = this.#fate(element.running);
      if (outcome !== 'succeeded' && outcome !== 'program_error') {
        this.#end(element, outcome, at);
        return;
      }
      this.#closeExecution(element, outcome, at);
      if (outcome !== 'succeeded') element.failed = true;
      this.#write(array.id, index, element.running, at, { outcome, seconds });
      element.running = null;
    }
    while (true) {
      const next = element.members[element.at++];
      if (!next) {
        this.#end(element, element.failed ? 'program_error' : 'succeeded', at);
        return;
      }
      const key = `${next.id} ${next.attempt}`;
      if (!this.#hasWhatItNeeds(next)) {
        element.failed = true;
        element.beganNoMore = true;
        continue;
      }
      if (this.executions.some((one) => one.key === key)) {
        this.claimedTwice.push(key);
        continue;
      }
      this.executions.push({ key, id: next.id, beganAt: at, endedAt: null, outcome: null });
      this.records.push({
        type: 'started',
        arrayId: array.id,
        index,
        instanceId: next.id,
        attempt: next.attempt,
        node: 'n1',
        at,
      });
      element.running = next;
      element.busyUntil = at + this.#fate(next).seconds * 1000;
      return;
    }
  }

  #hasWhatItNeeds({ needs = [] }: TaskInstance): boolean {
    const succeeded = (key: string) =>
      this.executions.some((one) => one.key === key && one.outcome === 'succeeded');
    return needs.every(({ instanceId, attempt }) => succeeded(`${instanceId} ${attempt}`));
  }

  #write(arrayId: string, index: number, { id, attempt }: TaskInstance, at: number, fate: Fate): void {
    const usage = {
      peakMemoryBytes: 1000,
      cpuUserSeconds: fate.seconds,
      cpuSystemSeconds: 0,
      readBytes: null,
      writtenBytes: null,
      wallSeconds: fate.seconds,
      measuredBy: 'sampled' as const,
    };
    const exitCode = fate.outcome === 'succeeded' ? 0 : 1;
    const result = { outcome: fate.outcome, exitCode, signal: null, message: null, usage };
    this.records.push({ type: 'finished', arrayId, index, instanceId: id, attempt, at, result });
  }

  #end(element: Element, outcome: AttemptOutcome, at: number, elapsedSeconds = 1): void {
    if (outcome !== 'succeeded') element.failed = true;
    this.#closeExecution(element, outcome, at);
    element.running = null;
    element.state = 'ended';
    element.endedAt = at;
    element.end = {
      outcome,
      detail: outcome.toUpperCase(),
      exitCode: outcome === 'succeeded' ? 0 : 9,
      signal: null,
      peakMemoryBytes: 5000,
      cpuSeconds: 1,
      elapsedSeconds,
      ...(element.beganNoMore && { beganNoMore: true }),
    };
  }

  #closeExecution({ running }: Element, outcome: AttemptOutcome, at: number): void {
    const execution = this.executions.findLast(({ key }) => key === `${running?.id} ${running?.attempt}`);
    if (!execution || execution.endedAt !== null) return;
    execution.endedAt = at;
    execution.outcome = outcome;
  }

  #running(): Element[] {
    return [...this.arrays.values()].flatMap(({ elements }) =>
      elements.filter(({ state }) => state === 'running'),
    );
  }

  *#each(): Generator<[SimulatedArray, number, Element]> {
    for (const array of this.arrays.values())
      for (const [index, element] of array.elements.entries()) yield [array, index, element];
  }
}

function status(arrayId: string, index: number, { state, end }: Element): ElementStatus {
  const reason = state === 'pending' ? 'Priority' : null;
  return {
    arrayId,
    index,
    state,
    reason,
    node: state === 'running' ? 'n1' : null,
    end: state === 'ended' ? end : null,
  };
}

/** What may go wrong with one command: before it is carried out, after, or not at all. */
export type Fault = 'none' | 'unreachable' | 'lost_reply' | 'slow_accept';

/** One app's engine on the site. `before` and `after` let a test break any command. */
export class SimulatedEngine implements BatchEngine {
  maxElements = 1000;
  graceSeconds = 10;
  /** Whether its answers say what time it is there. */
  tellsTime = false;
  inFlight = 0;
  mostInFlight = 0;
  readonly #site: SimulatedSite;
  readonly #fault: (command: string) => Fault;
  readonly #gate: () => Promise<void>;
  #told = 0;

  constructor(
    site: SimulatedSite,
    fault: (command: string) => Fault = () => 'none',
    gate: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.#site = site;
    this.#fault = fault;
    this.#gate = gate;
  }

  submitArray(submission: ArraySubmission): Promise<string> {
    return this.#command('submit', (fault) =>
      this.#site.accept(submission, fault === 'slow_accept' ? 4000 : 0),
    );
  }
  find(name: string): Promise<string | null> {
    return this.#command('find', () => {
      return this.#site.find(name);
    });
  }
  setParallelism(arrayId: string, elements: number, order?: ArrayOrder): Promise<void> {
    return this.#command('throttle', () => {
      this.#site.advance();
      const array = this.#site.arrays.get(arrayId);
      if (array) array.parallelism = elements;
      if (array && order) array.order = order;
      if (array) this.#site.refuseCircles(array.id);
    });
  }
  poll(ids: readonly string[]) {
    return this.#command('poll', () => {
      const elements = this.#site.statuses(ids);
      const records = this.#site.records.slice(this.#told);
      this.#told = this.#site.records.length;
      return { elements, records, ...(this.tellsTime && { siteNow: this.#site.now() }) };
    });
  }
  usage(keys: readonly { arrayId: string; index: number }[]) {
    return this.#command('usage', () => this.#site.usage(keys));
  }
  cancel(keys: readonly { arrayId: string; index: number }[]): Promise<void> {
    return this.#command('cancel', () => this.#site.kill(keys));
  }
  async close(): Promise<void> {
    await this.#gate();
  }

  async #command<T>(name: string, act: (fault: Fault) => T): Promise<T> {
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      this.#site.commands.push(name);
      await this.#gate();
      const fault = this.#fault(name);
      if (fault === 'unreachable') throw siteError('E_SITE_UNREACHABLE');
      const answer = act(fault);
      await this.#gate();
      // What a poll told goes lost with its answer: the engine tells it again.
      if (fault !== 'none' && name === 'poll') this.#told = 0;
      if (fault === 'lost_reply' || fault === 'slow_accept') throw siteError('E_SITE_REPLY_LOST');
      return answer;
    } finally {
      this.inFlight--;
    }
  }
}

function siteError(code: string): AppError {
  return new AppError({ code, message: 'The site did not answer.' });
}
