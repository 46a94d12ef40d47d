import { seedFrom } from './random.ts';

/** Columns for the words of one text input: few, so that small histories are not drowned in them. */
export const WORD_BUCKETS = 8;
export const TEXT_WIDTH = WORD_BUCKETS + 2;

/** Longer texts tell no more, and cost time. */
const MOST_CHARACTERS = 2000;

/** `runs/grid-EU_1200.nc` is runs, grid, eu, 1200, nc. */
export function wordsOf(text: string): string[] {
  return (
    text
      .slice(0, MOST_CHARACTERS)
      .toLowerCase()
      .match(/\p{L}+|\d+/gu) ?? []
  );
}

/**
 * A text as numbers: which of a few buckets its words fall into (the hashing trick: Weinberger et al., ICML 2009), how
 * many words it has, and the first number in it, which often is a size. Numbers fall into no bucket.
 */
export function encodeText(text: string): number[] {
  const words = wordsOf(text);
  const cells = new Array<number>(TEXT_WIDTH).fill(0);
  for (const word of words) if (!/^\d/.test(word)) cells[seedFrom(0, word) % WORD_BUCKETS] = 1;
  cells[WORD_BUCKETS] = words.length;
  const number = Number(words.find((word) => /^\d/.test(word)) ?? 0);
  cells[WORD_BUCKETS + 1] = Math.min(number, 1e15);
  return cells;
}

export function textColumns(name: string): string[] {
  return [
    ...Array.from({ length: WORD_BUCKETS }, (_, bucket) => `${name} words ${bucket + 1}`),
    `${name} word count`,
    `${name} number`,
  ];
}

/** Whether different texts share words: then these tell more than the texts as a whole. */
export function sharesWords(texts: readonly string[]): boolean {
  const seen = new Map<string, number>();
  for (const text of texts)
    for (const word of new Set(wordsOf(text)))
      if (!/^\d/.test(word)) seen.set(word, (seen.get(word) ?? 0) + 1);
  const shared = [...seen.values()].filter((count) => count > 1 && count < texts.length);
  return shared.length > 0;
}
