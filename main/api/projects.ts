import { z } from 'zod';
import { inProject, path } from './inputs.ts';
import { procedure, router } from './trpc.ts';

export const projectsRouter = router({
  recent: procedure.query(({ ctx }) => ctx.services.projects.recent()),
  open: procedure
    .input(z.strictObject({ path }))
    .mutation(({ ctx, input }) => ctx.services.projects.open(input.path)),
  get: procedure.input(inProject).query(({ ctx, input }) => ctx.services.projects.get(input.projectId)),
  choose: procedure.mutation(({ ctx }) => ctx.services.projects.choose()),
  listFolder: procedure
    .input(z.strictObject({ path: path.nullable() }))
    .query(({ ctx, input }) => ctx.services.projects.listFolder(input.path)),
  createSample: procedure.mutation(({ ctx }) => ctx.services.projects.createSample()),
  forget: procedure
    .input(inProject)
    .mutation(({ ctx, input }) => ctx.services.projects.forget(input.projectId)),
});
