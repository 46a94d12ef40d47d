import { systemClock } from '../../platform/clock.ts';
import { silentLogger } from '../../platform/logger.ts';
import { preparePlan } from '../../session/prepare-plan.ts';
import type { RunHandle } from '../../session/run-handle.ts';
import { resumeRun, startRun } from '../../session/start-run.ts';
import { renderReport } from '../../telemetry/report-text.ts';
import type { RunReport } from '../../telemetry/views.ts';
import type { Workspace } from '../../telemetry/workspace.ts';
import type { CommandContext } from '../context.ts';
import { copyRun } from '../copy-run.ts';
import { EXIT, usageError } from '../exit-codes.ts';
import { planOptions } from '../plan-options.ts';
import { Progress } from '../progress.ts';
import { findRun, loadSpec, manifestPath, pathsOf, withWorkspace, workspaceRoot } from '../project.ts';
import { type RunSites, withSites } from '../run-sites.ts';
import { progressLine, resumeCommand, runJson } from '../run-text.ts';
import { siteNotes } from '../site-notes.ts';
import { stagingLine } from '../staging-line.ts';
import { detach } from './detach.ts';
import { leave, runsAtSite } from './leave.ts';
import { type PlanInput, plan } from './plan.ts';

export interface RunInput extends PlanInput {
  /** A run's id, or `last`. */
  readonly resume?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
  /** Absent: as the target says. */
  readonly adaptive?: boolean;
}

/** Plans, runs, waits and records. Ctrl-C saves the state and says how to go on. */
export async function run(context: CommandContext, input: RunInput): Promise<number> {
  if (input.resume !== undefined && input.dryRun)
    throw usageError('A run that is resumed has its plan already', 'Leave out --dry-run, or --resume.');
  if (input.dryRun) return plan(context, input);
  const root = workspaceRoot(context, input.manifest);
  if (input.detach && !(await runsAtSite(context, input, root))) return detach(context, input);
  return withWorkspace(root, 'write', (workspace) =>
    withSites(context, async (sites) => {
      const handle =
        input.resume === undefined
          ? await begin(context, workspace, sites, input)
          : await goOn(context, workspace, sites, input, input.resume);
      if (input.detach) return leave(context, workspace, handle, root);
      const code = await follow(context, handle, root);
      await copyRun(context, workspace, handle.runId);
      return code;
    }),
  );
}

async function begin(
  context: CommandContext,
  workspace: Workspace,
  sites: RunSites,
  input: RunInput,
): Promise<RunHandle> {
  const path = manifestPath(context, input.manifest);
  const spec = await loadSpec(context, path, input.target);
  await sites.connect(spec);
  const provider = await sites.provider(spec);
  const made = await preparePlan({
    // With its models wherever the settings keep them.
    workspace: { paths: pathsOf(context, input.manifest) },
    spec,
    provider,
    options: planOptions(spec, input, context.settings),
  });
  for (const note of made.notes) context.output.note(`Note: ${note.message}`);
  return startRun({
    workspace,
    spec,
    plan: made,
    provider,
    clock: systemClock,
    logger: silentLogger,
    manifestPath: path,
    sites: sites.all(),
    onStaging: stagingLine(context),
    stagingSignal: context.io.signal,
    ...adaptiveOf(input),
  });
}

function adaptiveOf({ adaptive }: RunInput): { adaptive?: boolean } {
  return adaptive === undefined ? {} : { adaptive };
}

async function goOn(
  context: CommandContext,
  workspace: Workspace,
  sites: RunSites,
  input: RunInput,
  which: string,
): Promise<RunHandle> {
  const { runId } = await findRun(workspace, which);
  await sites.connectFor(await workspace.store.run(runId));
  return resumeRun({
    workspace,
    runId,
    clock: systemClock,
    logger: silentLogger,
    sites: sites.all(),
    onStaging: stagingLine(context),
    stagingSignal: context.io.signal,
    wishes: {
      ...(input.budgetUsd !== undefined && { budgetUsd: input.budgetUsd }),
      ...(input.deadlineHours !== undefined && { deadlineHours: input.deadlineHours }),
    },
    ...adaptiveOf(input),
  });
}

async function follow(context: CommandContext, handle: RunHandle, root: string): Promise<number> {
  const { io, output } = context;
  const progress = new Progress(io, { quiet: output.quiet, now: Date.now });
  output.note(`Run ${handle.runId}`);
  const tellOfSite = siteNotes((text) => {
    progress.clear();
    output.note(text);
  });
  const stop = handle.onChange(({ live }) => {
    tellOfSite(live.site);
    progress.show(progressLine(live, Date.now()));
  });
  const interrupt = () => {
    progress.clear();
    const { site } = handle.live();
    output.note(
      site
        ? `Interrupted: saving the state. What ${site.label} has of it goes on there.`
        : 'Interrupted: saving the state…',
    );
    // What goes wrong on the way reaches us through `finished`.
    handle.interrupt().catch(() => undefined);
  };
  if (io.signal.aborted) interrupt();
  else io.signal.addEventListener('abort', interrupt, { once: true });
  try {
    const report = await handle.finished;
    progress.clear();
    output.result(runJson(report), () => renderReport(report));
    return ended(context, handle, report, root);
  } finally {
    io.signal.removeEventListener('abort', interrupt);
    stop();
    progress.clear();
  }
}

function ended(context: CommandContext, handle: RunHandle, report: RunReport, root: string): number {
  switch (report.status) {
    case 'succeeded':
      return EXIT.done;
    case 'interrupted':
    case 'running':
      context.output.note(`${whatStays(handle)} Go on with: ${resumeCommand(report.run_id, root)}`);
      return EXIT.interrupted;
    case 'failed':
      return isUnusable(handle, report) ? EXIT.unreachable : EXIT.failed;
    case 'cancelled':
      return EXIT.failed;
  }
}

/** Nothing failed but what the site could not begin: an image that cannot be pulled, an account that may not submit. */
function isUnusable(handle: RunHandle, { failures }: RunReport): boolean {
  const isAtSite = handle.live().site !== undefined;
  return isAtSite && failures.length > 0 && failures.every(({ outcome }) => outcome === 'launch_failure');
}

function whatStays(handle: RunHandle): string {
  const { site } = handle.live();
  return site
    ? `What was handed to ${site.label} goes on there, and a resume finds it again.`
    : 'What finished is kept.';
}
