import { z } from 'zod';
import { connectionSchema } from '../connections/profile.ts';
import { connectionName } from '../connections/profile-parts.ts';
import './inputs.ts';
import { procedure, router } from './trpc.ts';

const inConnection = z.strictObject({ name: connectionName });

const answer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('host_key'), accept: z.boolean() }),
  z.strictObject({ kind: z.literal('secret'), text: z.string().max(4096), save: z.boolean() }),
  z.strictObject({ kind: z.literal('cancelled') }),
]);

export const connectionsRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.connections.list()),
  check: procedure
    .input(z.strictObject({ profile: z.record(z.string().max(40), z.unknown()) }))
    .query(({ ctx, input }) => ctx.services.connections.check(input.profile)),
  add: procedure
    .input(z.strictObject({ profile: connectionSchema }))
    .mutation(({ ctx, input }) => ctx.services.connections.add(input.profile)),
  update: procedure
    .input(z.strictObject({ name: connectionName, profile: connectionSchema }))
    .mutation(({ ctx, input }) => ctx.services.connections.update(input.name, input.profile)),
  remove: procedure
    .input(inConnection)
    .mutation(({ ctx, input }) => ctx.services.connections.remove(input.name)),
  forgetSecrets: procedure
    .input(inConnection)
    .mutation(({ ctx, input }) => ctx.services.connections.forgetSecrets(input.name)),
  readSshConfig: procedure.query(({ ctx }) => ctx.services.connections.readSshConfig()),
  cloudOffers: procedure.query(({ ctx }) => ctx.services.connections.cloudOffers()),
  cloudChoices: procedure
    .input(inConnection)
    .query(({ ctx, input }) => ctx.services.connections.cloudChoices(input.name)),
  policy: procedure
    .input(inConnection)
    .query(({ ctx, input }) => ctx.services.connections.policy(input.name)),
  signIn: procedure.input(inConnection).subscription(async function* ({ ctx, input, signal }) {
    yield* ctx.services.connections.signIn(input.name, signal ?? new AbortController().signal);
  }),
  test: procedure
    .input(z.strictObject({ name: connectionName, testJob: z.boolean().default(true) }))
    .subscription(async function* ({ ctx, input: { name, testJob }, signal }) {
      yield* ctx.services.connections.test(name, { testJob }, signal ?? new AbortController().signal);
    }),
  prompts: procedure.subscription(async function* ({ ctx, signal }) {
    yield* ctx.services.connections.prompts(signal ?? new AbortController().signal);
  }),
  answer: procedure
    .input(z.strictObject({ promptId: z.string().regex(/^[a-f0-9]{16}$/), answer }))
    .mutation(({ ctx, input }) => ctx.services.connections.answer(input.promptId, input.answer)),
  connect: procedure
    .input(inConnection)
    .mutation(({ ctx, input }) => ctx.services.connections.connect(input.name)),
  siteState: procedure
    .input(inConnection)
    .query(({ ctx, input }) => ctx.services.connections.siteState(input.name)),
});
