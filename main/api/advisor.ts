import { z } from 'zod';
import { confidence, inProject, paramValue, projectId, targetName, taskName } from './inputs.ts';
import { procedure, router } from './trpc.ts';

export const advisorRouter = router({
  status: procedure.input(inProject).query(({ ctx, input }) => ctx.services.advisor.status(input.projectId)),
  record: procedure.input(inProject).query(({ ctx, input }) => ctx.services.advisor.record(input.projectId)),
  train: procedure
    .input(
      z.strictObject({
        projectId,
        modelType: z.enum(['linear', 'random_forest', 'gradient_boosting', 'auto']),
        cvFolds: z.number().int().min(2).max(20),
      }),
    )
    .subscription(async function* ({ ctx, input: { projectId: project, ...options }, signal }) {
      yield* ctx.services.advisor.train(project, options, signal ?? new AbortController().signal);
    }),
  cancelTraining: procedure
    .input(inProject)
    .mutation(({ ctx, input }) => ctx.services.advisor.cancelTraining(input.projectId)),
  taskReport: procedure
    .input(z.strictObject({ projectId, task: taskName }))
    .query(({ ctx, input }) => ctx.services.advisor.taskReport(input.projectId, input.task)),
  advice: procedure
    .input(z.strictObject({ projectId, target: targetName, confidence }))
    .query(({ ctx, input }) => ctx.services.advisor.advice(input.projectId, input.target, input.confidence)),
  previewApply: procedure
    .input(
      z.strictObject({
        projectId,
        target: targetName,
        confidence,
        tasks: z.array(taskName).min(1).max(1000),
      }),
    )
    .query(({ ctx, input }) =>
      ctx.services.advisor.previewApply(input.projectId, input.target, input.confidence, input.tasks),
    ),
  whatIf: procedure
    .input(
      z.strictObject({
        projectId,
        task: taskName,
        features: z.record(z.string().max(256), paramValue),
        confidence,
      }),
    )
    .query(({ ctx, input }) =>
      ctx.services.advisor.whatIf(input.projectId, input.task, input.features, input.confidence),
    ),
});
