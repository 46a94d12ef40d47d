import { breather } from '../platform/breather.ts';
import { toErrorData } from '../platform/errors.ts';
import type { AdoptedAttempt, Adoption, AttemptResult, ClusterEvent } from '../providers/provider.ts';
import { FINAL_STATES, type InstanceState, type PlannedInstance } from '../telemetry/events.ts';
import { AdoptedAttempts } from './adopted-attempts.ts';
import { attemptFinished, inSentences, neverBegan } from './attempt-end.ts';
import type { EngineOptions } from './engine-options.ts';
import { HandOut } from './hand-out.ts';
import { InstanceStates } from './instance-states.ts';
import { isCurrent, type LiveInstance } from './live-instance.ts';
import { LookupQueue } from './lookup-queue.ts';
import { retryOf } from './retry-policy.ts';
import type { Tally } from './tally.ts';

/**
 * The heart of a run: which instance is in which state, what may begin, what happens when an attempt ends. It hears
 * from one cluster and tells one recorder; no step costs more than the instance it is about.
 */
export class RunEngine {
  /** Resolves when the cluster has nothing more to say; rejects when the engine itself failed. */
  readonly ended: Promise<void>;
  readonly #options: EngineOptions;
  readonly #states: InstanceStates;
  readonly #handOut: HandOut;
  readonly #lookups: LookupQueue;
  /** Skipped while they waited at the site for what they need. */
  #toTakeBack: string[] = [];
  readonly #adopted: AdoptedAttempts;
  #started = false;
  #sealed = false;
  #closing = false;
  #waitingForDisk = false;
  #interrupted = false;
  #cancelled = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#states = new InstanceStates(options);
    this.#adopted = new AdoptedAttempts(this.#states, {
      ended: (instance, end) => this.#adoptEnd(instance, end),
      proceed: () => this.#proceed(),
      failed: (error) => this.#fail(error, 'adopt'),
    });
    this.#handOut = new HandOut(options, this.#states, (instance, error) =>
      this.#finished(instance, { attempt: instance.attempts, ...neverBegan(this.#now(), error) }),
    );
    this.#lookups = new LookupQueue(
      ({ planned }) => options.lookUp?.(planned) ?? Promise.resolve(false),
      (instance, hit) => this.#lookedUp(instance, hit),
      (error) => this.#fail(error, 'cache'),
    );
    this.ended = this.#listen();
  }

  get tally(): Tally {
    return this.#states.tally;
  }

  /** Whether it is still being looked up which results are there already. */
  get isLookingUp(): boolean {
    return this.#lookups.busy;
  }

  get interrupted(): boolean {
    return this.#interrupted;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** `waiting` for what is not known yet. */
  stateOf(instanceId: string): InstanceState {
    return this.#states.get(instanceId)?.state ?? 'waiting';
  }

  instance(instanceId: string): LiveInstance | undefined {
    return this.#states.get(instanceId);
  }

  /** Registers an instance; `start` or `submitAdded` lets it go. Positions follow the order of the graph's nodes. */
  add(planned: PlannedInstance, retriesAllowed: number): LiveInstance {
    return this.#states.add(planned, retriesAllowed);
  }

  /** What an earlier process of this run knew about an instance. Call for all of them before `start`. */
  restore(instance: LiveInstance, state: InstanceState, attempts: number): void {
    instance.attempts = attempts;
    if (!FINAL_STATES.has(state) || state === 'skipped') return;
    this.tally.move(instance, state);
    if (state === 'succeeded' || state === 'cached') this.#states.complete(instance);
  }

  /** Takes over what was running when the earlier process went. Call between `restore` and `start`. */
  adopt(adoption: Adoption): void {
    this.#adopted.adopt(adoption);
  }

  /**
   * Follows what the cluster has of an earlier process, as if it had been submitted to it. Call between `restore` and
   * `start`.
   */
  takeOver(attempts: readonly { readonly instanceId: string; readonly attempt: number }[]): void {
    for (const { instanceId, attempt } of attempts) {
      const instance = this.#states.get(instanceId);
      if (!instance || FINAL_STATES.has(instance.state) || instance.attempts > attempt) continue;
      instance.attempts = attempt;
      if (instance.submitted) continue;
      this.#handOut.hold(instance);
      // What was handed over behind its needs waits for them still.
      if (this.#states.isReady(instance)) this.#states.set(instance, 'queued');
    }
  }

  /** Lets everything begin whose needs are met. */
  async start(): Promise<void> {
    const breathe = breather();
    for (const instance of this.#states.all) {
      if (instance.state === 'waiting' && this.#states.isReady(instance)) this.#ready(instance);
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
      if (instance.state === 'waiting' && this.#states.isReady(instance)) this.#ready(instance);
    this.#proceed();
  }

  /** Another request for work that was not handed out yet. False where it is too late. */
  resize(instance: LiveInstance, planned: PlannedInstance): boolean {
    if (instance.submitted || instance.attempts > 0 || FINAL_STATES.has(instance.state)) return false;
    this.#states.replan(instance, planned);
    return true;
  }

  async cancelAll(): Promise<void> {
    this.#cancelled = true;
    this.#sealed = true;
    await this.cancel(
      this.#states.all.filter(({ state }) => !FINAL_STATES.has(state)).map((i) => i.planned.id),
    );
  }

  async cancel(instanceIds: readonly string[]): Promise<void> {
    const breathe = breather();
    const inCluster: string[] = [];
    const adopted: string[] = [];
    for (const id of instanceIds) {
      const instance = this.#states.get(id);
      if (!instance || FINAL_STATES.has(instance.state)) continue;
      if (instance.submitted) inCluster.push(id);
      else if (this.#adopted.has(id)) adopted.push(id);
      else this.#settle(instance, 'cancelled', null);
      await breathe();
    }
    if (inCluster.length > 0) await this.#options.cluster.cancel(inCluster);
    await this.#adopted.cancel(adopted);
    for (const id of adopted) {
      const instance = this.#states.get(id);
      if (instance && !FINAL_STATES.has(instance.state)) this.#settle(instance, 'cancelled', null);
    }
    this.#proceed();
  }

  /** Failed or cancelled instances once more, and what was skipped because of them. */
  retry(instanceIds: readonly string[], change: { memoryBytes?: number; walltimeSeconds?: number }): void {
    for (const id of instanceIds) {
      const instance = this.#states.get(id);
      if (!instance || (instance.state !== 'failed' && instance.state !== 'cancelled')) continue;
      instance.request = { ...instance.request, ...change };
      instance.retriesUsed = 0;
      instance.lost = 0;
      this.#ready(instance);
      for (const follower of this.#states.following(instance))
        if (follower.state === 'skipped') this.#states.set(follower, 'waiting');
    }
    this.#proceed();
  }

  /** Stops what runs, or lets it go on where it outlives the app; whatever has not finished waits for a resume. */
  async interrupt(options: { readonly withinSeconds?: number } = {}): Promise<void> {
    if (!this.#closing && !this.#options.recorder.full) this.#handOut.submitAhead();
    this.#interrupted = true;
    this.#closing = true;
    this.#handOut.close();
    this.#adopted.release();
    const { cluster } = this.#options;
    await (cluster.release ? cluster.release(options) : cluster.close({ drain: false }));
  }

  /** In the order in which they were added. */
  get instances(): readonly LiveInstance[] {
    return this.#states.all;
  }

  async #listen(): Promise<void> {
    for await (const event of this.#options.cluster.events) {
      this.#options.onEvent?.(event, 'instanceId' in event ? this.#states.get(event.instanceId) : undefined);
      this.#onEvent(event);
    }
  }

  #onEvent(event: ClusterEvent): void {
    const { recorder, runId } = this.#options;
    switch (event.type) {
      case 'worker_added':
      case 'worker_removed':
      case 'worker_billed':
        recorder.record({ ...event, runId });
        return;
      case 'task_started': {
        const instance = this.#states.get(event.instanceId);
        if (!instance || !isCurrent(instance, event.attempt)) return;
        this.#states.started(instance);
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
        const instance = this.#states.get(event.instanceId);
        if (!instance || !isCurrent(instance, event.attempt)) return;
        this.#handOut.release(instance);
        // Skipped meanwhile, because what it needs did not succeed.
        if (FINAL_STATES.has(instance.state)) return;
        this.#finished(instance, event);
        this.#proceed();
        return;
      }
      case 'task_returned': {
        const instance = this.#states.get(event.instanceId);
        if (!instance || !isCurrent(instance, event.attempt)) return;
        this.#handOut.release(instance);
        instance.attempts--;
        if (FINAL_STATES.has(instance.state)) return;
        if (this.#cancelled) this.#settle(instance, 'cancelled', null);
        else if (this.#states.isReady(instance)) this.#enqueue(instance);
        else this.#handOut.lookAheadSoon();
        this.#proceed();
      }
    }
  }

  #finished(instance: LiveInstance, end: Omit<AdoptedAttempt, 'instanceId'>): void {
    const { result } = end;
    const { capacity, walltimeLimitSeconds } = this.#options;
    const decision = retryOf(instance, result, { capacity, walltimeLimitSeconds });
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
      this.#states.set(instance, 'queued');
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

  #adoptEnd(instance: LiveInstance, end: AdoptedAttempt): void {
    const stopped = end.result.outcome === 'cancelled' && !this.#cancelled;
    if (!stopped) this.#finished(instance, end);
    // Stopped with the app, not by a person: then the record would say so. It is to be done.
    else if (instance.state === 'running') this.#ready(instance);
  }

  #ready(instance: LiveInstance): void {
    if (instance.submitted) {
      this.#states.set(instance, 'queued');
      return;
    }
    if (this.#options.gate?.holds(instance)) {
      this.#states.enter(instance, 'waiting');
      return;
    }
    if (this.#options.lookUp && instance.attempts === 0) this.#lookups.push(instance);
    else this.#enqueue(instance);
  }

  #enqueue(instance: LiveInstance): void {
    this.#states.set(instance, 'queued');
    this.#handOut.push(instance);
  }

  /** Everything that may happen now: handing work out, ending. */
  #proceed(): void {
    if (this.#closing) return;
    if (this.#toTakeBack.length > 0)
      this.#options.cluster
        .cancel(this.#toTakeBack.splice(0))
        .catch((error: unknown) => this.#fail(error, 'cancel'));
    if (this.#options.recorder.full) this.#waitForDisk();
    else this.#handOut.submit();
    if (this.#started && this.tally.onlyWaiting && !this.#lookups.busy && !this.#options.gate?.holding) {
      // What these wait for failed or was cancelled and was not tried again.
      for (const instance of this.#states.all)
        if (instance.state === 'waiting') this.#settle(instance, 'skipped', null);
    }
    if (!this.#sealed || this.tally.open > 0) return;
    this.#closing = true;
    this.#handOut.close();
    this.#options.cluster.close({ drain: true }).catch((error: unknown) => this.#fail(error, 'close'));
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
    this.#states.settle(instance, state, result);
    if (state === 'succeeded' || state === 'cached') {
      for (const next of this.#states.complete(instance)) if (next.state === 'waiting') this.#ready(next);
    } else if (state !== 'skipped') this.#skipFollowing(instance);
    else if (instance.submitted) this.#toTakeBack.push(instance.planned.id);
  }

  #skipFollowing(instance: LiveInstance): void {
    for (const follower of this.#states.following(instance))
      if (follower.state === 'waiting') this.#settle(follower, 'skipped', null);
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
