import { posix } from 'node:path';
import { AppError } from '../../platform/errors.ts';
import type { WorkLayout } from '../provider.ts';
import type { Site } from '../site.ts';

export interface SiteFolders {
  /** The project's folder on this machine. */
  readonly projectFolder: string;
  /** Where the manifest says that it is on the site: absolute, or `~/…`; null: it does not say. */
  readonly projectDir: string | null;
  /** Folder for runs that the connection's profile names; null: none. */
  readonly workDir: string | null;
  readonly runId: string;
}

/**
 * Finds the project and a place for the run on a site: where the manifest says, else under the same path as here.
 * @throws AppError `E_PROJECT_NOT_ON_SITE`, and those of the site
 */
export async function siteLayout(site: Site, folders: SiteFolders): Promise<WorkLayout> {
  const { projectFolder: here, runId } = folders;
  const projectDir = await absolute(site, folders.projectDir);
  const workDir = await absolute(site, folders.workDir);
  const candidate = projectDir ?? (here.startsWith('/') ? here : null);
  const found = candidate === null ? null : await site.stat(candidate);
  if (candidate === null || found?.kind !== 'folder')
    throw new AppError({
      code: 'E_PROJECT_NOT_ON_SITE',
      message: `${site.label} has no folder ${candidate ?? here}, so the tasks would not find the project.`,
      hint: 'Copy the project there and write its folder into the target: project_dir: /path/on/the/site.',
    });
  return {
    projectFolder: candidate,
    runFolder: posix.join(workDir ?? candidate, '.scalable', 'runs', runId),
  };
}

async function absolute(site: Site, path: string | null): Promise<string | null> {
  if (path === null || !/^~(?:\/|$)/.test(path)) return path;
  const { stdout } = await site.exec(['sh', '-c', 'printf %s "$HOME"']);
  return posix.join(stdout, path.slice(1));
}
