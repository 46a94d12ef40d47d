import type { Finished } from './state.ts';

export const NOTHING_FINISHED: Finished = {
  count: 0,
  seconds: 0,
  predictedSeconds: 0,
  logRatio: 0,
  logRatioSquared: 0,
  longest: 0,
};

/** With one more measured task. */
export function withMeasured(before: Finished, seconds: number, predicted: number): Finished {
  const log = Math.log(Math.max(1e-3, seconds) / Math.max(1e-3, predicted));
  return {
    count: before.count + 1,
    seconds: before.seconds + seconds,
    predictedSeconds: before.predictedSeconds + predicted,
    logRatio: before.logRatio + log,
    logRatioSquared: before.logRatioSquared + log * log,
    longest: Math.max(before.longest, seconds),
  };
}
