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
  type Told,
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

/** How far beyond the learned range a number may lie, as a share of the range, before a model is not asked any more. */
const BEYOND = 0.25;

/**
 * What of a question lies outside what was learned from, in words for the evidence. One without an input that was always
 * told asks about all of its values: no model answers that.
 */
export function unfamiliarInputs(space: FeatureSpace, known: KnownBefore): string[] {
  const inputs = inputsOf(known);
  const notGiven: Record<Told, string[]> = { always: [], 'nearly always': [] };
  const others = space.encoders.flatMap((encoder): string[] => {
    // Where it runs changes need far less than what it runs on: a new target is no reason to give up.
    if (WHERE_IT_RUNS.has(encoder.name) || encoder.kind === 'text') return [];
    const { name, told = isNeverMissing(encoder) ? 'always' : undefined } = encoder;
    const value = inputs[name] ?? '';
    if (value === '') {
      if (told !== undefined) notGiven[told].push(name);
      return [];
    }
    if (encoder.kind === 'category') {
      const isKnown = encoder.levels.length >= MOST_LEVELS || encoder.levels.includes(String(value));
      return isKnown ? [] : [`${name} = ${value} was never measured`];
    }
    const number = asNumber(value);
    if (number === null) return told === undefined ? [] : [`${name} = ${value} is no number that it can be`];
    return isNear(number, encoder)
      ? []
      : [
          `${name} = ${describeInput(number)} is far outside ${describeInput(encoder.low)} to ${describeInput(encoder.high)}`,
        ];
  });
  return [...notGivenIn(notGiven), ...others];
}

/** Sizes and counts are never below 0, however near that is to their range. */
function isNear(number: number, { low, high }: { readonly low: number; readonly high: number }): boolean {
  const slack = BEYOND * (high - low);
  return number >= (low < 0 ? low - slack : Math.max(0, low - slack)) && number <= high + slack;
}

function notGivenIn(notGiven: Readonly<Record<Told, readonly string[]>>): string[] {
  return (['always', 'nearly always'] as const).flatMap((told) => {
    const names = notGiven[told];
    if (names.length === 0) return [];
    const [are, were] = names.length === 1 ? ['is', 'was'] : ['are', 'were'];
    return [`${LIST.format(names)} ${are} not given, but ${were} ${told} known before`];
  });
}

const LIST = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** As model files say it that know nothing of `told`. */
const isNeverMissing = (encoder: Encoder) => encoder.kind === 'number' && !encoder.missing;
