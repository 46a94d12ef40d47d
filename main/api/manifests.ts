import { z } from 'zod';
import { inProject, manifestText, projectId, targetName } from './inputs.ts';
import { procedure, router } from './trpc.ts';

const edit = z.strictObject({
  path: z
    .array(z.union([z.string().max(256), z.number().int()]))
    .min(1)
    .max(32),
  value: z.json(),
});

export const manifestsRouter = router({
  read: procedure
    .input(z.strictObject({ projectId, target: targetName.nullable() }))
    .query(({ ctx, input }) => ctx.services.manifests.read(input.projectId, input.target)),
  create: procedure
    .input(inProject)
    .mutation(({ ctx, input }) => ctx.services.manifests.create(input.projectId)),
  check: procedure
    .input(z.strictObject({ projectId, text: manifestText, target: targetName.nullable() }))
    .query(({ ctx, input }) => ctx.services.manifests.check(input.projectId, input.text, input.target)),
  save: procedure
    .input(z.strictObject({ projectId, text: manifestText, version: z.string().max(128) }))
    .mutation(({ ctx, input }) => ctx.services.manifests.save(input.projectId, input.text, input.version)),
  schema: procedure.query(({ ctx }) => ctx.services.manifests.schema()),
  previewEdits: procedure
    .input(z.strictObject({ projectId, edits: z.array(edit).min(1).max(1000) }))
    .query(({ ctx, input }) => ctx.services.manifests.previewEdits(input.projectId, input.edits)),
});
