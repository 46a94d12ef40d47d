import { type Matrix, rowOf } from '../data/matrix.ts';
import { fitQuantile } from './quantiles.ts';
import type { TrainedQuantile } from './trained-task.ts';

/** Attempts whose inputs were exactly the same: what they needed is the best witness of what they will need again. */
export interface SameInputs {
  /** Encoded. */
  readonly inputs: Float64Array;
  /** Bytes, the newest ones. */
  readonly peaks: Float64Array;
}

/** With fewer, what differs between attempts is not known. */
const LEAST_ATTEMPTS = 5;
const MOST_ATTEMPTS = 50;
const MOST_INPUTS = 2000;

/** @param inputs encoded rows, oldest first @param peaks of the same rows, NaN where not measured */
export function sameInputs(inputs: Matrix, peaks: Float64Array): SameInputs[] {
  const groups = new Map<string, { inputs: Float64Array; peaks: number[] }>();
  if (inputs.columns.length === 0) return [];
  peaks.forEach((peak, i) => {
    if (!Number.isFinite(peak)) return;
    const row = rowOf(inputs, i);
    const key = keyOf(row);
    const group = groups.get(key) ?? { inputs: row, peaks: [] };
    group.peaks.push(peak);
    groups.delete(key);
    groups.set(key, group);
  });
  return [...groups.values()]
    .filter((group) => group.peaks.length >= LEAST_ATTEMPTS)
    .slice(-MOST_INPUTS)
    .map((group) => ({ inputs: group.inputs, peaks: Float64Array.from(group.peaks.slice(-MOST_ATTEMPTS)) }));
}

/** Ready to tell what attempts with just these inputs needed; null where there were none, or too few. */
export function repeats(same: readonly SameInputs[] = []): (inputs: Float64Array) => TrainedQuantile | null {
  const peaksOf = new Map(same.map(({ inputs, peaks }) => [keyOf(inputs), peaks]));
  return (inputs) => fitQuantile(peaksOf.get(keyOf(inputs)) ?? new Float64Array(0));
}

function keyOf(inputs: Float64Array): string {
  return inputs.join(' ');
}
