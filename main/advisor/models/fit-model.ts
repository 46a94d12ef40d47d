import { assertNever } from '../../platform/errors.ts';
import type { ModelType } from '../advisor.ts';
import { fitGradientBoosting } from './gradient-boosting.ts';
import { fitLinear } from './linear.ts';
import type { Fit } from './model.ts';
import { fitRandomForest } from './random-forest.ts';
import { fitSmall } from './small.ts';

export type SingleModelType = Exclude<ModelType, 'auto'>;
/** What `auto` mixes: also the small models of one input, which nobody asks for by name. */
export type MemberType = SingleModelType | 'small';

export function fitterOf(type: MemberType): Fit {
  switch (type) {
    case 'linear':
      return fitLinear;
    case 'small':
      return fitSmall;
    case 'random_forest':
      return fitRandomForest;
    case 'gradient_boosting':
      return fitGradientBoosting;
    default:
      return assertNever(type);
  }
}
