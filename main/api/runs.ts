import { z } from 'zod';
import { inRun, instanceIdText, planId, projectId, runId, taskName } from './inputs.ts';
import { procedure, router } from './trpc.ts';

const instanceState = z.enum([
  'waiting',
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'cached',
  'skipped',
]);

const attemptLog = {
  projectId,
  runId,
  instanceId: instanceIdText,
  attempt: z.number().int().min(1).max(1000),
  stream: z.enum(['stdout', 'stderr']),
};

export const runsRouter = router({
  start: procedure
    .input(z.strictObject({ planId }))
    .mutation(({ ctx, input }) => ctx.services.runs.start(input.planId)),
  list: procedure
    .input(
      z.strictObject({
        projectId,
        limit: z.number().int().min(1).max(500),
        before: z.number().int().optional(),
      }),
    )
    .query(({ ctx, input: { projectId: project, ...options } }) => ctx.services.runs.list(project, options)),
  get: procedure.input(inRun).query(({ ctx, input }) => ctx.services.runs.get(input.projectId, input.runId)),
  report: procedure
    .input(inRun)
    .query(({ ctx, input }) => ctx.services.runs.report(input.projectId, input.runId)),
  instances: procedure
    .input(
      z.strictObject({
        projectId,
        runId,
        states: z.array(instanceState).max(8).optional(),
        task: taskName.optional(),
        search: z.string().max(256).optional(),
        sort: z.enum(['attention', 'index', 'wall', 'memory', 'started']).optional(),
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(500),
      }),
    )
    .query(({ ctx, input: { projectId: project, ...query } }) => ctx.services.runs.instances(project, query)),
  instance: procedure
    .input(z.strictObject({ projectId, runId, instanceId: instanceIdText }))
    .query(({ ctx, input }) => ctx.services.runs.instance(input.projectId, input.runId, input.instanceId)),
  lanes: procedure
    .input(inRun)
    .query(({ ctx, input }) => ctx.services.runs.lanes(input.projectId, input.runId)),
  load: procedure
    .input(inRun)
    .query(({ ctx, input }) => ctx.services.runs.load(input.projectId, input.runId)),
  log: procedure
    .input(z.strictObject({ ...attemptLog, offset: z.number().int().min(0) }))
    .query(({ ctx, input }) =>
      ctx.services.runs.log(
        input.projectId,
        input.runId,
        input.instanceId,
        input.attempt,
        input.stream,
        input.offset,
      ),
    ),
  followLog: procedure.input(z.strictObject(attemptLog)).subscription(async function* ({
    ctx,
    input,
    signal,
  }) {
    yield* ctx.services.runs.followLog(
      input.projectId,
      input.runId,
      input.instanceId,
      input.attempt,
      input.stream,
      signal ?? new AbortController().signal,
    );
  }),
  cancel: procedure
    .input(inRun)
    .mutation(({ ctx, input }) => ctx.services.runs.cancel(input.projectId, input.runId)),
  cancelInstances: procedure
    .input(z.strictObject({ projectId, runId, instanceIds: z.array(instanceIdText).min(1).max(100_000) }))
    .mutation(({ ctx, input }) =>
      ctx.services.runs.cancelInstances(input.projectId, input.runId, input.instanceIds),
    ),
  resume: procedure
    .input(inRun)
    .mutation(({ ctx, input }) => ctx.services.runs.resume(input.projectId, input.runId)),
  retry: procedure
    .input(
      z.strictObject({
        projectId,
        runId,
        instanceIds: z.array(instanceIdText).min(1).max(100_000),
        memoryBytes: z.number().int().positive().optional(),
        walltimeSeconds: z.number().positive().optional(),
      }),
    )
    .mutation(({ ctx, input: { projectId: project, runId: run, instanceIds, ...request } }) =>
      ctx.services.runs.retry(project, run, instanceIds, request),
    ),
  scale: procedure
    .input(
      z.strictObject({
        projectId,
        runId,
        workers: z.record(z.string().min(1).max(256), z.number().int().min(0).max(100_000)),
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.runs.scale(input.projectId, input.runId, input.workers)),
  releaseScouts: procedure
    .input(z.strictObject({ projectId, runId, task: z.string().min(1).max(256) }))
    .mutation(({ ctx, input }) => ctx.services.runs.releaseScouts(input.projectId, input.runId, input.task)),
  remove: procedure
    .input(inRun)
    .mutation(({ ctx, input }) => ctx.services.runs.remove(input.projectId, input.runId)),
  watch: procedure.input(inRun).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.runs.watch(input.projectId, input.runId, signal ?? new AbortController().signal);
  }),
});
