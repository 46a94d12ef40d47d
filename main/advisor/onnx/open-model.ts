import { Worker } from 'node:worker_threads';
import { AppError, type ErrorData } from '../../platform/errors.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import { CONTEXT_INPUTS } from '../data/context.ts';
import type { KnownBefore } from '../data/features.ts';
import type { ModelDescription } from './model-description.ts';
import { unusable } from './model-error.ts';
import type { ModelPrediction, Runtime } from './served-model.ts';

export interface WorkerStart {
  readonly path: string;
  readonly runtime: Runtime | 'auto';
}

export type ToWorker =
  | { readonly kind: 'predict'; readonly id: number; readonly instances: readonly KnownBefore[] }
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'ready'; readonly description: ModelDescription; readonly runtime: Runtime }
  | { readonly kind: 'predicted'; readonly id: number; readonly predictions: readonly ModelPrediction[] }
  /** Without an id: the file was refused. */
  | { readonly kind: 'failed'; readonly id: number | null; readonly error: ErrorData };

/** A model of one task, ready to answer. Checked, loaded and computed in a worker thread of its own. */
export interface OpenModel {
  readonly task: string;
  readonly component: string;
  readonly modelType: string;
  /** Names of the inputs that it looks at. */
  readonly features: readonly string[];
  readonly runtime: Runtime;
  /** In order. @throws AppError `E_MODEL_CLOSED` */
  predict(instances: readonly KnownBefore[]): Promise<ModelPrediction[]>;
  close(): Promise<void>;
}

export interface OpenModelOptions {
  /** `auto`: ONNX Runtime where it has a binary, else the built-in evaluator. */
  readonly runtime?: 'auto' | 'builtin';
  /** Inputs that the caller knows of its instances: a model that wants others is refused. */
  readonly features?: readonly string[];
}

/** Instances are handed over in pieces, so that copying them never holds up the caller's event loop for long. */
const PIECE = 2000;
/** What a checked model may take at the most, in MiB; a hostile one ends here. */
const HEAP_MIB = 2048;
/** Known of every instance without being declared. */
const ALWAYS_KNOWN = ['component', 'target', 'requested_cpus', ...CONTEXT_INPUTS];

/**
 * Opens an exported model, which may come from anywhere: size, format version, operators, shapes, trees and the names
 * of its inputs are checked before anything computes. @throws AppError `E_MODEL_FILE`
 */
export async function openOnnxModel(path: string, options: OpenModelOptions = {}): Promise<OpenModel> {
  const worker = new Worker(siblingModule(import.meta.url, './onnx-worker'), {
    workerData: { path, runtime: options.runtime ?? 'auto' } satisfies WorkerStart,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  });
  const model = new ModelThread(worker);
  const { description, runtime } = await model.ready;
  const features = description.space.encoders.map(({ name }) => name);
  const known = options.features && new Set([...options.features, ...ALWAYS_KNOWN]);
  const unknown = known ? features.filter((name) => !known.has(name)) : [];
  if (unknown.length > 0) {
    await model.close();
    throw unusable(`it wants to know ${unknown.join(', ')}, which is not known of these instances`);
  }
  return {
    task: description.task,
    component: description.component,
    modelType: description.modelType,
    features,
    runtime,
    predict: async (instances) => {
      const predictions: ModelPrediction[] = [];
      for (let from = 0; from < instances.length; from += PIECE)
        for (const one of await model.predict(instances.slice(from, from + PIECE))) predictions.push(one);
      return predictions;
    },
    close: () => model.close(),
  };
}

type Ready = Extract<FromWorker, { kind: 'ready' }>;

/** The caller's end of the worker thread. */
class ModelThread {
  readonly ready: Promise<Ready>;
  readonly #worker: Worker;
  readonly #gone: Promise<void>;
  readonly #waiting = new Map<number, PromiseWithResolvers<readonly ModelPrediction[]>>();
  #ended = false;
  #lastId = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    const opening = Promise.withResolvers<Ready>();
    const leaving = Promise.withResolvers<void>();
    this.ready = opening.promise;
    this.#gone = leaving.promise;
    worker.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'ready':
          worker.unref();
          return opening.resolve(message);
        case 'predicted':
          return this.#take(message.id)?.resolve(message.predictions);
        case 'failed':
          if (message.id === null) return opening.reject(new AppError(message.error));
          return this.#take(message.id)?.reject(new AppError(message.error));
      }
    });
    const end = (why: AppError) => {
      this.#ended = true;
      opening.reject(why);
      for (const { reject } of this.#waiting.values()) reject(why);
      this.#waiting.clear();
    };
    worker.on('error', (cause) => end(unusable('checking it took too much memory', cause)));
    worker.on('exit', () => {
      end(closed());
      leaving.resolve();
    });
  }

  predict(instances: readonly KnownBefore[]): Promise<readonly ModelPrediction[]> {
    if (this.#ended) return Promise.reject(closed());
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<readonly ModelPrediction[]>();
    this.#waiting.set(id, answer);
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'predict', id, instances } satisfies ToWorker);
    return answer.promise;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'close' } satisfies ToWorker);
    await this.#gone;
  }

  #take(id: number) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    return waiting;
  }
}

function closed(): AppError {
  return new AppError({
    code: 'E_MODEL_CLOSED',
    message: 'The model was closed',
    hint: 'Open it again.',
  });
}
