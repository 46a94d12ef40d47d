import type { Advisor, Sizing } from '../advisor/advisor.ts';
import type { DeploymentSpec, Params } from '../manifest/spec.ts';
import type { AdviceTerms } from '../planning/advice-terms.ts';
import { describeWork, displayCommand } from '../planning/render.ts';
import { capped } from '../planning/sizing.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Clock } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import { instanceId } from '../platform/ids.ts';
import type { Capacity, ResourceRequest, Work } from '../providers/provider.ts';
import type { PlannedInstance, TelemetryEvent } from '../telemetry/events.ts';
import type { RunReport } from '../telemetry/views.ts';
import type { LiveInstance, Settled } from './live-instance.ts';
import type { RunController } from './run-controller.ts';
import type { RunEngine } from './run-engine.ts';
import {
  type Callable,
  checkedTag,
  checkRunsOn,
  isTaskName,
  nameOf,
  paramsOf,
  requestOf,
  type SubmitOptions,
  workOf,
} from './submission.ts';
import { TaskFuture } from './task-future.ts';

export interface ClientParts {
  readonly spec: DeploymentSpec;
  readonly runId: string;
  readonly engine: RunEngine;
  readonly controller: RunController;
  readonly advisor: Advisor;
  readonly terms: AdviceTerms;
  readonly capacity: Capacity | null;
  readonly workers: Readonly<Record<string, number>>;
  readonly clock: Clock;
  readonly record: (event: TelemetryEvent) => void;
  readonly works: Map<string, Work>;
}

/** Where a client's workers come from: a session, or a cluster made by hand. */
export interface ClientSource {
  readonly spec: DeploymentSpec;
  /** Begins the run that the client submits to. Called once, by the client. @throws AppError of the provider */
  begin(client: ScalableClient): Promise<ClientParts>;
  /** Told after the client's run has ended, where nobody else closes what was opened for it. */
  release?(): Promise<void>;
}

/** An argument may be the future of an earlier task: then its result goes in its place when it is there. */
export type Arguments<A extends readonly unknown[]> = { readonly [I in keyof A]: A[I] | TaskFuture<A[I]> };

/**
 * What user code talks to: hands work to the workers of a run and waits for results. Work may be submitted while the
 * run is still being started; if that fails, every future says why.
 */
export class ScalableClient {
  /** Resolves when the run has begun; rejects as its start did. */
  readonly ready: Promise<void>;
  readonly #source: ClientSource;
  #parts: ClientParts | null = null;
  readonly #futures = new Map<string, TaskFuture<unknown>>();
  readonly #counters = new Map<string, number>();
  readonly #sizings = new Map<string, Sizing>();
  readonly #waitingForResults = new Set<Promise<void>>();
  #batch: LiveInstance[] = [];
  #closed = false;

  /** @param source a started cluster: `new ScalableClient(cluster)`; sessions make their clients themselves */
  constructor(source: ClientSource) {
    this.#source = source;
    this.ready = source.begin(this).then((parts) => {
      this.#parts = parts;
    });
    // Whoever waits for a result, for `ready` or for `close` is told.
    this.ready.catch(() => undefined);
  }

  /** @throws AppError `E_NOT_BEGUN` before `ready` */
  get runId(): string {
    return this.#begun().runId;
  }

