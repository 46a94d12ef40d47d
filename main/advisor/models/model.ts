import type { Matrix } from '../data/matrix.ts';
import type { Random } from '../data/random.ts';
import type { LinearData } from './linear.ts';
import type { ResolvedParams } from './model-params.ts';
import type { TreesData } from './trees.ts';

/**
 * The scale a figure is learned on. `log`: positive, errors count in percent (memory, time). `identity`: as it is
 * (shares).
 */
export type Scale = 'log' | 'identity';

export interface FitOptions {
  readonly params: ResolvedParams;
  readonly scale: Scale;
  readonly random: Random;
}

/** A learned model as plain data: what is stored, moved between threads and exported. */
export type ModelData = LinearData | TreesData;

export interface Fitted {
  readonly data: ModelData;
  /** In the unit of the target; `row` holds the matrix's columns in order. */
  predictRow(row: Float64Array): number;
}

/** Learns `target` (finite; positive on the log scale) from the columns of `matrix`, which has 1 row or more. */
export type Fit = (matrix: Matrix, target: Float64Array, options: FitOptions) => Fitted;
