import { assertNever } from '../../platform/errors.ts';
import type { ModelType } from '../advisor.ts';
import { fitGradientBoosting } from './gradient-boosting.ts';
import { fitLinear } from './linear.ts';
import type { Fit } from './model.ts';
import { fitRandomForest } from './random-forest.ts';

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
