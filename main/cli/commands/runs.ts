import { isoTime } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { describeDuration } from '../../platform/units.ts';
import type { RunSummary } from '../../telemetry/views.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withWorkspace, workspaceRoot } from '../project.ts';
import { table } from '../table.ts';

/** The runs of a workspace, newest first. */
export async function runs(context: CommandContext, input: { readonly limit: number }): Promise<number> {
  const found = await recorded(workspaceRoot(context), input.limit);
  context.output.result(found.map(runJson), () =>
    found.length === 0 ? 'No runs yet. Start one with: scalable run' : runsTable(found),
  );
  return EXIT.done;
}

async function recorded(root: string, limit: number): Promise<readonly RunSummary[]> {
  try {
    return await withWorkspace(root, 'read', (workspace) => workspace.store.runs({ limit }));
  } catch (error) {
    if (error instanceof AppError && error.code === 'E_NO_TELEMETRY') return [];
    throw error;
  }
}

function runJson(run: RunSummary) {
  return {
    run_id: run.runId,
    started_at: isoTime(run.startedAt),
    finished_at: run.finishedAt === null ? null : isoTime(run.finishedAt),
    status: run.status,
    project: run.project,
    target: run.target,
    provider: run.provider,
    tasks: run.tasks,
    memory: { requested_gbh: run.requestedGbh, used_gbh: run.usedGbh },
    origin: run.origin,
  };
}

function runsTable(found: readonly RunSummary[]): string {
  return table(
    [
      { title: 'RUN', value: (run) => run.runId },
      { title: 'STARTED (UTC)', value: (run) => isoTime(run.startedAt).slice(0, 19).replace('T', ' ') },
      {
        title: 'TOOK',
        align: 'right',
        value: (run) =>
          run.finishedAt === null ? '-' : describeDuration((run.finishedAt - run.startedAt) / 1000),
      },
      { title: 'STATUS', value: (run) => run.status },
      {
        title: 'DONE',
        align: 'right',
        value: ({ tasks }) => `${tasks.succeeded + tasks.cached}/${tasks.total}`,
      },
      { title: 'TARGET', value: (run) => run.target },
    ],
    found,
  );
}
