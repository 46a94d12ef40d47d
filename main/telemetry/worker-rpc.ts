import { MessagePort, type Transferable, type Worker } from 'node:worker_threads';
import { AppError, type ErrorData, toErrorData } from '../platform/errors.ts';

/** Calls into a worker thread by name. Both ends are here, so that they cannot drift apart. */
interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorData };

export type Handlers = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The answering end: answers each call in the order of arrival. */
export function answerCalls(port: MessagePort, handlers: Handlers): void {
  port.on('message', ({ id, method, args }: Call) => {
    try {
      const handle = handlers[method] as ((...values: readonly unknown[]) => unknown) | undefined;
      if (!handle) throw new Error(`The worker knows no ${method}`);
      port.postMessage({ id, ok: true, value: handle(...args) } satisfies Answer);
    } catch (error) {
      port.postMessage({ id, ok: false, error: toErrorData(error) } satisfies Answer);
    }
  });
}

/** The caller's end. Who answers keeps the process alive only while an answer is due. */
export class WorkerCalls {
  readonly #worker: Worker | MessagePort;
  readonly #pending = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void }
  >();
  #nextId = 1;
  #gone: AppError | null = null;

  /** @param worker a thread, or a port that a thread answers at */
  constructor(worker: Worker | MessagePort) {
    this.#worker = worker;
    const onMessage = (answer: Answer) => this.#settle(answer);
    if (worker instanceof MessagePort) {
      worker.on('message', onMessage);
      worker.on('close', () => this.#end(gone(null)));
    } else {
      worker.on('message', onMessage);
      worker.on('error', (error) => this.#end(gone(error)));
      worker.on('exit', () => this.#end(gone(null)));
    }
    worker.unref();
  }

  call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    return this.send([], method, ...args);
  }

  /** Like `call`; what is in `moved` belongs to the other end from then on. */
  send<T>(moved: readonly Transferable[], method: string, ...args: readonly unknown[]): Promise<T> {
    if (this.#gone) return Promise.reject(this.#gone);
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as T), reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, method, args } satisfies Call, moved);
    });
  }

  async stop(): Promise<void> {
    if (this.#worker instanceof MessagePort) this.#worker.close();
    else await this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(new AppError(answer.error));
  }

  #end(error: AppError): void {
    this.#gone ??= error;
    for (const waiting of this.#pending.values()) waiting.reject(this.#gone);
    this.#pending.clear();
  }
}

function gone(cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_TELEMETRY_CLOSED',
      message: 'The telemetry of this workspace is closed.',
      hint: 'Open the workspace again. Everything that was reported as recorded is on disk.',
    },
    { cause },
  );
}
