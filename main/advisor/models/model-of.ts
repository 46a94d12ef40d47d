import { linearModel } from './linear.ts';
import type { Fitted, ModelData } from './model.ts';
import { treesModel } from './trees.ts';

/** A model ready to answer: the other direction of `Fitted.data`. */
export function modelOf(data: ModelData): Fitted {
  return data.kind === 'linear' ? linearModel(data) : treesModel(data);
}
