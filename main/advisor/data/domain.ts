import { assertNever } from '../../platform/errors.ts';
import { describeInput } from '../../platform/units.ts';
import type { InputDomain } from '../training-report.ts';
import {
  asNumber,
  type Encoder,
  type FeatureSpace,
  inputsOf,
  type KnownBefore,
  MOST_LEVELS,
  WHERE_IT_RUNS,
} from './features.ts';

/** What a task's own inputs were like in the history, for a reader; texts and where it ran are left out. */
export function domainOf({ encoders }: FeatureSpace): InputDomain[] {
  return encoders.flatMap((encoder): InputDomain[] => {
    const { name: feature } = encoder;
    if (WHERE_IT_RUNS.has(feature)) return [];
    switch (encoder.kind) {
      case 'number':
        return [{ feature, kind: 'number', low: encoder.low, high: encoder.high }];
      case 'category':
        return [{ feature, kind: 'category', levels: encoder.levels }];
      case 'text':
        return [];
      default:
        return assertNever(encoder);
    }
  });
}

/** An input that lies outside what was learned from, in words for the evidence. */
export interface Unfamiliar {
  readonly feature: string;
  readonly words: string;
}

/** How far beyond the learned range a number may lie, as a share of the range, before a model is not asked any more. */
const BEYOND = 0.25;

/** What is asked without an input that told the memory is asked about all of them: no model answers that. */
export function unfamiliarInputs(space: FeatureSpace, known: KnownBefore): Unfamiliar[] {
  const inputs = inputsOf(known);
  return space.encoders.flatMap((encoder): Unfamiliar[] => {
    // Where it runs changes need far less than what it runs on: a new target is no reason to give up.
    if (WHERE_IT_RUNS.has(encoder.name) || encoder.kind === 'text') return [];
    const { name, told = isNeverMissing(encoder) ? 'always' : undefined } = encoder;
    const value = inputs[name] ?? null;
    const given = encoder.kind === 'number' ? asNumber(value) : value === '' ? null : value;
    if (given === null)
      return told === undefined
        ? []
        : [{ feature: name, words: `${name} is not given, but was ${told} known before` }];
    if (encoder.kind === 'category') {
      if (encoder.levels.length >= MOST_LEVELS || encoder.levels.includes(String(given))) return [];
      return [{ feature: name, words: `${name} = ${given} was never measured` }];
    }
    const number = Number(given);
    const slack = BEYOND * (encoder.high - encoder.low);
    if (number >= encoder.low - slack && number <= encoder.high + slack) return [];
    const range = `${describeInput(encoder.low)} to ${describeInput(encoder.high)}`;
    return [{ feature: name, words: `${name} = ${describeInput(number)} is far outside ${range}` }];
  });
}

/** As model files say it that know nothing of `told`. */
const isNeverMissing = (encoder: Encoder) => encoder.kind === 'number' && !encoder.missing;
