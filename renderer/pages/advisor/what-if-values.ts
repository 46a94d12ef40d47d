import type { InputDescription } from '../../../main/api/advisor-views.ts';
import { niceStep } from '../../charts/axes.ts';

export type FeatureValue = string | number;

/** Where the inputs begin: as they were in the latest attempt. */
export function latestValues(inputs: readonly InputDescription[]): Readonly<Record<string, FeatureValue>> {
  return Object.fromEntries(inputs.map(({ name, latest }) => [name, latest]));
}

export interface SliderRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Beyond what was seen, on both sides, by this share: what happens there is worth knowing too. */
const BEYOND = 0.25;
const STEPS = 100;

/** From below the smallest to above the largest value so far; never below 0 where none was. */
export function sliderRange({
  low,
  high,
  whole,
}: {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}): SliderRange {
  const span = high > low ? high - low : Math.max(Math.abs(high), 1);
  const fine = niceStep(span / STEPS);
  const step = whole ? Math.max(1, Math.round(fine)) : fine;
  const down = Math.floor((low - BEYOND * span) / step) * step;
  const up = Math.ceil((high + BEYOND * span) / step) * step;
  const exact = (value: number) => Number(value.toPrecision(12));
  return { min: exact(low >= 0 ? Math.max(0, down) : down), max: exact(up), step: exact(step) };
}
