import { percent } from './format.ts';

const USUAL = [0.8, 0.9, 0.95, 0.99];

/** How sure a first request may be asked to be, with the one that is set among them. */
export function confidenceChoices(current: number): { readonly value: string; readonly label: string }[] {
  const choices = USUAL.includes(current) ? USUAL : [...USUAL, current].toSorted((a, b) => a - b);
  return choices.map((choice) => ({ value: String(choice), label: percent(choice) }));
}
