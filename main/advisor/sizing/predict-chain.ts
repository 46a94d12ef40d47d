import { encode, type KnownBefore, unfamiliarInputs } from '../data/features.ts';
import { lowerResidual, upperResidual } from '../data/predictive.ts';
import { clamp } from '../data/statistics.ts';
import type { Fitted } from '../models/model.ts';
import { modelOf } from '../models/model-of.ts';
import { fromScale, handedOn, type StageName } from '../training/stages.ts';
import type { TrainedChain, TrainedStage } from '../training/trained-task.ts';

/** What one stage says about one instance. */
export interface StageAnswer {
  readonly stage: TrainedStage;
  /** On the stage's scale. */
  readonly answer: number;
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
    const { space, stages } = this.#chain;
    const inputs = encode(space, known);
    const cells = new Float64Array(inputs.length + stages.length);
    cells.set(inputs);
    const answers: Partial<Record<StageName, StageAnswer>> = {};
    const doubts = unfamiliarInputs(space, known).map(({ words }) => words);
    stages.forEach((stage, i) => {
      const raw = this.#answer(i, stage, cells);
      const low = stage.scale === 'log' ? Math.log(stage.low) : stage.low;
      const high = stage.scale === 'log' ? Math.log(stage.high) : stage.high;
      const answer = clamp(raw, low, high);
      const acceptable = answer === raw;
      if (!acceptable)
        doubts.push(`the predicted ${stage.stage.replace('_', ' ')} leaves the range seen so far`);
      answers[stage.stage] = { stage, answer, acceptable };
      cells[inputs.length + i] = handedOn(answer);
    });
    return { stages: answers, doubts };
  }

  #answer(index: number, stage: TrainedStage, cells: Float64Array): number {
    let sum = 0;
    for (const { weight, model } of this.#models[index] ?? []) {
      const value = model.predictRow(cells);
      sum +=
        weight * (stage.scale === 'log' ? Math.log(Math.max(value, Number.MIN_VALUE)) : clamp(value, 0, 1));
    }
    return sum;
  }
}

/** The value that this instance exceeds with probability 1 − p, in the figure's unit. */
export function upperOf({ stage, answer }: StageAnswer, p: number): number {
  return fromScale(stage.scale, answer + upperResidual(stage.residuals, answer, p));
}

export function lowerOf({ stage, answer }: StageAnswer, p: number): number {
  return fromScale(stage.scale, answer + lowerResidual(stage.residuals, answer, p));
}

export function pointOf({ stage, answer }: StageAnswer): number {
  return fromScale(stage.scale, answer);
}