  /**
   * Runs `fn(...args)` on a worker of `tag`. A function is sent as its own text and must not use names from outside
   * itself; `"./module.js#name"` is imported there; `"package.module:name"` is a Python function that takes one object
   * as its keyword arguments; a list is a command with its arguments; a task of the manifest takes its parameters as
   * one object. Every call is computed and recorded, also when it repeats another.
   *
   * @throws AppError `E_UNKNOWN_TAG`, `E_BAD_REQUEST`, `E_FUNCTION_SOURCE`, `E_ARGUMENTS`, `E_SESSION_CLOSED`,
   *   `E_WORK_NOT_ON_SITE`, and `E_REQUEST_TOO_LARGE` when the run has begun: all at once and not later
   */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...rest: [...Arguments<A>, SubmitOptions]
  ): TaskFuture<Awaited<R>>;
  submit(moduleOrTask: string, ...rest: [...unknown[], SubmitOptions]): TaskFuture<unknown>;
  submit(command: readonly string[], options: SubmitOptions): TaskFuture<unknown>;
  submit(fn: Callable, ...rest: unknown[]): TaskFuture<unknown> {
    const options = rest.at(-1);
    if (!isOptions(options))
      throw new AppError({
        code: 'E_UNKNOWN_TAG',
        message: 'The last argument must say which workers run it, as in { tag: "analysis" }.',
      });
    return this.#submit(fn, rest.slice(0, -1), options);
  }

  /** One task per item, in order. */
  map<T, R>(fn: (item: T) => R, items: Iterable<T>, options: SubmitOptions): TaskFuture<Awaited<R>>[];
  map(module: string, items: Iterable<unknown>, options: SubmitOptions): TaskFuture<unknown>[];
  map(fn: Callable, items: Iterable<unknown>, options: SubmitOptions): TaskFuture<unknown>[] {
    return [...items].map((item) => this.#submit(fn, [item], options));
  }

  /** All results, in order; rejects with the first failure. */
  gather<T>(futures: readonly TaskFuture<T>[]): Promise<T[]> {
    return Promise.all(futures.map((future) => future.result()));
  }

  async cancel(futures: readonly TaskFuture<unknown>[]): Promise<void> {
    await this.ready;
    this.#flush();
    await this.#begun().controller.cancelInstances(futures.map(({ id }) => id));
  }

  /** Workers of a component that exist now. @throws AppError `E_UNKNOWN_TAG` */
  workerCount(tag: string): number {
    const known = checkedTag(this.#source.spec, tag);
    return this.#parts?.controller.workerCount(known) ?? 0;
  }

  /** Wished workers per component; recorded as a scale decision. @throws AppError `E_UNKNOWN_TAG` */
  async scale(workersByTag: Readonly<Record<string, number>>): Promise<void> {
    for (const tag of Object.keys(workersByTag)) checkedTag(this.#source.spec, tag);
    await this.ready;
    await this.#begun().controller.scale(workersByTag);
  }

  /** Waits for everything that was submitted, then ends the run. */
  async close(): Promise<RunReport> {
    try {
      await this.ready;
      while (this.#waitingForResults.size > 0) await Promise.all(this.#waitingForResults);
      this.#closed = true;
      this.#flush();
      const { engine, controller } = this.#begun();
      engine.seal();
      return await controller.finished;
    } finally {
      await this.#source.release?.();
    }
  }

  /** For the session only: how an instance ended. */
  settled({ instanceId: id, ...end }: Settled): void {
    this.#futures.get(id)?.settle(end);
    this.#futures.delete(id);
    this.#parts?.works.delete(id);
  }

  /** For the session only: the run is over, and with it whatever has not ended. */
  abandon(): void {
    this.#closed = true;
    for (const id of [...this.#futures.keys()])
      this.settled({ instanceId: id, state: 'cancelled', result: null });
  }

  #submit(fn: Callable, args: readonly unknown[], options: SubmitOptions): TaskFuture<unknown> {
    const { spec } = this.#source;
    if (this.#closed)
      throw new AppError({
        code: 'E_SESSION_CLOSED',
        message: 'The session is closed and takes no more work.',
      });
    const tag = checkedTag(spec, options.tag);
    const isTask = isTaskName(fn);
    if (isTask && !spec.tasks[fn]?.work)
      throw new AppError({
        code: 'E_UNKNOWN_TASK',
        message: `The manifest has no task “${fn}” with work of its own.`,
        hint: 'Name one of its tasks, or a function as "./module.js#name" or "package.module:name".',
      });
    const name = isTask ? fn : (options.name ?? nameOf(fn));
    if (this.#parts) this.#request(this.#parts, tag, options);
    const index = this.#counters.get(name) ?? 0;
    this.#counters.set(name, index + 1);
    const future = new TaskFuture<unknown>(instanceId(name, index), name, (id) =>
      this.#parts ? this.#parts.engine.stateOf(id) : 'waiting',
    );
    const add = (values: readonly unknown[]) =>
      this.#add(future, { index, tag, options, work: isTask ? null : workOf(fn, values), args: values });
    const isWaiting = args.some((arg) => arg instanceof TaskFuture);
    if (!isTask) checkRunsOn(spec.target.provider, workOf(fn, isWaiting ? [] : args), name);
    if (isWaiting || this.#parts === null) this.#addWhenReady(future, args, add);
    else add(args);
    return future;
  }

  #add(future: TaskFuture<unknown>, { index, tag, options, work, args }: Submission): void {
    const { spec, engine, works, capacity } = this.#begun();
    const request = this.#request(this.#begun(), tag, options);
    const params = paramsOf(args);
    const features = options.features ?? params;
    const byUser = [options.n, options.cpus, options.memory, options.walltimeSeconds].some(
      (v) => v !== undefined,
    );
    const sizing = this.#size(future.name, tag, features, request);
    if (work) works.set(future.id, work);
    this.#futures.set(future.id, future);
    const planned: PlannedInstance = {
      id: future.id,
      task: future.name,
      component: tag,
      index,
      params,
      features,
      request: byUser ? request : capped(sizing.request, capacity),
      source: byUser ? 'user' : sizing.method,
      confidence: byUser ? null : sizing.confidence,
      predicted: sizing.predicted,
      needs: [],
      command: work
        ? describeWork(work)
        : displayCommand({ work: spec.tasks[future.name]?.work ?? null }, params),
    };
    this.#batch.push(engine.add(planned, RETRIES));
    // One record and one hand-over for all that a loop submits.
    if (this.#batch.length === 1) queueMicrotask(() => this.#flush());
  }

  #addWhenReady(
    future: TaskFuture<unknown>,
    args: readonly unknown[],
    add: (values: unknown[]) => void,
  ): void {
    const values = () => Promise.all(args.map((arg) => (arg instanceof TaskFuture ? arg.result() : arg)));
    const waiting = this.ready
      .then(values)
      .then(add)
      .catch((error: unknown) => {
        const parts = this.#parts;
        // Nothing has begun, or it could never run: the caller is told the reason itself.
        if (parts === null || isRefusal(error)) future.refuse(error);
        else future.settle({ state: 'skipped', result: null });
        const message = error instanceof Error ? error.message : String(error);
        parts?.record({
          type: 'run_failure',
          runId: parts.runId,
          at: parts.clock.now(),
          code: 'E_TASK_SKIPPED',
          message: `${future.name} was not begun: ${message}`,
          phase: 'submit',
        });
      })
      .finally(() => this.#waitingForResults.delete(waiting));
    this.#waitingForResults.add(waiting);
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const { runId, clock, engine, record } = this.#begun();
    record({
      type: 'instances_added',
      runId,
      at: clock.now(),
      instances: batch.map(({ planned }) => planned),
    });
    engine.submitAdded(batch);
  }

  /** @throws AppError `E_REQUEST_TOO_LARGE`, `E_BAD_REQUEST` */
  #request({ spec, capacity, workers }: ClientParts, tag: string, options: SubmitOptions): ResourceRequest {
    const component = spec.components[tag];
    const base = {
      cpus: component?.cpus ?? 1,
      memoryBytes: component?.memoryBytes ?? null,
      walltimeSeconds: spec.target.walltimeSeconds,
    };
    return requestOf(capped(base, capacity), options, workers[tag] ?? 0, capacity);
  }

  #begun(): ClientParts {
    if (this.#parts) return this.#parts;
    throw new AppError({
      code: 'E_NOT_BEGUN',
      message: 'The run of this client has not begun yet.',
      hint: 'Wait for `await client.ready` first.',
    });
  }

  #size(task: string, component: string, features: Params, manifestRequest: ResourceRequest): Sizing {
    const key = `${task} ${component} ${canonicalJson(features)}`;
    let sizing = this.#sizings.get(key);
    if (!sizing) {
      const { spec, advisor, terms } = this.#begun();
      const target = spec.target.name;
      sizing = advisor.size({
        ...terms,
        task,
        component,
        target,
        features,
        manifestRequest,
      });
      this.#sizings.set(key, sizing);
    }
    return sizing;
  }
}

/** Submitted work is retried for want of resources as often as a task that says nothing else. */
const RETRIES = 2;

interface Submission {
  readonly index: number;
  readonly tag: string;
  readonly options: SubmitOptions;
  /** Null for a task of the manifest, which has its own. */
  readonly work: Work | null;
  readonly args: readonly unknown[];
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && ['E_REQUEST_TOO_LARGE', 'E_BAD_REQUEST'].includes(error.code);
}

function isOptions(value: unknown): value is SubmitOptions {
  return typeof value === 'object' && value !== null && 'tag' in value && typeof value.tag === 'string';
}
