import { AppError } from '../platform/errors.ts';
import type { InstanceState } from '../telemetry/events.ts';
import type { Settled } from './live-instance.ts';

/**
 * One submitted task: a promise of its result that can also be looked at and cancelled. Its end is known once it is
 * on disk. A failure that nobody awaits is in the run's record and ends no process.
 */
export class TaskFuture<T> implements PromiseLike<T> {
  readonly id: string;
  readonly name: string;
  readonly #stateNow: (id: string) => InstanceState;
  readonly #settled = Promise.withResolvers<T>();
  #end: InstanceState | null = null;

  constructor(id: string, name: string, stateNow: (id: string) => InstanceState) {
    this.id = id;
    this.name = name;
    this.#stateNow = stateNow;
    this.#settled.promise.catch(() => undefined);
  }

  get state(): InstanceState {
    return this.#end ?? this.#stateNow(this.id);
  }

  get done(): boolean {
    return this.#end !== null;
  }

  /** What the function returned. @throws AppError `E_TASK_FAILED`, `E_TASK_CANCELLED`, `E_TASK_SKIPPED` */
  result(): Promise<T> {
    return this.#settled.promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a future is awaiting its result
  then<A = T, B = never>(
    onResult?: ((value: T) => A | PromiseLike<A>) | null,
    onFailure?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#settled.promise.then(onResult, onFailure);
  }

  /** For the client only: it was never begun, for this reason. */
  refuse(reason: unknown): void {
    this.#end = 'skipped';
    this.#settled.reject(reason);
  }

  /** For the client only: how it ended. */
  settle({ state, result }: Omit<Settled, 'instanceId'>): void {
    this.#end = state;
    if (state === 'succeeded' || state === 'cached') this.#settled.resolve(result?.value as T);
    else this.#settled.reject(failure(this.name, state, result?.message ?? null));
  }
}

function failure(name: string, state: InstanceState, message: string | null): AppError {
  const what = `${name} ${state === 'skipped' ? 'was skipped' : state === 'cancelled' ? 'was cancelled' : 'failed'}`;
  const said = message ?? (state === 'skipped' ? 'What it needs did not succeed.' : '');
  return new AppError({
    code:
      state === 'skipped' ? 'E_TASK_SKIPPED' : state === 'cancelled' ? 'E_TASK_CANCELLED' : 'E_TASK_FAILED',
    message: said === '' ? `${what}.` : `${what}: ${said}`,
    ...(/is not defined/.test(said) && {
      hint: 'A function is sent as its own text and sees nothing around it: pass what it needs as arguments, import inside it, or submit "./module.js#name".',
    }),
  });
}
