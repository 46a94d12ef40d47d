import { permutation, type Random } from '../data/random.ts';
import type { SingleModelType } from '../models/fit-model.ts';
import type { ModelParams } from '../models/model-params.ts';

/** Values worth trying, the default among them. */
const GRIDS: Readonly<Record<SingleModelType, Readonly<Record<string, readonly (number | string)[]>>>> = {
  linear: { alpha: [0, 1e-4, 1e-2, 0.1, 1, 10, 100], loss: ['log', 'squared'] },
  random_forest: {
    n_estimators: [50, 100, 200],
    max_features: [0.3, 0.6, 1],
    min_samples_leaf: [1, 2, 5],
    max_depth: [8, 24],
  },
  gradient_boosting: {
    learning_rate: [0.03, 0.1, 0.2],
    max_leaves: [7, 15, 31],
    min_samples_leaf: [2, 5, 20],
    subsample: [0.7, 1],
    n_estimators: [100, 200, 400],
  },
};

/** Every combination, the last name varying fastest. */
export function gridOf(type: SingleModelType): ModelParams[] {
  return Object.entries(GRIDS[type]).reduce<ModelParams[]>(
    (made, [name, values]) => made.flatMap((params) => values.map((value) => ({ ...params, [name]: value }))),
    [{}],
  );
}

/** So many different combinations by chance; all where there are no more. The model's own settings come first: `{}`. */
export function drawnFrom(type: SingleModelType, count: number, random: Random): ModelParams[] {
  const grid = gridOf(type);
  const order = permutation(grid.length, random);
  return [{}, ...[...order].map((i) => grid[i] as ModelParams)].slice(0, Math.max(1, count));
}
