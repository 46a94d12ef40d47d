import type { Params } from '../../../main/manifest/spec.ts';

export type FeatureValue = string | number | boolean | null;

/** Names to ask for: what the model uses, most important first, then the task's other parameters. */
export function featureNames(important: readonly string[], example: Params): readonly string[] {
  return [...new Set([...important, ...Object.keys(example)])];
}

/** What was typed, as the kind of value the example has: `400` for a number stays text for a scenario called "400". */
export function featureValue(text: string, example: FeatureValue | undefined): FeatureValue {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (typeof example === 'string') return text;
  if (typeof example === 'boolean') return trimmed === 'true';
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : text;
}
