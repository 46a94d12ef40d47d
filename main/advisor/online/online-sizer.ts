import { sorted } from '../data/statistics.ts';
import { groupingsOf, withOffset } from './group-offset.ts';
import { cheapestLadder, condense, type FailurePrice, type PossiblePeak } from './ladder.ts';
import {
  isUsable,
  LARGEST_PEAK,
  logSize,
  type Observation,
  tagGroups,
  type Upcoming,
} from './observation.ts';
import { RISKS } from './risk.ts';
import {
  type Fit,
  fitKnee,
  fitLevel,
  fitLine,
  fitPower,
  fitStraight,
  type History,
  type SizedHistory,
} from './shapes.ts';
import { unseenMass, unseenResiduals } from './tail.ts';

export interface OnlineSizing {
  /** Bytes: first request, then what to try after each failure; ascending. */
  readonly ladder: readonly number[];
  /** Probability that the first request is enough. */
  readonly confidence: number;
}

export interface OnlineOptions {
  readonly price?: FailurePrice;
  /** Least probability that a first request is enough; 0 leaves it to the price of a failure. */
  readonly confidence?: number;
}

/** One row, as it is fitted. */
interface Row {
  readonly logPeak: number;
  readonly logInput: number | null;
  readonly logHours: number | null;
  readonly groups: readonly string[];
}

/** The newest rows teach most, and a fit must stay quick. */
const MOST_ROWS = 2000;
const SHORTEST_HOURS = 1 / 3600;
const USUAL_HOURS = 0.1;
/** Rows from which a slope is worth trying. */
const SLOPE_ROWS = 5;
/** Distance in standard deviations of log input size at which a row has half its weight, and the weight that stays. */
const REACH = 0.5;
const FAR_WEIGHT = 0.05;
/** A run time's own deviation is mostly not the memory's: so much of its logarithm is believed. */
const HOURS_TRUST = 0.25;
/** How sharply the costs of models on their own history tell them apart. */
const SHARPNESS = 3;
/** A model with groups has more freedom to flatter itself. */
const GROUP_PRIOR = 0.5;
/** Differences in relative wastage below this are noise. */
const COST_NOISE = 0.005;
const LEAST_SHARE = 0.01;
const MOST_PEAKS = 200;
const MOST_PEAKS_JUDGED = 64;
/** A line through peaks that are absurdly far apart leads anywhere: no prediction and no residual is taken further than so many logs. */
const FARTHEST_LOG = Math.log(LARGEST_PEAK);
const LONGEST_HOURS = 1e6;
const LONGEST_LOG_HOURS = Math.log(LONGEST_HOURS);
/** Requests in whole megabytes, and never so small that a runtime grown by a library fails. */
const STEP = 1e6;
const LEAST_REQUEST = 16e6;
/** What follows the largest possible peak, as multiples of it. */
const BEYOND = [1.5, 3, 6, 12, 24, 48];

/**
 * Sizes the tasks of one kind from those before them. Several small models are fitted to the history anew for each
 * task; their leave-one-out residuals say which peaks are possible, their costs on the history how much each model has
 * to say, and the request is the ladder with the least expected cost. No randomness, no clock.
 *
 * Tasks of other kinds teach nothing, on purpose. What they share, learned from all the others and offered to a task's
 * first 20 rows, was measured on three nf-core traces in three orders each: a slope on input size and effects of samples
 * wasted more in four of nine replays (up to 21 %), less in two and as much in three; a usual tail more in seven.
 */
export class OnlineSizer {
  readonly #rows: Row[] = [];
  readonly #price: FailurePrice;
  readonly #confidence: number;

  constructor({ price = RISKS.balanced, confidence = 0 }: OnlineOptions = {}) {
    this.#price = price;
    this.#confidence = confidence;
  }

