import { z } from 'zod';
import { inProject, instanceIdText, projectId, runId } from './inputs.ts';
import { procedure, router } from './trpc.ts';

/** Of a whole run where the instance is null. */
const ofRun = z.strictObject({ projectId, runId, instanceId: instanceIdText.nullable().default(null) });

export const transfersRouter = router({
  watchStart: procedure.input(inProject).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.transfers.watchStart(input.projectId, signal ?? new AbortController().signal);
  }),
  stopStart: procedure
    .input(inProject)
    .mutation(({ ctx, input }) => ctx.services.transfers.stopStart(input.projectId)),
  fetchOutputs: procedure
    .input(ofRun)
    .mutation(({ ctx, input }) =>
      ctx.services.transfers.fetchOutputs(input.projectId, input.runId, input.instanceId),
    ),
  stopOutputs: procedure
    .input(ofRun)
    .mutation(({ ctx, input }) =>
      ctx.services.transfers.stopOutputs(input.projectId, input.runId, input.instanceId),
    ),
  watchOutputs: procedure.input(ofRun).subscription(async function* ({ ctx, input, signal }) {
    const { projectId: project, runId: run, instanceId } = input;
    const until = signal ?? new AbortController().signal;
    yield* ctx.services.transfers.watchOutputs(project, run, instanceId, until);
  }),
});
