import { breather } from '../platform/breather.ts';
import { toErrorData } from '../platform/errors.ts';
import type {
  AdoptedAttempt,
  Adoption,
  AttemptResult,
  ClusterEvent,
  TaskInstance,
} from '../providers/provider.ts';
import { FINAL_STATES, type InstanceState, type PlannedInstance } from '../telemetry/events.ts';
import { attemptFinished, inSentences, neverBegan } from './attempt-end.ts';
import type { EngineOptions } from './engine-options.ts';
import { type LiveInstance, newLiveInstance, type Settled } from './live-instance.ts';
import { LookupQueue } from './lookup-queue.ts';
import { PhasesAhead } from './phases-ahead.ts';
import { decideRetry } from './retry-policy.ts';
import { SubmitQueue } from './submit-queue.ts';
import { Tally } from './tally.ts';

/** Instances of one tag in the cluster's hands at once: enough for it to choose and to group from. */
const WINDOW = 1000;

/**
 * The heart of a run: which instance is in which state, what may begin, what happens when an attempt ends. It hears
 * from one cluster and tells one recorder; no step costs more than the instance it is about.
 */
export class RunEngine {
  readonly tally = new Tally();
  /** Resolves when the cluster has nothing more to say; rejects when the engine itself failed. */
  readonly ended: Promise<void>;
  readonly #options: EngineOptions;
  readonly #byId = new Map<string, LiveInstance>();
  readonly #instances: LiveInstance[] = [];
  readonly #queue: SubmitQueue;
  readonly #lookups: LookupQueue;
  readonly #ahead: PhasesAhead;
  #looksAhead = false;
  /** The attempts of an earlier process that are waited for; the cluster does not know them. */
  #adoption: Adoption | null = null;
  readonly #adopted = new Set<string>();
  #started = false;
  #sealed = false;
  #closing = false;
  #waitingForDisk = false;
  #interrupted = false;
  #cancelled = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#queue = new SubmitQueue(options.cluster.window ?? WINDOW);
    this.#lookups = new LookupQueue(
      ({ planned }) => options.lookUp?.(planned) ?? Promise.resolve(false),
      (instance, hit) => this.#lookedUp(instance, hit),
      (error) => this.#fail(error, 'cache'),
    );
    this.#ahead = new PhasesAhead(
      (instance) =>
        (options.goesAhead?.(instance.planned) ?? true) &&
        !options.gate?.holds(instance) &&
        options.graph.pending(instance.at) > 0,
    );
    this.ended = this.#listen();
  }

  get interrupted(): boolean {
    return this.#interrupted;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** `waiting` for what is not known yet. */
  stateOf(instanceId: string): InstanceState {
    return this.#byId.get(instanceId)?.state ?? 'waiting';
  }

  instance(instanceId: string): LiveInstance | undefined {
    return this.#byId.get(instanceId);
  }

  /** Registers an instance; `start` or `submitAdded` lets it go. Positions follow the order of the graph's nodes. */
  add(planned: PlannedInstance, retriesAllowed: number): LiveInstance {
    const instance = newLiveInstance(planned, this.#instances.length, retriesAllowed);
    this.#instances.push(instance);
    this.#byId.set(planned.id, instance);
    this.tally.add(instance);
    return instance;
  }

  /** What an earlier process of this run knew about an instance. Call for all of them before `start`. */
  restore(instance: LiveInstance, state: InstanceState, attempts: number): void {
    instance.attempts = attempts;
    if (!FINAL_STATES.has(state) || state === 'skipped') return;
    this.tally.move(instance, state);
    if (state === 'succeeded' || state === 'cached') this.#options.graph.complete(instance.at);
  }

  /** Takes over what was running when the earlier process went. Call between `restore` and `start`. */
  adopt(adoption: Adoption): void {
    this.#adoption = adoption;
    for (const { instanceId, attempt } of adoption.running) {
      const instance = this.#byId.get(instanceId);
      if (!instance || FINAL_STATES.has(instance.state)) continue;
      instance.attempts = Math.max(instance.attempts, attempt);
      this.#adopted.add(instanceId);
      this.#setState(instance, 'running');
    }
    for (const { instanceId, attempt } of adoption.lost) {
      const instance = this.#byId.get(instanceId);
      if (instance) instance.attempts = Math.max(instance.attempts, attempt);
    }
    for (const end of adoption.finished) this.#adoptEnd(end);
    this.#hearAdopted(adoption.ends);
  }

  /**
   * Follows what the cluster has of an earlier process, as if it had been submitted to it. Call between `restore` and
   * `start`.
   */
  takeOver(attempts: readonly { readonly instanceId: string; readonly attempt: number }[]): void {
    for (const { instanceId, attempt } of attempts) {
      const instance = this.#byId.get(instanceId);
      if (!instance || FINAL_STATES.has(instance.state) || instance.attempts > attempt) continue;
      instance.attempts = attempt;
      if (instance.submitted) continue;
      instance.submitted = true;
      this.#queue.hold(instance);
      // What was handed over behind its needs waits for them still.
      if (this.#options.graph.pending(instance.at) === 0) this.#setState(instance, 'queued');
    }
  }

  /** Lets everything begin whose needs are met. */
  async start(): Promise<void> {
    const breathe = breather();
    for (const instance of this.#instances) {
      if (instance.state === 'waiting' && this.#options.graph.pending(instance.at) === 0)
        this.#ready(instance);
      else if (instance.state === 'failed' || instance.state === 'cancelled') this.#skipFollowing(instance);
      await breathe();
    }
    this.#started = true;
    this.#proceed();
  }

  /** For instances without needs that came after the start. */
  submitAdded(instances: readonly LiveInstance[]): void {
    for (const instance of instances) this.#ready(instance);
    this.#proceed();
  }

  /** Nothing will be added any more: the run ends with its last instance. */
  seal(): void {
    this.#sealed = true;
    this.#proceed();
  }

  /** What the gate held and does not hold any more. */
  letGo(instances: readonly LiveInstance[]): void {
    for (const instance of instances)
      if (instance.state === 'waiting' && this.#options.graph.pending(instance.at) === 0)
        this.#ready(instance);
    this.#proceed();
  }

  /** Another request for work that was not handed out yet. False where it is too late. */
  resize(instance: LiveInstance, planned: PlannedInstance): boolean {
    if (instance.submitted || instance.attempts > 0 || FINAL_STATES.has(instance.state)) return false;
    this.tally.replan(instance, planned);
    instance.request = planned.request;
    this.#options.onChanged(planned.id);
    return true;
  }

  async cancelAll(): Promise<void> {
    this.#cancelled = true;
    this.#sealed = true;
    await this.cancel(
      this.#instances.filter(({ state }) => !FINAL_STATES.has(state)).map((i) => i.planned.id),
    );
  }

  async cancel(instanceIds: readonly string[]): Promise<void> {
    const breathe = breather();
    const inCluster: string[] = [];
    const adopted: string[] = [];
    for (const id of instanceIds) {
      const instance = this.#byId.get(id);
      if (!instance || FINAL_STATES.has(instance.state)) continue;
      if (instance.submitted) inCluster.push(id);
      else if (this.#adopted.has(id)) adopted.push(id);
      else this.#settle(instance, 'cancelled', null);
      await breathe();
    }
    if (inCluster.length > 0) await this.#options.cluster.cancel(inCluster);
    if (adopted.length > 0) await this.#adoption?.cancel?.(adopted);
    for (const id of adopted) {
      const instance = this.#byId.get(id);
      if (instance && !FINAL_STATES.has(instance.state)) this.#settle(instance, 'cancelled', null);
    }
    this.#proceed();
  }

  /** Failed or cancelled instances once more, and what was skipped because of them. */
  retry(instanceIds: readonly string[], change: { memoryBytes?: number; walltimeSeconds?: number }): void {
    for (const id of instanceIds) {
      const instance = this.#byId.get(id);
      if (!instance || (instance.state !== 'failed' && instance.state !== 'cancelled')) continue;
      instance.request = { ...instance.request, ...change };
      instance.retriesUsed = 0;
      instance.lost = 0;
      this.#ready(instance);
      for (const at of this.#options.graph.following(instance.at)) {
        const follower = this.#instances[at];
        if (follower?.state !== 'skipped') continue;
        this.#setState(follower, 'waiting');
      }
    }
    this.#proceed();
  }

  /** Stops what runs, or lets it go on where it outlives the app; whatever has not finished waits for a resume. */
  async interrupt(): Promise<void> {
    this.#interrupted = true;
    this.#closing = true;
    this.#adoption?.release?.();
    const { cluster } = this.#options;
    await (cluster.release ? cluster.release() : cluster.close({ drain: false }));
  }

  /** In the order in which they were added. */
  get instances(): readonly LiveInstance[] {
    return this.#instances;
  }

  async #listen(): Promise<void> {
    for await (const event of this.#options.cluster.events) {
      this.#options.onEvent?.(event, 'instanceId' in event ? this.#byId.get(event.instanceId) : undefined);
      this.#onEvent(event);
    }
  }

  #onEvent(event: ClusterEvent): void {
    const { recorder, runId } = this.#options;
    switch (event.type) {
      case 'worker_added':
      case 'worker_removed':
        recorder.record({ ...event, runId });
        return;
      case 'task_started': {
        const instance = this.#byId.get(event.instanceId);
        if (!instance || !isCurrent(instance, event.attempt)) return;
        // The record of the attempt's start says that the instance runs.
        this.tally.move(instance, 'running');
        this.#options.onChanged(event.instanceId);
        recorder.record({
          type: 'attempt_started',
          runId,
          at: event.at,
          instanceId: event.instanceId,
          attempt: event.attempt,
          workerId: event.workerId,
          pid: event.pid,
          request: instance.request,
        });
        return;
      }
      case 'task_sample':
        recorder.record({
          type: 'resource_sample',
          runId,
          instanceId: event.instanceId,
          attempt: event.attempt,
          sample: event.sample,
        });
        return;
      case 'task_finished': {
        const instance = this.#byId.get(event.instanceId);
        if (!instance || !isCurrent(instance, event.attempt)) return;
        instance.submitted = false;
        this.#queue.release(instance);
        // Skipped meanwhile, because what it needs did not succeed.
        if (FINAL_STATES.has(instance.state)) return;
        this.#finished(instance, event);
        this.#proceed();
        return;
      }
      case 'task_returned': {
        const instance = this.#byId.get(event.instanceId);
        if (!instance || !isCurrent(instance, event.attempt)) return;
        instance.submitted = false;
        this.#queue.release(instance);
        instance.attempts--;
        if (FINAL_STATES.has(instance.state)) return;
        if (this.#cancelled) this.#settle(instance, 'cancelled', null);
        else if (this.#options.graph.pending(instance.at) === 0) this.#enqueue(instance);
        else this.#lookAheadSoon();
        this.#proceed();
      }
    }
  }

  #finished(instance: LiveInstance, end: Omit<AdoptedAttempt, 'instanceId'>): void {
    const { result } = end;
    const decision = this.#decide(instance, result);
    const message =
      decision.retry || decision.reason === null
        ? result.message
        : inSentences(result.message, decision.reason);
    const told = { ...result, message };
    this.#options.recorder.record(attemptFinished(this.#options.runId, instance, { ...end, result: told }));
    if (result.outcome === 'succeeded') {
      this.tally.learn(instance, result.usage.wallSeconds);
      this.#settle(instance, 'succeeded', result);
      return;
    }
    if (result.outcome === 'cancelled' && this.#interrupted) {
      this.#setState(instance, 'queued');
      return;
    }
    if (!decision.retry || this.#cancelled) {
      const stopped = result.outcome === 'cancelled' || (decision.retry && this.#cancelled);
      this.#settle(instance, stopped ? 'cancelled' : 'failed', told);
      return;
    }
    if (result.outcome === 'lost') instance.lost++;
    else instance.retriesUsed++;
    instance.request = decision.request;
    this.#ready(instance);
  }

  #decide(instance: LiveInstance, result: AttemptResult) {
    return decideRetry({
      result,
      request: instance.request,
      predicted: instance.planned.predicted,
      ladder: instance.planned.ladder,
      retriesUsed: instance.retriesUsed,
      retriesAllowed: instance.retriesAllowed,
      lostBefore: instance.lost,
      capacity: this.#options.capacity,
      walltimeLimitSeconds: this.#options.walltimeLimitSeconds,
    });
  }

  #adoptEnd(end: AdoptedAttempt): void {
    const instance = this.#byId.get(end.instanceId);
    if (!instance || FINAL_STATES.has(instance.state)) return;
    instance.attempts = Math.max(instance.attempts, end.attempt);
    this.#adopted.delete(end.instanceId);
    // Stopped with the app, not by a person: then the record would say so. It is to be done.
    if (end.result.outcome === 'cancelled' && !this.#cancelled) {
      if (instance.state === 'running') this.#ready(instance);
      return;
    }
    this.#finished(instance, end);
  }

  #hearAdopted(ends: Adoption['ends']): void {
    const hear = async () => {
      for await (const end of ends) {
        this.#adoptEnd(end);
        this.#proceed();
      }
    };
    hear().catch((error: unknown) => this.#fail(error, 'adopt'));
  }

  #ready(instance: LiveInstance): void {
    if (instance.submitted) {
      this.#setState(instance, 'queued');
      return;
    }
    if (this.#options.gate?.holds(instance)) {
      this.#enter(instance, 'waiting');
      return;
    }
    if (this.#options.lookUp && instance.attempts === 0) this.#lookups.push(instance);
    else this.#enqueue(instance);
  }

  #enqueue(instance: LiveInstance): void {
    this.#setState(instance, 'queued');
    this.#queue.push(instance);
  }

  /** Everything that may happen now: handing work out, ending. */
  #proceed(): void {
    if (this.#closing) return;
    if (this.#options.recorder.full) this.#waitForDisk();
    else this.#submit();
    if (this.#started && this.tally.onlyWaiting && !this.#lookups.busy && !this.#options.gate?.holding) {
      // What these wait for failed or was cancelled and was not tried again.
      for (const instance of this.#instances)
        if (instance.state === 'waiting') this.#settle(instance, 'skipped', null);
    }
    if (!this.#sealed || this.tally.open > 0) return;
    this.#closing = true;
    this.#options.cluster.close({ drain: true }).catch((error: unknown) => this.#fail(error, 'close'));
  }

  #submit(): void {
    const tasks: TaskInstance[] = [];
    for (const instance of this.#queue.take()) {
      const task = this.#toTask(instance);
      if (task) tasks.push(task);
    }
    if (tasks.length === 0) return;
    this.#options.cluster.submit(tasks);
    this.#lookAheadSoon();
  }

  /** What follows what was handed over can be handed over behind it. Once for all that a moment brings. */
  #lookAheadSoon(): void {
    if (this.#looksAhead || !this.#options.cluster.submitAhead) return;
    this.#looksAhead = true;
    setImmediate(() => {
      this.#looksAhead = false;
      if (!this.#closing && !this.#options.recorder.full) this.#submitAhead();
    });
  }

  #submitAhead(): void {
    for (const { instances, needs } of this.#ahead.next(this.#instances)) {
      const tasks = instances.flatMap((instance) => {
        this.#queue.hold(instance);
        return this.#toTask(instance) ?? [];
      });
      this.#options.cluster.submitAhead?.(tasks, needs);
    }
  }

  /** The next attempt of an instance that the queue holds; null when it cannot even be written down as work. */
  #toTask(instance: LiveInstance): TaskInstance | null {
    instance.attempts++;
    try {
      const task = this.#options.toTask(instance.planned, instance.attempts, instance.request);
      instance.submitted = true;
      return task;
    } catch (error) {
      this.#queue.release(instance);
      this.#finished(instance, { attempt: instance.attempts, ...neverBegan(this.#now(), error) });
      return null;
    }
  }

  #waitForDisk(): void {
    if (this.#waitingForDisk) return;
    this.#waitingForDisk = true;
    this.#options.recorder.afterCommit(() => {
      this.#waitingForDisk = false;
      this.#proceed();
    });
  }

  #lookedUp(instance: LiveInstance, hit: boolean): void {
    if (instance.state === 'waiting') {
      if (hit) this.#settle(instance, 'cached', null);
      else this.#enqueue(instance);
    }
    this.#proceed();
  }

  #settle(instance: LiveInstance, state: InstanceState, result: AttemptResult | null): void {
    this.#setState(instance, state);
    const settled: Settled = { instanceId: instance.planned.id, state, result };
    this.#options.recorder.afterCommit(() => this.#options.onSettled(settled));
    if (state === 'succeeded' || state === 'cached') {
      for (const at of this.#options.graph.complete(instance.at)) {
        const next = this.#instances[at];
        if (next?.state === 'waiting') this.#ready(next);
      }
    } else if (state !== 'skipped') this.#skipFollowing(instance);
    else if (instance.submitted)
      this.#options.cluster
        .cancel([instance.planned.id])
        .catch((error: unknown) => this.#fail(error, 'cancel'));
  }

  #skipFollowing(instance: LiveInstance): void {
    for (const at of this.#options.graph.following(instance.at)) {
      const follower = this.#instances[at];
      if (follower?.state === 'waiting') this.#settle(follower, 'skipped', null);
    }
  }

  #setState(instance: LiveInstance, state: InstanceState): void {
    if (instance.state !== state) this.#enter(instance, state);
  }

  #enter(instance: LiveInstance, state: InstanceState): void {
    this.tally.move(instance, state);
    const instanceId = instance.planned.id;
    const { recorder, runId } = this.#options;
    recorder.record({ type: 'instance_state', runId, at: this.#now(), instanceId, state });
    this.#options.onChanged(instanceId);
  }

  /** A failure beside the work itself: recorded, and the run goes on. */
  #fail(error: unknown, phase: string): void {
    const { code, message } = toErrorData(error);
    this.#options.recorder.record({
      type: 'run_failure',
      runId: this.#options.runId,
      at: this.#now(),
      code,
      message,
      phase,
    });
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

/** A cluster may tell of an attempt that has been given up since: nobody waits for it any more. */
function isCurrent(instance: LiveInstance, attempt: number): boolean {
  return instance.submitted && instance.attempts === attempt;
}
