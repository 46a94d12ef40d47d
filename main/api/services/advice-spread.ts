import type { Sizing, SizingQuery } from '../../advisor/advisor.ts';
import { cheapestLadder } from '../../advisor/online/ladder.ts';
import { RISKS, type Risk } from '../../advisor/online/risk.ts';
import { suggestCpus } from '../../advisor/sizing/cpus.ts';
import { ChainPredictor, lowerOf, upperOf } from '../../advisor/sizing/predict-chain.ts';
import { roundMemory } from '../../advisor/sizing/round-request.ts';
import { rungsFrom } from '../../advisor/sizing/rungs.ts';
import { lowerValue, upperValue } from '../../advisor/training/quantiles.ts';
import type { TrainedTask } from '../../advisor/training/trained-task.ts';
import { assertNever } from '../../platform/errors.ts';
import type { Spread } from '../advisor-views.ts';

/** Percentiles, and the tail that decides about failures. */
const PROBABILITIES = [...Array.from({ length: 99 }, (_, i) => (i + 1) / 100), 0.995, 0.999];
/** Equally likely peaks that stand for the whole spread where the cheapest ladder is looked for. */
const PEAKS = 100;
const SUREST = 0.999;

type ValueAt = (p: number) => number;

export interface PredictedSpread {
  readonly memory: ValueAt | null;
  readonly time: ValueAt | null;
}

/** Answers what may come out, not only what is asked for. Models are made ready once per training. */
export class Spreads {
  readonly #predictors = new WeakMap<TrainedTask, ChainPredictor>();

  /** What the method that sized an instance predicts of it. */
  of(trained: TrainedTask, query: SizingQuery, method: Sizing['method']): PredictedSpread {
    const { memory, wallSeconds } = trained.quantiles;
    const answers = method === 'learned' ? this.#ask(trained, query) : undefined;
    const at = (answer: Parameters<typeof upperOf>[0]) => (p: number) =>
      p < 0.5 ? lowerOf(answer, p) : upperOf(answer, p);
    const known = (values: NonNullable<typeof memory>) => (p: number) =>
      p < 0.5 ? lowerValue(values, p) : upperValue(values, p);
    return {
      memory: answers?.peak_memory
        ? at(answers.peak_memory)
        : memory && method !== 'manifest'
          ? known(memory)
          : null,
      time: answers?.wall_time ? at(answers.wall_time) : wallSeconds && known(wallSeconds),
    };
  }

  #ask(trained: TrainedTask, query: SizingQuery) {
    if (!trained.chain) return undefined;
    const predictor = this.#predictors.get(trained) ?? new ChainPredictor(trained.chain);
    this.#predictors.set(trained, predictor);
    const { features, component, target, manifestRequest } = query;
    const requestedCpus = suggestCpus(manifestRequest.cpus, trained.coresUsed);
    return predictor.predict({ features, component, target, requestedCpus }).stages;
  }
}

/** Never falls with the probability. */
export function spreadOf(value: ValueAt): Spread {
  let largest = 0;
  return PROBABILITIES.map((probability) => {
    largest = Math.max(largest, value(probability));
    return { probability, value: largest };
  });
}

/**
 * The same sizing at another price of failing: `frugal` asks for what costs least memory × time, retries included;
 * `never_fail` for what 999 of 1,000 such instances stay under; `balanced` is as sure as was asked.
 */
export function atRisk(sizing: Sizing, memory: ValueAt | null, risk: Risk, confidence: number): Sizing {
  if (!memory || sizing.method === 'manifest') return sizing;
  const resized = (rungs: readonly number[]): Sizing => ({
    ...sizing,
    request: { ...sizing.request, memoryBytes: rungs[0] ?? sizing.request.memoryBytes },
    ladder: rungs,
  });
  switch (risk) {
    case 'balanced':
      return sizing;
    case 'frugal': {
      const peaks = Array.from({ length: PEAKS }, (_, i) => ({
        bytes: roundMemory(memory((i + 0.5) / PEAKS)),
        mass: 1,
        hours: 1,
      })).sort((a, b) => a.bytes - b.bytes);
      return resized(cheapestLadder(peaks, RISKS.frugal).rungs.map(roundMemory));
    }
    case 'never_fail': {
      const level = Math.max(confidence, SUREST);
      return resized(rungsFrom(roundMemory(memory(level)), memory, level, RISKS.never_fail));
    }
    default:
      return assertNever(risk);
  }
}

/** Share of such instances that stay under a value. */
export function shareUnder(spread: Spread, bound: number): number {
  const above = spread.findIndex(({ value }) => value > bound);
  if (above < 0) return spread.at(-1)?.probability ?? 0;
  const [before, after] = [spread[above - 1], spread[above]];
  if (!before || !after) return 0;
  const share = (bound - before.value) / (after.value - before.value);
  return before.probability + share * (after.probability - before.probability);
}
