import { join as joinHere, posix } from 'node:path';
import type { DeploymentSpec } from '../manifest/spec.ts';
import { type RunPaths, runPaths } from '../platform/paths.ts';
import type { ProviderContext } from '../providers/provider.ts';
import { jobStoreOf } from './job-store.ts';
import type { RunSetting } from './open-run.ts';
import { stageToBucket } from './staging/stage-bucket.ts';
import { stageProject } from './staging/stage-project.ts';

/** Where a run's work finds its files. */
export interface Layout {
  /** The spec with the project's folder as the workers see it. */
  readonly spec: DeploymentSpec;
  readonly paths: RunPaths;
  /** The workers' files are not on this machine. */
  readonly elsewhere: boolean;
  /** Why the project is a copy there, which `bringProject` makes; null: it is the project itself. */
  readonly copied: 'not-there' | 'not-writable' | null;
}

/** @throws AppError of the provider, when the site cannot be reached */
export async function workLayout(setting: RunSetting, context: ProviderContext): Promise<Layout> {
  const { spec, provider } = setting;
  const layout = await provider.layout?.(spec, context);
  if (!layout) return { spec, paths: context.paths, elsewhere: false, copied: null };
  const { projectFolder, runFolder } = layout;
  const { join } = runFolder.startsWith('/') ? posix : { join: joinHere };
  return {
    spec: { ...spec, projectFolder },
    paths: {
      folder: runFolder,
      journal: join(runFolder, 'attempts.jsonl'),
      logs: join(runFolder, 'logs'),
      work: join(runFolder, 'work'),
    },
    elsewhere: projectFolder !== spec.projectFolder || runFolder !== context.paths.folder,
    copied: layout.copied ?? null,
  };
}

/** The same, and a project that the site does not see is copied there. @throws AppError as `stageProject` does */
export async function readyLayout(setting: RunSetting, context: ProviderContext): Promise<Layout> {
  const layout = await workLayout(setting, context);
  const bucket = await setting.provider.files?.(setting.spec, context);
  if (bucket) {
    await stageToBucket(bucket, setting.spec, setting);
    return layout;
  }
  if (layout.copied === null || !setting.sites) return layout;
  const { connection } = setting.spec.target.options;
  const site = await setting.sites.site(typeof connection === 'string' ? connection : null);
  await stageProject(site, setting.spec, layout.spec.projectFolder, {
    ...(setting.onStaging && { onProgress: setting.onStaging }),
    ...(setting.stagingSignal && { signal: setting.stagingSignal }),
  });
  return layout;
}

/** What a provider is given to work with in a run. */
export function providerContext(
  { workspace, clock, logger, sites }: RunSetting,
  runId: string,
): ProviderContext {
  return {
    clock,
    logger,
    runId,
    paths: runPaths(workspace.paths, runId),
    jobs: jobStoreOf(workspace.store, runId),
    billed: () => workspace.store.bills(runId),
    ...(sites && { sites }),
  };
}
