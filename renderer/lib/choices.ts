import type { Risk } from '../../main/advisor/online/risk.ts';
import type { Objective, Policy } from '../../main/manifest/spec.ts';
import type { SizingMode } from '../../main/planning/plan.ts';

/** The words in which people choose; the same on the plan page and in the settings. */
interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** What choosing it means, in a sentence. */
  readonly meaning: string;
}

export const OBJECTIVES: readonly Choice<Objective>[] = [
  {
    value: 'balance',
    label: 'Balance cost and time',
    meaning: 'Adds workers as long as they shorten the run noticeably.',
  },
  {
    value: 'minimize cost',
    label: 'Lowest cost',
    meaning: 'As few workers as finish within the deadline and the walltime.',
  },
  { value: 'minimize time', label: 'Shortest time', meaning: 'As many workers as help and are allowed.' },
];

export const POLICIES: readonly Choice<Policy>[] = [
  { value: 'safe', label: 'Safe', meaning: 'Leaves room above the prediction.' },
  { value: 'aggressive', label: 'Aggressive', meaning: 'Stays close to the prediction.' },
  { value: 'manual', label: 'Manual', meaning: 'Uses the worker counts you give.' },
];

export const SIZINGS: readonly Choice<SizingMode>[] = [
  { value: 'auto', label: 'Automatic', meaning: 'Per task whatever did best on the runs so far.' },
  { value: 'learned', label: 'Learned', meaning: 'Predicts each instance from its inputs.' },
  {
    value: 'quantile',
    label: 'Quantile',
    meaning: 'A high percentile of what was measured, the same for all.',
  },
  { value: 'scouts', label: 'Scouts first', meaning: 'Measures a few instances, then sizes the rest.' },
  { value: 'manifest', label: 'Manifest', meaning: 'The numbers of the manifest, unchanged.' },
];

export const RISKS: readonly Choice<Risk>[] = [
  {
    value: 'frugal',
    label: 'Frugal',
    meaning:
      'Least memory × time, retries included and without the policy’s headroom: some instances fail once and are tried again with more.',
  },
  {
    value: 'balanced',
    label: 'Balanced',
    meaning: 'As sure as asked, usually 95 %: about one in twenty may need a second attempt.',
  },
  {
    value: 'never_fail',
    label: 'Never fail',
    meaning: 'Largest requests: what 999 of 1,000 such instances stay under, whatever it holds.',
  },
];

/** The value as one of the allowed ones: what comes out of a control is only known to be text. */
export function oneOf<Value extends string>(allowed: readonly Value[], text: string | null): Value {
  const value = allowed.find((candidate) => candidate === text);
  if (value === undefined) throw new Error(`"${text}" is not one of ${allowed.join(', ')}.`);
  return value;
}
