import { type Matrix, rowOf, take, takeRows } from '../data/matrix.ts';
import { gatherResiduals, lowerResidual, type Residuals, upperResidual } from '../data/predictive.ts';
import { cheapestLevel } from '../sizing/first-request.ts';
import type { FoldScore, StageReport, TimeOrderedScores } from '../training-report.ts';
import { coverageOf, pinballOf, scoresOf } from '../validation/metrics.ts';
import type { OutOfFold } from './fit-stage.ts';
import { fromScale, ioClassOf, type StageDefinition, toScale } from './stages.ts';

/** What the intervals of a report promise. */
export const NOMINAL_COVERAGE = 0.9;
/** The bound whose pinball loss is reported. */
const BOUND = 0.95;
const MOST_POINTS = 2000;

/** Held-out rows of one stage, with the residuals of the other folds: nothing here has seen the row it is used on. */
export interface HeldOut {
  readonly rows: Int32Array;
  readonly folds: Int32Array;
  /** On the stage's scale. */
  readonly answers: Float64Array;
  /** In the figure's unit. */
  readonly measured: Float64Array;
  readonly residualsWithout: readonly Residuals[];
  readonly inputs: Matrix;
}

export function heldOut(
  definition: StageDefinition,
  fit: Pick<OutOfFold, 'answers' | 'tested' | 'foldModels'>,
  target: Float64Array,
  allInputs: Matrix,
): HeldOut {
  const rows = Int32Array.from(fit.tested, (one) => one.row);
  const folds = Int32Array.from(fit.tested, (one) => one.fold);
  const answers = take(fit.answers, rows);
  const measured = take(target, rows);
  const residuals = measured.map((value, i) => toScale(definition.scale, value) - (answers[i] as number));
  const inputs = takeRows(allInputs, rows);
  const residualsWithout = fit.foldModels.map((_, fold) => {
    const others = Int32Array.from({ length: rows.length }, (_, i) => i).filter((i) => folds[i] !== fold);
    return gatherResiduals(take(answers, others), take(residuals, others), takeRows(inputs, others));
  });
  return { rows, folds, answers, measured, residualsWithout, inputs };
}

/**
 * First requests that the stage would have made for held-out rows, in the figure's unit.
 * @param hours expected run time of the task
 */
export function requestsAt(
  definition: StageDefinition,
  held: HeldOut,
  confidence: number,
  hours: number,
): Float64Array {
  return held.answers.map((answer, i) => {
    const upper = (p: number) =>
      fromScale(
        definition.scale,
        answer + upperResidual(residualsFor(held, i), answer, p, rowOf(held.inputs, i)),
      );
    return upper(cheapestLevel(upper, confidence, hours));
  });
}

function residualsFor(held: HeldOut, i: number): Residuals {
  return held.residualsWithout[held.folds[i] as number] as Residuals;
}

/** Levels of the calibration curve. */
const NOMINAL = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99] as const;

function boundsOf(definition: StageDefinition, held: HeldOut, side: typeof upperResidual, p: number) {
  return held.answers.map((answer, i) =>
    fromScale(definition.scale, answer + side(residualsFor(held, i), answer, p, rowOf(held.inputs, i))),
  );
}

function intervalOf(definition: StageDefinition, held: HeldOut, nominal: number) {
  const tail = (1 - nominal) / 2;
  return {
    low: boundsOf(definition, held, lowerResidual, tail),
    high: boundsOf(definition, held, upperResidual, 1 - tail),
  };
}

/** Errors over all held-out rows and per fold. */
export function scoresOfStage(definition: StageDefinition, held: HeldOut): TimeOrderedScores {
  const { low, high } = intervalOf(definition, held, NOMINAL_COVERAGE);
  const upper = boundsOf(definition, held, upperResidual, BOUND);
  const predicted = held.answers.map((answer) => fromScale(definition.scale, answer));
  const scored = (inside: Int32Array) => {
    const measured = take(held.measured, inside);
    return {
      rows: inside.length,
      ...scoresOf(take(predicted, inside), measured),
      coverage: coverageOf(measured, take(low, inside), take(high, inside)),
      pinball: pinballOf(measured, take(upper, inside), BOUND),
    };
  };
  const all = Int32Array.from({ length: held.rows.length }, (_, i) => i);
  return {
    ...scored(all),
    folds: held.residualsWithout.map(
      (_, fold): FoldScore => ({
        fold: fold + 1,
        ...scored(all.filter((i) => held.folds[i] === fold)),
      }),
    ),
  };
}

export function stageReport(
  definition: StageDefinition,
  held: HeldOut,
  importance: StageReport['importance'],
): StageReport {
  const { low, high } = intervalOf(definition, held, NOMINAL_COVERAGE);
  const predicted = held.answers.map((answer) => fromScale(definition.scale, answer));
  const every = Math.max(1, Math.ceil(held.rows.length / MOST_POINTS));
  const points = [...held.rows.keys()]
    .filter((i) => i % every === 0)
    .map((i) => ({
      predicted: predicted[i] as number,
      measured: held.measured[i] as number,
      low: low[i] as number,
      high: high[i] as number,
    }));
  const { rows: _, ...scores } = scoresOfStage(definition, held);
  return {
    stage: definition.name,
    unit: definition.unit,
    ...scores,
    nominalCoverage: NOMINAL_COVERAGE,
    points,
    importance,
    calibration: NOMINAL.map((nominal) => {
      const interval = intervalOf(definition, held, nominal);
      return { nominal, empirical: coverageOf(held.measured, interval.low, interval.high) ?? 0 };
    }),
    ...(definition.name === 'io_class' && { accuracy: accuracyOf(predicted, held.measured) }),
  };
}

function accuracyOf(predicted: Float64Array, measured: Float64Array): number {
  let right = 0;
  for (let i = 0; i < measured.length; i++)
    if (ioClassOf(predicted[i] as number) === ioClassOf(measured[i] as number)) right++;
  return measured.length === 0 ? 0 : right / measured.length;
}
