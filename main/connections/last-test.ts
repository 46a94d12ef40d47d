import { z } from 'zod';
import { CHECK_NAMES } from './check.ts';

/** How the guide ended the last time that it came to its end. */
export const lastTestSchema = z.strictObject({
  /** Milliseconds since the epoch. */
  at: z.number().int(),
  ok: z.boolean(),
  /** The step at which it failed; null when all that runs need works. */
  failed: z.enum(CHECK_NAMES).nullable(),
});

export type LastTest = Readonly<z.output<typeof lastTestSchema>>;
