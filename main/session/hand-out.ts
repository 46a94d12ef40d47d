import type { TaskInstance } from '../providers/provider.ts';
import type { EngineOptions } from './engine-options.ts';
import type { InstanceStates } from './instance-states.ts';
import type { LiveInstance } from './live-instance.ts';
import { PhasesAhead } from './phases-ahead.ts';
import { SubmitQueue } from './submit-queue.ts';

/** Instances of one tag in the cluster's hands at once: enough for it to choose and to group from. */
const WINDOW = 1000;

/** Hands instances to the cluster: those that are ready, and behind them those that can wait for them there. */
export class HandOut {
  readonly #options: EngineOptions;
  readonly #states: InstanceStates;
  readonly #queue: SubmitQueue;
  readonly #ahead: PhasesAhead;
  readonly #impossible: (instance: LiveInstance, error: unknown) => void;
  #looksAhead = false;
  #closed = false;

  /** @param impossible told of an attempt that cannot even be written down as work */
  constructor(
    options: EngineOptions,
    states: InstanceStates,
    impossible: (instance: LiveInstance, error: unknown) => void,
  ) {
    this.#options = options;
    this.#states = states;
    this.#impossible = impossible;
    this.#queue = new SubmitQueue(options.cluster.window ?? WINDOW);
    this.#ahead = new PhasesAhead(
      (instance) =>
        (options.goesAhead?.(instance.planned) ?? true) &&
        !options.gate?.holds(instance) &&
        !states.isReady(instance),
    );
  }

  push(instance: LiveInstance): void {
    this.#queue.push(instance);
  }

  /** The cluster has it from an earlier process. */
  hold(instance: LiveInstance): void {
    instance.submitted = true;
    this.#queue.hold(instance);
  }

  /** The cluster is done with it. */
  release(instance: LiveInstance): void {
    instance.submitted = false;
    this.#queue.release(instance);
  }

  submit(): void {
    const tasks = this.#toTasks(this.#queue.take());
    if (tasks.length === 0) return;
    this.#options.cluster.submit(tasks);
    this.lookAheadSoon();
  }

  /** What follows what was handed over can be handed over behind it. Once for all that a moment brings. */
  lookAheadSoon(): void {
    if (this.#looksAhead || !this.#options.cluster.submitAhead) return;
    this.#looksAhead = true;
    setImmediate(() => {
      this.#looksAhead = false;
      if (this.#closed) return;
      if (this.#options.recorder.full) this.#options.recorder.afterCommit(() => this.lookAheadSoon());
      else this.submitAhead();
    });
  }

  submitAhead(): void {
    if (!this.#options.cluster.submitAhead) return;
    for (const { instances, needs } of this.#ahead.next(this.#states.all)) {
      for (const instance of instances) this.#queue.hold(instance);
      const tasks = this.#toTasks(instances);
      if (tasks.length > 0) this.#options.cluster.submitAhead?.(tasks, needs);
    }
  }

  close(): void {
    this.#closed = true;
  }

  /** The next attempts of instances that the queue holds. */
  #toTasks(instances: readonly LiveInstance[]): TaskInstance[] {
    return instances.flatMap((instance) => {
      instance.attempts++;
      try {
        const task = this.#options.toTask(instance.planned, instance.attempts, instance.request);
        instance.submitted = true;
        return task;
      } catch (error) {
        this.#queue.release(instance);
        this.#impossible(instance, error);
        return [];
      }
    });
  }
}
