import { z } from 'zod';

// Also runs where a content security policy forbids compiled validators.
z.config({ jitless: true });

/** Messages complete the sentence “`targets.local.max_workers` …, not “four””. */
export const text = z.string('must be text');

export const wholeNumber = (least: number) => {
  const says = `must be a whole number of ${least} or more`;
  return z.int(says).min(least, says);
};

export const number = (least: number) => {
  const says = `must be a number of ${least} or more`;
  return z.number(says).min(least, says);
};

/** A mapping with known keys. Others are kept, and named in a warning by `unknown-keys`. */
export const mapping = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.looseObject(shape, 'must be a mapping');

/** Name → value; an empty section (`tasks:`) is an empty mapping. */
export const named = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string(), value, 'must be a mapping of names');
