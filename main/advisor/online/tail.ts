/** The next of n + 1 values exceeds the n before it with probability 1 / (n + 1); equal values make that a little less. */
const UNSEEN = 0.8;
/** Midpoints of equal parts of an exponential tail, as shares that lie above them. */
const PARTS = [0.875, 0.625, 0.375, 0.125];
/** No history is so even that the next value cannot be a little larger, and a handful of rows tells nearly nothing. */
const LEAST_EXCESS = 0.00125;
const IGNORANCE = 0.3;

/** Mass of what lies beyond the largest of n values. */
export function unseenMass(count: number): number {
  return UNSEEN / (count + 1);
}

/** Where the unseen lies, in logs: four equally likely values above the largest residual. */
export function unseenResiduals(ascending: Float64Array): number[] {
  const excess = meanExcess(ascending);
  const largest = ascending.at(-1) ?? 0;
  return PARTS.map((above) => largest - excess * Math.log(above));
}

/** Mean excess over the √n-th largest value: the scale of an exponential tail, in logs that of a Pareto tail (Hill 1975). */
function meanExcess(ascending: Float64Array): number {
  const count = ascending.length;
  const taken = Math.min(count - 1, Math.max(3, Math.ceil(Math.sqrt(count))));
  let sum = 0;
  for (let i = count - taken; i < count; i++)
    sum += (ascending[i] as number) - (ascending[count - 1 - taken] as number);
  return (taken > 0 ? sum / taken : 0) + LEAST_EXCESS + IGNORANCE / count ** 3;
}
