import { z } from 'zod';
import { inProject, path, projectId, runId } from './inputs.ts';
import { procedure, router } from './trpc.ts';

export const telemetryRouter = router({
  history: procedure
    .input(inProject)
    .query(({ ctx, input }) => ctx.services.telemetry.history(input.projectId)),
  importFrom: procedure
    .input(z.strictObject({ projectId, paths: z.array(path).min(1).max(1000) }))
    .mutation(({ ctx, input }) => ctx.services.telemetry.importFrom(input.projectId, input.paths)),
  export: procedure
    .input(
      z.strictObject({
        projectId,
        runIds: z.union([z.literal('all'), z.array(runId).min(1).max(10_000)]),
        format: z.enum(['jsonl', 'csv', 'parquet']),
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.telemetry.export(input.projectId, input.runIds, input.format)),
});
