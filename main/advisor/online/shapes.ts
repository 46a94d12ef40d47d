import { quantileOf, sorted } from '../data/statistics.ts';

/** How peaks depend on input size, fitted to a short history. All values are natural logarithms of bytes. */
export interface Fit {
  readonly name: string;
  /** Prediction for the task at hand. */
  readonly at: number;
  /** Measured − predicted per row, each predicted without that row. */
  readonly residuals: Float64Array;
}

/** A history in columns; weights say how much a row has to do with the task at hand. */
export interface History {
  readonly logPeaks: Float64Array;
  readonly weights: Float64Array;
}

/** The same where the size of every input is known and sizes vary. */
export interface SizedHistory extends History {
  readonly logInputs: Float64Array;
}

/** A row whose own pull on the line is near 1 says nothing about it: its residual grows no further. */
const LEAST_FREEDOM = 0.1;
/** Slopes are held back as if this share of the spread of sizes had shown none. */
const RIDGE = 2e-4;
/** A line never predicts less than this share of the smallest peak. */
const LEAST_SHARE = 0.5;
/** Where a knee is looked for, as quantiles of the sizes. */
const KNEES = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

/** The history itself: its mean, whatever the input. */
export function fitLevel({ logPeaks, weights }: History): Fit {
  const line = fitLine(null, logPeaks, weights);
  return { name: 'level', at: line.at(0), residuals: line.residuals };
}

/** peak = a · size^b */
export function fitPower({ logInputs, logPeaks, weights }: SizedHistory, logInput: number): Fit {
  const line = fitLine(logInputs, logPeaks, weights);
  return { name: 'power', at: line.at(logInput), residuals: line.residuals };
}

/** A power law up to a size beyond which more input needs no more memory: buffers and caches are full. */
export function fitKnee({ logInputs, logPeaks, weights }: SizedHistory, logInput: number): Fit {
  const ascending = sorted(logInputs);
  const fits = KNEES.map((share) => {
    const knee = quantileOf(ascending, share);
    const line = fitLine(
      logInputs.map((x) => Math.min(x, knee)),
      logPeaks,
      weights,
    );
    let error = 0;
    line.residuals.forEach((residual, i) => {
      error += (weights[i] as number) * Math.abs(residual);
    });
    return { at: line.at(Math.min(logInput, knee)), residuals: line.residuals, error };
  });
  const { at, residuals } = fits.reduce((best, fit) => (fit.error < best.error ? fit : best));
  return { name: 'knee', at, residuals };
}

/** peak = a + b · size, with errors in proportion to the peak. */
export function fitStraight({ logInputs, logPeaks, weights }: SizedHistory, logInput: number): Fit {
  const peaks = logPeaks.map(Math.exp);
  const line = fitLine(
    logInputs.map(Math.exp),
    peaks,
    weights.map((weight, i) => weight / (peaks[i] as number) ** 2),
  );
  const least = LEAST_SHARE * peaks.reduce((a, b) => Math.min(a, b));
  const log = (value: number) => Math.log(Math.max(value, least));
  return {
    name: 'straight',
    at: log(line.at(Math.exp(logInput))),
    residuals: logPeaks.map(
      (logPeak, i) => logPeak - log((peaks[i] as number) - (line.residuals[i] as number)),
    ),
  };
}

export interface Line {
  at(x: number): number;
  /** Leave-one-out. */
  readonly residuals: Float64Array;
}

/** Weighted least squares; a level without `xs`. A leave-one-out residual is the plain one over 1 − leverage. */
export function fitLine(xs: Float64Array | null, ys: Float64Array, weights: Float64Array): Line {
  let total = 0;
  let sumX = 0;
  let sumY = 0;
  ys.forEach((y, i) => {
    const weight = weights[i] as number;
    total += weight;
    sumX += weight * (xs?.[i] ?? 0);
    sumY += weight * y;
  });
  const meanX = sumX / total;
  const meanY = sumY / total;
  let xx = 0;
  let xy = 0;
  if (xs)
    ys.forEach((y, i) => {
      const distance = (xs[i] as number) - meanX;
      xx += (weights[i] as number) * distance * distance;
      xy += (weights[i] as number) * distance * (y - meanY);
    });
  xx *= 1 + RIDGE;
  const slope = xx > 0 ? xy / xx : 0;
  const at = (x: number) => meanY + slope * (x - meanX);
  return {
    at,
    residuals: ys.map((y, i) => {
      const x = xs?.[i] ?? 0;
      const leverage = (weights[i] as number) * (1 / total + (xx > 0 ? (x - meanX) ** 2 / xx : 0));
      return (y - at(x)) / Math.max(LEAST_FREEDOM, 1 - leverage);
    }),
  };
}
