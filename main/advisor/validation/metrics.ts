export interface Scores {
  readonly mae: number;
  readonly rmse: number;
  /** Null where the measured values do not vary. */
  readonly r2: number | null;
  /** Null where a measured value is 0. */
  readonly mape: number | null;
}

/** Errors of predictions in the unit of the figure; 0 for no rows. */
export function scoresOf(predicted: Float64Array, measured: Float64Array): Scores {
  const n = measured.length;
  if (n === 0) return { mae: 0, rmse: 0, r2: null, mape: null };
  const centre = measured.reduce((a, b) => a + b, 0) / n;
  let absolute = 0;
  let squares = 0;
  let variance = 0;
  let relative = 0;
  for (let i = 0; i < n; i++) {
    const y = measured[i] as number;
    const error = (predicted[i] as number) - y;
    absolute += Math.abs(error);
    squares += error * error;
    variance += (y - centre) ** 2;
    relative += Math.abs(error / y);
  }
  return {
    mae: absolute / n,
    rmse: Math.sqrt(squares / n),
    r2: variance > 1e-12 * n * centre * centre ? 1 - squares / variance : null,
    mape: Number.isFinite(relative) ? relative / n : null,
  };
}

/** Share of measured values between low and high; null for no rows. */
export function coverageOf(measured: Float64Array, low: Float64Array, high: Float64Array): number | null {
  if (measured.length === 0) return null;
  let inside = 0;
  for (let i = 0; i < measured.length; i++) {
    const y = measured[i] as number;
    if (y >= (low[i] as number) && y <= (high[i] as number)) inside++;
  }
  return inside / measured.length;
}

/**
 * Mean pinball loss of a predicted quantile (Koenker and Bassett 1978): what is missing counts `level`, what is too much
 * 1 − `level`. In the unit of the figure; null for no rows.
 */
export function pinballOf(measured: Float64Array, quantile: Float64Array, level: number): number | null {
  if (measured.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < measured.length; i++) {
    const missing = (measured[i] as number) - (quantile[i] as number);
    sum += Math.max(level * missing, (level - 1) * missing);
  }
  return sum / measured.length;
}
