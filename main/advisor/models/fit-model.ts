import { assertNever } from '../../platform/errors.ts';
import type { ModelType } from '../advisor.ts';
import { fitGradientBoosting } from './gradient-boosting.ts';
import { fitLinear, linearModel } from './linear.ts';
import type { Fit, Fitted, ModelData } from './model.ts';
import { fitRandomForest } from './random-forest.ts';
import { treesModel } from './trees.ts';

export type SingleModelType = Exclude<ModelType, 'auto'>;

export function fitterOf(type: SingleModelType): Fit {
  switch (type) {
    case 'linear':
      return fitLinear;
    case 'random_forest':
      return fitRandomForest;
    case 'gradient_boosting':
      return fitGradientBoosting;
    default:
      return assertNever(type);
  }
}

/** The other direction of `Fitted.data`. */
export function modelOf(data: ModelData): Fitted {
  return data.kind === 'linear' ? linearModel(data) : treesModel(data);
}
