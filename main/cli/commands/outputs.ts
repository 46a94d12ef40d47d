import { systemClock } from '../../platform/clock.ts';
import { silentLogger } from '../../platform/logger.ts';
import { describeMemory } from '../../platform/units.ts';
import { fetchOutputs } from '../../session/staging/fetch-outputs.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Progress } from '../progress.ts';
import { findRun, fromHere, withWorkspace, workspaceRoot } from '../project.ts';
import { withSites } from '../run-sites.ts';

export interface OutputsInput {
  readonly runId: string;
  readonly instance?: string;
  readonly to?: string;
}

/** Brings the outputs of a run from its site; says where they are. */
export async function outputs(context: CommandContext, input: OutputsInput): Promise<number> {
  const { io, output } = context;
  return withWorkspace(workspaceRoot(context), 'read', (workspace) =>
    withSites(context, async (sites) => {
      const run = await findRun(workspace, input.runId);
      await sites.connectFor(run);
      const progress = new Progress(io, { quiet: output.quiet, now: Date.now });
      const parts = { workspace, clock: systemClock, logger: silentLogger, sites: sites.all() };
      const request = {
        runId: run.runId,
        signal: io.signal,
        ...(input.instance !== undefined && { instanceId: input.instance }),
        ...(input.to !== undefined && { to: fromHere(context, input.to) }),
      };
      const fetched = await fetchOutputs(parts, request, ({ done, files, bytes }) =>
        progress.show(`${done} of ${files} files, ${describeMemory(bytes)} copied`),
      ).finally(() => progress.clear());
      const json = fetched.outputs.map(({ instanceId, name, path }) => ({
        instance_id: instanceId,
        name,
        path,
      }));
      const { site, copied, alreadyHere } = fetched;
      output.result({ run_id: run.runId, site, copied, already_here: alreadyHere, outputs: json }, () =>
        [
          ...json.map(({ instance_id, name, path }) => `${instance_id}  ${name}  ${path}`),
          site === null
            ? 'The run was in these folders: there was nothing to fetch.'
            : `${copied} files copied from ${site}, ${alreadyHere} were here already.`,
        ].join('\n'),
      );
      return EXIT.done;
    }),
  );
}
