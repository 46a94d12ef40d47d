import { unfamiliarInputs } from '../data/domain.ts';
import { encode, type KnownBefore } from '../data/features.ts';
import { lowerResidual, upperResidual } from '../data/predictive.ts';
import { clamp } from '../data/statistics.ts';
import type { Fitted } from '../models/model.ts';
import { modelOf } from '../models/model-of.ts';
import { predictBatch } from '../models/predict-batch.ts';
import { fromScale, handedOn, type StageName } from '../training/stages.ts';
import type { TrainedChain, TrainedStage } from '../training/trained-task.ts';

/** What one stage says about one instance. */
export interface StageAnswer {
  readonly stage: TrainedStage;
  /** On the stage's scale. */
  readonly answer: number;
  /** What was known of the instance, encoded. */
  readonly inputs: Float64Array;
  /** False when the answer left the stage's acceptable range and was cut to it. */
  readonly acceptable: boolean;
}

export interface ChainAnswer {
  readonly stages: Readonly<Partial<Record<StageName, StageAnswer>>>;
  /** Why the chain should not be believed for this instance, in words; empty when it may. */
  readonly doubts: readonly string[];
}

/** Ready to answer: models are made once from their data. */
export class ChainPredictor {
  readonly #chain: TrainedChain;
  readonly #models: readonly (readonly { readonly weight: number; readonly model: Fitted }[])[];

  constructor(chain: TrainedChain) {
    this.#chain = chain;
    this.#models = chain.stages.map((stage) =>
      stage.members.map(({ weight, model }) => ({ weight, model: modelOf(model) })),
    );
  }

  predict(known: KnownBefore): ChainAnswer {
    return this.predictAll([known])[0] as ChainAnswer;
  }

  /** Each stage for all instances before the next stage: large models are quicker with many. */
  predictAll(instances: readonly KnownBefore[]): ChainAnswer[] {
    const { space, stages } = this.#chain;
    const encoded = instances.map((known) => encode(space, known));
    const inputs = encoded[0]?.length ?? 0;
    const width = inputs + stages.length;
    const cells = new Float64Array(instances.length * width);
    encoded.forEach((row, i) => {
      cells.set(row, i * width);
    });
    const answers = instances.map((known) => ({
      stages: {} as Partial<Record<StageName, StageAnswer>>,
      doubts: unfamiliarInputs(space, known),
    }));
    stages.forEach((stage, s) => {
      const low = stage.scale === 'log' ? Math.log(stage.low) : stage.low;
      const high = stage.scale === 'log' ? Math.log(stage.high) : stage.high;
      this.#answersOf(s, stage, cells, width).forEach((raw, i) => {
        const answer = clamp(raw, low, high);
        const acceptable = answer === raw;
        const { stages: known, doubts } = answers[i] as (typeof answers)[number];
        if (!acceptable)
          doubts.push(`the predicted ${stage.stage.replace('_', ' ')} leaves the range seen so far`);
        known[stage.stage] = { stage, answer, inputs: encoded[i] as Float64Array, acceptable };
        cells[i * width + inputs + s] = handedOn(answer);
      });
    });
    return answers;
  }

  /** On the stage's scale, one an instance. */
  #answersOf(index: number, { scale }: TrainedStage, cells: Float64Array, width: number): Float64Array {
    const sums = new Float64Array(cells.length / width);
    for (const { weight, model } of this.#models[index] ?? [])
      predictBatch(model, cells, width).forEach((value, i) => {
        const scaled = scale === 'log' ? Math.log(Math.max(value, Number.MIN_VALUE)) : clamp(value, 0, 1);
        sums[i] = (sums[i] as number) + weight * scaled;
      });
    return sums;
  }
}

/** A logarithm and back: what is always the same must lie in its own interval. */
const ROUNDING = 1e-12;

/** The value that this instance exceeds with probability 1 − p, in the figure's unit. */
export function upperOf({ stage, answer, inputs }: StageAnswer, p: number): number {
  return fromScale(stage.scale, answer + upperResidual(stage.residuals, answer, p, inputs) + ROUNDING);
}

export function lowerOf({ stage, answer, inputs }: StageAnswer, p: number): number {
  return fromScale(stage.scale, answer + lowerResidual(stage.residuals, answer, p, inputs) - ROUNDING);
}

export function pointOf({ stage, answer }: StageAnswer): number {
  return fromScale(stage.scale, answer);
}
