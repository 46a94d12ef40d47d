import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { type LoadedManifest, loadManifest } from '../manifest/load.ts';
import type { DeploymentSpec } from '../manifest/spec.ts';
import { AppError } from '../platform/errors.ts';
import { type WorkspacePaths, workspacePaths } from '../platform/paths.ts';
import { openWorkspace, type Workspace } from '../telemetry/workspace.ts';
import type { CommandContext } from './context.ts';
import { problemLine, problemText } from './problem-text.ts';

const NAMES = ['scalable.yaml', 'scalable.yml'];

/** The manifest's absolute path: as given, as SCALABLE_MANIFEST says, or `scalable.yaml` here. */
export function manifestPath(context: CommandContext, given: string | undefined): string {
  const { cwd } = context.io;
  const named = given ?? context.settings.manifest;
  if (named !== null && named !== undefined) return resolve(cwd, named);
  return resolve(cwd, NAMES.find((name) => existsSync(resolve(cwd, name))) ?? 'scalable.yaml');
}

/** The folder whose `.scalable/` keeps the state: `--workspace`, else the manifest's folder. */
export function workspaceRoot(context: CommandContext, manifest?: string): string {
  const { workspace } = context.flags;
  return workspace === undefined
    ? dirname(manifestPath(context, manifest))
    : resolve(context.io.cwd, workspace);
}

export function pathsOf(context: CommandContext, manifest?: string): WorkspacePaths {
  const paths = workspacePaths(workspaceRoot(context, manifest));
  const { modelsFolder } = context.settings;
  return modelsFolder === null ? paths : { ...paths, models: fromHere(context, modelsFolder) };
}

export function load(
  context: CommandContext,
  path: string,
  target: string | undefined,
): Promise<LoadedManifest> {
  return loadManifest({ path, target, env: context.env });
}

/**
 * A manifest without errors; its warnings go to stderr.
 * @throws AppError `E_MANIFEST_INVALID` with all problems
 */
export async function loadSpec(
  context: CommandContext,
  path: string,
  target: string | undefined,
): Promise<DeploymentSpec> {
  const { spec, report } = await load(context, path, target);
  if (spec !== null) {
    for (const warning of report.warnings) context.output.note(problemLine(context.io.cwd, path, warning));
    return spec;
  }
  throw new AppError({
    code: 'E_MANIFEST_INVALID',
    message: report.errors.map((problem) => problemText(context.io.cwd, path, problem)).join('\n'),
    hint: 'Nothing was started.',
    details: { errors: report.errors },
  });
}

/** Opens the workspace for the length of `work`, whatever happens in it. */
export async function withWorkspace<Result>(
  root: string,
  access: 'read' | 'write',
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const workspace = await openWorkspace(root, { access });
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

/** `last`, or a run's id: both work everywhere a run is named. @throws AppError `E_RUN_NOT_FOUND` */
export async function findRun(workspace: Workspace, runId: string) {
  const run = await workspace.store.run(runId === 'latest' ? 'last' : runId);
  if (run !== null) return run;
  throw new AppError({
    code: 'E_RUN_NOT_FOUND',
    message:
      runId === 'last'
        ? 'There is no run in this workspace yet.'
        : `There is no run ${runId} in this workspace.`,
    hint: 'List the runs with `scalable runs`, or name another workspace with --workspace.',
  });
}

export function fromHere(context: CommandContext, path: string): string {
  return isAbsolute(path) ? path : resolve(context.io.cwd, path);
}
