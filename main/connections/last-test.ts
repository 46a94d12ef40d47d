import { z } from 'zod';
import { ALL_CHECKS } from './check.ts';

/** How the guide ended the last time that it came to its end. */
export const lastTestSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  at: z.number().int(),
  ok: z.boolean(),
  /** The step at which it failed; null when all that runs need works. */
  failed: z.enum(ALL_CHECKS).nullable(),
});

export type LastTest = Readonly<z.output<typeof lastTestSchema>>;
