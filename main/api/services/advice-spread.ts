import type { Sizing, SizingQuery } from '../../advisor/advisor.ts';
import { boundedAt } from '../../advisor/sizing/intervals.ts';
import { ChainPredictor, lowerOf, upperOf } from '../../advisor/sizing/predict-chain.ts';
import { knownBefore } from '../../advisor/sizing/size-task.ts';
import { lowerValue, upperValue } from '../../advisor/training/quantiles.ts';
import { repeats } from '../../advisor/training/same-inputs.ts';
import type { TrainedTask } from '../../advisor/training/trained-task.ts';
import type { Spread } from '../advisor-views.ts';

/** Percentiles, and the tail that decides about failures. */
const PROBABILITIES = [...Array.from({ length: 99 }, (_, i) => (i + 1) / 100), 0.995, 0.999];

type ValueAt = (p: number) => number;

export interface PredictedSpread {
  readonly memory: ValueAt | null;
  readonly time: ValueAt | null;
}

/** Answers what may come out, not only what is asked for. Models are made ready once per training. */
export class Spreads {
  readonly #predictors = new WeakMap<TrainedTask, ChainPredictor>();
  readonly #repeats = new WeakMap<TrainedTask, ReturnType<typeof repeats>>();

  /** What the method that sized an instance predicts of it. */
  of(trained: TrainedTask, query: SizingQuery, method: Sizing['method']): PredictedSpread {
    const { memory, wallSeconds } = trained.quantiles;
    const asked = method === 'manifest' ? undefined : this.#ask(trained, query);
    const repeated = asked?.peak_memory && this.#repeatsOf(trained)(asked.peak_memory.inputs);
    const answers = method === 'learned' ? asked : undefined;
    const at = (answer: Parameters<typeof upperOf>[0]) => (p: number) =>
      p < 0.5 ? lowerOf(answer, p) : upperOf(answer, p);
    const known = (values: NonNullable<typeof memory>) => (p: number) =>
      p < 0.5 ? lowerValue(values, p) : upperValue(values, p);
    const valueAt = answers?.peak_memory
      ? at(answers.peak_memory)
      : memory && method !== 'manifest'
        ? known(memory)
        : null;
    return {
      memory: valueAt && repeated ? boundedAt(valueAt, repeated, memory) : valueAt,
      time: answers?.wall_time ? at(answers.wall_time) : wallSeconds && known(wallSeconds),
    };
  }

  #repeatsOf(trained: TrainedTask) {
    const found = this.#repeats.get(trained) ?? repeats(trained.same);
    this.#repeats.set(trained, found);
    return found;
  }

  #ask(trained: TrainedTask, query: SizingQuery) {
    if (!trained.chain) return undefined;
    const predictor = this.#predictors.get(trained) ?? new ChainPredictor(trained.chain);
    this.#predictors.set(trained, predictor);
    return predictor.predict(knownBefore(trained, query)).stages;
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

/** Share of such instances that stay under a value. */
export function shareUnder(spread: Spread, bound: number): number {
  const above = spread.findIndex(({ value }) => value > bound);
  if (above < 0) return spread.at(-1)?.probability ?? 0;
  const [before, after] = [spread[above - 1], spread[above]];
  if (!before || !after) return 0;
  const share = (bound - before.value) / (after.value - before.value);
  return before.probability + share * (after.probability - before.probability);
}