  /** Broken measurements are left out. */
  observe(observation: Observation): void {
    if (!isUsable(observation)) return;
    const { hours } = observation;
    this.#rows.push({
      logPeak: Math.log(observation.peakBytes),
      logInput: logSize(observation.inputBytes),
      logHours:
        hours !== null && hours > 0 && hours < LONGEST_HOURS
          ? Math.log(Math.max(hours, SHORTEST_HOURS))
          : null,
      groups: tagGroups(observation.tag),
    });
    if (this.#rows.length > MOST_ROWS) this.#rows.shift();
  }

  /** Null while nothing is known. */
  size(task: Upcoming): OnlineSizing | null {
    if (this.#rows.length === 0) return null;
    const peaks = possiblePeaks(this.#rows, task, this.#price);
    const { rungs, confidence } = cheapestLadder(peaks, this.#price, this.#confidence);
    const largest = rungs.at(-1) ?? LEAST_REQUEST;
    return { ladder: [...rungs, ...BEYOND.map((factor) => wholeRequest(largest * factor))], confidence };
  }
}

function possiblePeaks(all: readonly Row[], task: Upcoming, price: FailurePrice): PossiblePeak[] {
  const logInput = logSize(task.inputBytes);
  const withInput = logInput === null ? [] : all.filter((row) => row.logInput !== null);
  const { rows, inputs } = hasSpread(withInput)
    ? { rows: withInput, inputs: true }
    : { rows: all, inputs: false };
  const logPeaks = Float64Array.from(rows, (row) => row.logPeak);
  const logInputs = Float64Array.from(rows, (row) => row.logInput ?? 0);
  const at = inputs ? (logInput ?? 0) : 0;
  const weights = inputs ? nearness(logInputs, at) : new Float64Array(rows.length).fill(1);
  const history: SizedHistory = { logPeaks, logInputs, weights };
  const shapes = inputs
    ? [fitLevel, fitStraight, fitPower, fitKnee].map((shape) => shape(history, at))
    : [fitLevel(history)];
  const groupings = groupingsOf(
    rows.map((row) => row.groups),
    tagGroups(task.tag),
  );
  const fits = shapes.flatMap((shape) => [
    { fit: shape, prior: 1 },
    ...groupings.map((grouping) => ({ fit: withOffset(shape, grouping, history), prior: GROUP_PRIOR })),
  ]);
  const time = runTimes(rows, inputs ? logInputs : null, weights, at);
  return mixed(fits, history, time, price);
}

function hasSpread(rows: readonly Row[]): boolean {
  return (
    rows.length >= SLOPE_ROWS &&
    rows.some((row) => Math.abs((row.logInput ?? 0) - (rows[0]?.logInput ?? 0)) > 1e-9)
  );
}

function nearness(logInputs: Float64Array, at: number): Float64Array {
  const mean = logInputs.reduce((a, b) => a + b, 0) / logInputs.length;
  const variance = logInputs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logInputs.length;
  return logInputs.map((x) => FAR_WEIGHT + 1 / (1 + (x - at) ** 2 / (REACH ** 2 * variance)));
}

interface RunTimes {
  /** Predicted for the task at hand. */
  readonly hours: number;
  /** Factor on it that goes with each row's residual. */
  readonly factors: Float64Array;
}

function runTimes(
  rows: readonly Row[],
  logInputs: Float64Array | null,
  weights: Float64Array,
  at: number,
): RunTimes {
  const known = rows.flatMap(({ logHours }) => (logHours === null ? [] : [logHours]));
  const usual = known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : Math.log(USUAL_HOURS);
  const line = fitLine(
    logInputs,
    Float64Array.from(rows, (row) => row.logHours ?? usual),
    weights,
  );
  return {
    hours: Math.exp(within(line.at(at), LONGEST_LOG_HOURS)),
    factors: line.residuals.map((residual) => Math.exp(HOURS_TRUST * within(residual, LONGEST_LOG_HOURS))),
  };
}

function mixed(
  fits: readonly { readonly fit: Fit; readonly prior: number }[],
  history: History,
  time: RunTimes,
  price: FailurePrice,
): PossiblePeak[] {
  const { weights } = history;
  const count = weights.length;
  const total = weights.reduce((a, b) => a + b, 0);
  const unseen = unseenMass(count);
  const costs = fits.map(({ fit }) => ownWastage(fit, history, time.factors, price));
  const least = costs.reduce((a, b) => Math.min(a, b));
  const says = fits.map(
    ({ prior }, i) => prior * Math.exp(-SHARPNESS * Math.sqrt(count) * ((costs[i] as number) / least - 1)),
  );
  const allSay = says.reduce((a, b) => a + b, 0);
  const peaks: PossiblePeak[] = [];
  fits.forEach(({ fit }, i) => {
    const share = (says[i] as number) / allSay;
    if (share < LEAST_SHARE) return;
    const add = (residual: number, mass: number, hours: number) =>
      peaks.push({
        bytes: wholeRequest(Math.exp(within(fit.at + residual, FARTHEST_LOG))),
        mass: share * mass,
        hours,
      });
    fit.residuals.forEach((residual, row) => {
      const mass = ((1 - unseen) * (weights[row] as number)) / total;
      add(residual, mass, time.hours * (time.factors[row] as number));
    });
    const beyond = unseenResiduals(sorted(fit.residuals));
    for (const residual of beyond) add(residual, unseen / beyond.length, time.hours);
  });
  peaks.sort((a, b) => a.bytes - b.bytes);
  return condense(peaks, MOST_PEAKS);
}

/**
 * What the best ladder over this model's residuals would have wasted on the history, as a share of what was used.
 * Residuals of large and long tasks count as much as those tasks cost.
 */
function ownWastage(
  { residuals }: Fit,
  { logPeaks, weights }: History,
  factors: Float64Array,
  price: FailurePrice,
): number {
  const centre = logPeaks.reduce((a, b) => a + b, 0) / logPeaks.length;
  let used = 0;
  let total = 0;
  const peaks = [...residuals]
    .map((far, i) => {
      const residual = within(far, FARTHEST_LOG);
      const weight = weights[i] as number;
      const hours = factors[i] as number;
      const mass = weight * Math.exp((logPeaks[i] as number) - residual - centre);
      used += weight * hours * Math.exp((logPeaks[i] as number) - centre);
      total += mass;
      return { bytes: Math.exp(residual), mass, hours };
    })
    .sort((a, b) => a.bytes - b.bytes);
  const { cost } = cheapestLadder(condense(peaks, MOST_PEAKS_JUDGED), { attempts: price.attempts, hours: 0 });
  return Math.max(0, (cost * total) / used - 1) + COST_NOISE;
}

function within(log: number, most: number): number {
  return Math.max(-most, Math.min(most, log));
}

function wholeRequest(bytes: number): number {
  return Math.max(LEAST_REQUEST, Math.ceil(bytes / STEP) * STEP);
}
