/** Ascending copy. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996); NaN of nothing. */
export function quantileOf(ascending: ArrayLike<number>, probability: number): number {
  if (ascending.length === 0) return Number.NaN;
  const position = Math.min(Math.max(probability, 0), 1) * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  return low + (high - low) * (position - below);
}

export function median(values: ArrayLike<number>): number {
  return quantileOf(sorted(values), 0.5);
}

export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
