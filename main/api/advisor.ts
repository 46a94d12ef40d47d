import { z } from 'zod';
import { confidence, inProject, paramValue, projectId, risk, targetName, taskName } from './inputs.ts';
import { procedure, router } from './trpc.ts';

const cvFolds = z.number().int().min(2).max(20);

export const advisorRouter = router({
  status: procedure.input(inProject).query(({ ctx, input }) => ctx.services.advisor.status(input.projectId)),
  record: procedure.input(inProject).query(({ ctx, input }) => ctx.services.advisor.record(input.projectId)),
  data: procedure.input(inProject).query(({ ctx, input }) => ctx.services.advisor.data(input.projectId)),
  startTraining: procedure
    .input(
      z.strictObject({
        projectId,
        modelType: z.enum(['linear', 'random_forest', 'gradient_boosting', 'auto']),
        cvFolds,
        modelParams: z.record(z.string().max(64), z.union([z.number(), z.string().max(64)])).optional(),
      }),
    )
    .mutation(({ ctx, input: { projectId: project, modelParams, ...options } }) =>
      ctx.services.advisor.startTraining(project, { ...options, ...(modelParams && { modelParams }) }),
    ),
  cancelTraining: procedure
    .input(inProject)
    .mutation(({ ctx, input }) => ctx.services.advisor.cancelTraining(input.projectId)),
  watchTraining: procedure.input(inProject).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.advisor.watchTraining(input.projectId, signal ?? new AbortController().signal);
  }),
  startSearch: procedure
    .input(
      z.strictObject({
        projectId,
        task: taskName,
        modelType: z.enum(['linear', 'random_forest', 'gradient_boosting']),
        strategy: z.enum(['grid', 'random', 'halving']),
        trials: z.number().int().min(1).max(500),
        cvFolds,
      }),
    )
    .mutation(({ ctx, input: { projectId: project, ...request } }) =>
      ctx.services.advisor.startSearch(project, request),
    ),
  cancelSearch: procedure
    .input(inProject)
    .mutation(({ ctx, input }) => ctx.services.advisor.cancelSearch(input.projectId)),
  watchSearch: procedure.input(inProject).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.advisor.watchSearch(input.projectId, signal ?? new AbortController().signal);
  }),
  startComparison: procedure
    .input(z.strictObject({ projectId, task: taskName, cvFolds }))
    .mutation(({ ctx, input: { projectId: project, ...request } }) =>
      ctx.services.advisor.startComparison(project, request),
    ),
  cancelComparison: procedure
    .input(inProject)
    .mutation(({ ctx, input }) => ctx.services.advisor.cancelComparison(input.projectId)),
  watchComparison: procedure.input(inProject).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.advisor.watchComparison(input.projectId, signal ?? new AbortController().signal);
  }),
  taskReport: procedure
    .input(z.strictObject({ projectId, task: taskName }))
    .query(({ ctx, input }) => ctx.services.advisor.taskReport(input.projectId, input.task)),
  advice: procedure
    .input(z.strictObject({ projectId, target: targetName, confidence, risk: risk.optional() }))
    .query(({ ctx, input: { projectId: project, target, ...wishes } }) =>
      ctx.services.advisor.advice(project, target, wishes),
    ),
  previewApply: procedure
    .input(
      z.strictObject({
        projectId,
        target: targetName,
        confidence,
        risk: risk.optional(),
        tasks: z.array(taskName).min(1).max(1000),
      }),
    )
    .query(({ ctx, input: { projectId: project, target, tasks, ...wishes } }) =>
      ctx.services.advisor.previewApply(project, target, wishes, tasks),
    ),
  whatIf: procedure
    .input(
      z.strictObject({
        projectId,
        task: taskName,
        features: z.record(z.string().max(256), paramValue),
        confidence,
        risk: risk.optional(),
      }),
    )
    .query(({ ctx, input: { projectId: project, task, features, ...wishes } }) =>
      ctx.services.advisor.whatIf(project, task, features, wishes),
    ),
});
