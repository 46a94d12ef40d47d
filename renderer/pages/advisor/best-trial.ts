import type { Trial } from '../../../main/advisor/tuning/search.ts';

/** Of those that learned from most attempts the one with the best score, the first of equals; null where none has one. */
export function bestSoFar(trials: readonly Trial[]): Trial | null {
  return trials.reduce<Trial | null>((best, trial) => {
    if (!Number.isFinite(trial.score)) return best;
    const better = !best || trial.rows > best.rows || (trial.rows === best.rows && trial.score > best.score);
    return better ? trial : best;
  }, null);
}
