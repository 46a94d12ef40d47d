import { AppError } from '../../platform/errors.ts';
import type { ModelType } from '../advisor.ts';

/** Settings as a person may write them: camelCase or snake_case, numbers or, for `loss`, text. */
export type ModelParams = Readonly<Record<string, number | string>>;

/** All that any model can be told, with every value filled in. */
export interface ResolvedParams {
  /** Trees of a forest, or the most that boosting may use. */
  readonly nEstimators: number;
  readonly maxDepth: number;
  readonly maxLeaves: number;
  readonly minSamplesLeaf: number;
  readonly learningRate: number;
  /** Share of columns looked at per split. */
  readonly maxFeatures: number;
  /** Share of rows that each tree sees (boosting). */
  readonly subsample: number;
  /** Share of rows held out to find the number of trees (boosting); 0: as many trees as asked for. */
  readonly validationFraction: number;
  /** Ridge penalty; null: chosen by generalised cross-validation. */
  readonly alpha: number | null;
  /** `log` fits the logarithm, so that errors count in percent; `quantile` fits the `quantile`-th quantile. */
  readonly loss: 'log' | 'squared' | 'quantile';
  readonly quantile: number;
}

const DEFAULTS: Readonly<Record<Exclude<ModelType, 'auto'>, ResolvedParams>> = (() => {
  const shared = { alpha: null, loss: 'log', quantile: 0.95 } as const;
  const boosting = {
    ...shared,
    nEstimators: 200,
    maxDepth: 8,
    maxLeaves: 31,
    minSamplesLeaf: 5,
    learningRate: 0.1,
    maxFeatures: 1,
    subsample: 1,
    validationFraction: 0.15,
  };
  return {
    linear: boosting,
    gradient_boosting: boosting,
    random_forest: {
      ...boosting,
      nEstimators: 100,
      maxDepth: 24,
      maxLeaves: 1024,
      minSamplesLeaf: 2,
      maxFeatures: 0.6,
    },
  };
})();

/** Bounds that keep a typing mistake from running for a day. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  nEstimators: [1, 5000],
  maxDepth: [1, 64],
  maxLeaves: [2, 65_536],
  minSamplesLeaf: [1, 1_000_000],
  learningRate: [1e-4, 1],
  maxFeatures: [0.01, 1],
  subsample: [0.05, 1],
  validationFraction: [0, 0.5],
  alpha: [0, 1e9],
  quantile: [0.01, 0.999],
};

/** Names of other libraries that mean the same. */
const SYNONYMS: Readonly<Record<string, string>> = {
  numLeaves: 'maxLeaves',
  maxLeafNodes: 'maxLeaves',
  maxIter: 'nEstimators',
  numTrees: 'nEstimators',
  minDataInLeaf: 'minSamplesLeaf',
  eta: 'learningRate',
  lambda: 'alpha',
};

/** @throws AppError `E_MODEL_PARAMS` for an unknown name or a value out of bounds, naming it. */
export function resolveParams(type: Exclude<ModelType, 'auto'>, given: ModelParams = {}): ResolvedParams {
  const resolved: Record<string, unknown> = { ...DEFAULTS[type] };
  for (const [written, value] of Object.entries(given)) {
    const camel = written.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const name = SYNONYMS[camel] ?? camel;
    if (name === 'loss') {
      if (value !== 'log' && value !== 'squared' && value !== 'quantile')
        throw wrong(written, value, 'log, squared or quantile');
      resolved.loss = value;
      continue;
    }
    const bounds = BOUNDS[name];
    if (!bounds) throw wrong(written, value, `one of ${Object.keys(BOUNDS).join(', ')}, loss`);
    if (typeof value !== 'number' || !(value >= bounds[0] && value <= bounds[1]))
      throw wrong(written, value, `a number from ${bounds[0]} to ${bounds[1]}`);
    resolved[name] = name === 'alpha' || bounds[1] <= 1 ? value : Math.round(value);
  }
  return resolved as unknown as ResolvedParams;
}

function wrong(name: string, value: unknown, expected: string): AppError {
  return new AppError({
    code: 'E_MODEL_PARAMS',
    message: `The model setting ${name} = ${String(value)} is not understood`,
    hint: `Expected ${expected}.`,
  });
}

const MODEL_TYPES: readonly ModelType[] = ['linear', 'random_forest', 'gradient_boosting', 'auto'];

/** @throws AppError `E_MODEL_TYPE` */
export function asModelType(text: string): ModelType {
  const found = MODEL_TYPES.find((type) => type === text.replaceAll('-', '_'));
  if (found) return found;
  throw new AppError({
    code: 'E_MODEL_TYPE',
    message: `There is no model type "${text}"`,
    hint: `Choose one of ${MODEL_TYPES.join(', ')}.`,
  });
}
