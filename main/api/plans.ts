import { z } from 'zod';
import { confidence, planId, projectId, risk, targetName } from './inputs.ts';
import { procedure, router } from './trpc.ts';

const planRequest = z.strictObject({
  projectId,
  target: targetName,
  objective: z.enum(['minimize cost', 'minimize time', 'balance']).optional(),
  policy: z.enum(['safe', 'aggressive', 'manual']).optional(),
  budgetUsd: z.number().positive().optional(),
  deadlineHours: z.number().positive().optional(),
  sizing: z.enum(['auto', 'manifest', 'quantile', 'learned', 'scouts']).optional(),
  workers: z.record(z.string().max(128), z.number().int().min(0).max(100_000)).optional(),
  confidence: confidence.optional(),
  risk: risk.optional(),
  hourOfDay: z.number().int().min(0).max(23).optional(),
  scouts: z.boolean().optional(),
});

export const plansRouter = router({
  create: procedure.input(planRequest).mutation(({ ctx, input }) => ctx.services.plans.create(input)),
  instances: procedure
    .input(
      z.strictObject({ planId, offset: z.number().int().min(0), limit: z.number().int().min(1).max(500) }),
    )
    .query(({ ctx, input }) => ctx.services.plans.instances(input.planId, input.offset, input.limit)),
});
