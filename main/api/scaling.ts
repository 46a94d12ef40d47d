import { z } from 'zod';
import { inRun, projectId, runId } from './inputs.ts';
import { REPLAY_RULES } from './scaling-views.ts';
import { procedure, router } from './trpc.ts';

const MOST_WORKERS = 100_000;
const MOST_TAGS = 256;
const YEAR_SECONDS = 366 * 86_400;

const tag = z.string().min(1).max(256);
const workers = z
  .record(tag, z.number().int().min(0).max(MOST_WORKERS))
  .refine((byTag) => Object.keys(byTag).length <= MOST_TAGS);
const share = z.number().min(0).max(1);
const usd = z.number().min(0).max(1e9);

const settings = z
  .strictObject({
    minWorkers: workers,
    maxWorkers: workers,
    maxTotal: z.number().int().min(1).max(MOST_WORKERS).nullable(),
    scaleUpThreshold: share,
    scaleDownThreshold: share,
    cooldownSeconds: z.number().min(0).max(86_400),
    objective: z.enum(['minimize cost', 'minimize time', 'balance']),
    policy: z.enum(['safe', 'aggressive', 'manual']),
    budgetUsd: usd.nullable(),
    deadlineSeconds: z.number().min(0).max(YEAR_SECONDS).nullable(),
    intervalSeconds: z.number().min(0.5).max(3600),
  })
  .partial();

const conditions = z
  .strictObject({
    minWorkers: workers,
    maxWorkers: workers,
    startupSeconds: z.number().min(0).max(86_400),
    usdPerHour: usd,
  })
  .partial();

export const scalingRouter = router({
  setting: procedure
    .input(inRun)
    .query(({ ctx, input }) => ctx.services.scaling.setting(input.projectId, input.runId)),
  change: procedure
    .input(
      z.strictObject({ projectId, runId, adaptive: z.boolean().optional(), settings: settings.optional() }),
    )
    .mutation(({ ctx, input: { projectId: project, runId: run, ...wishes } }) =>
      ctx.services.scaling.change(project, run, wishes),
    ),
  release: procedure
    .input(z.strictObject({ projectId, runId, tags: z.array(tag).min(1).max(MOST_TAGS) }))
    .mutation(({ ctx, input }) => ctx.services.scaling.release(input.projectId, input.runId, input.tags)),
  whatIf: procedure
    .input(
      z.strictObject({
        projectId,
        runId,
        policies: z.array(z.enum(REPLAY_RULES)).min(1).max(REPLAY_RULES.length),
        conditions: conditions.optional(),
      }),
    )
    .subscription(async function* ({ ctx, input: { projectId: project, runId: run, ...request }, signal }) {
      yield* ctx.services.scaling.whatIf(project, run, request, signal);
    }),
});
