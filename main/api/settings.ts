import { z } from 'zod';
import { confidence, risk } from './inputs.ts';
import { procedure, router } from './trpc.ts';

const change = z.strictObject({
  theme: z.enum(['light', 'dark', 'system']).optional(),
  defaultObjective: z.enum(['minimize cost', 'minimize time', 'balance']).nullable().optional(),
  defaultPolicy: z.enum(['safe', 'aggressive', 'manual']).optional(),
  confidence: confidence.optional(),
  risk: risk.optional(),
});

export const settingsRouter = router({
  info: procedure.query(({ ctx }) => ctx.services.settings.info()),
  get: procedure.query(({ ctx }) => ctx.services.settings.get()),
  set: procedure.input(change).mutation(({ ctx, input }) => ctx.services.settings.set(input)),
});
