import { posix } from 'node:path';
import { AppError } from '../../platform/errors.ts';
import type { WorkLayout } from '../provider.ts';
import type { Site } from '../site.ts';

/** Where a connection's work goes that names no folder; the guided set-up tries this one. */
const DEFAULT_WORK_DIR = '~/scalable';

export interface SiteFolders {
  /** The project's folder on this machine. */
  readonly projectFolder: string;
  /** Where the manifest says that it is on the site: absolute, or `~/…`; null: it does not say. */
  readonly projectDir: string | null;
  /** Folder for runs that the connection's profile names; null: none. */
  readonly workDir: string | null;
  readonly runId: string;
  /** What the project's copy is called on a site that does not see the project. */
  readonly copyName: string;
}

/**
 * Finds the project and a place for the run on a site: where the manifest says, else under the same path as here if one
 * can work there, else in a copy below the work folder, which the caller has to bring there.
 * @throws AppError `E_PROJECT_NOT_ON_SITE`, `E_SITE_WORK_DIR`, and those of the site
 */
export async function siteLayout(site: Site, folders: SiteFolders): Promise<WorkLayout> {
  const { projectFolder: here, runId } = folders;
  const workDir = await absolute(site, folders.workDir);
  const projectDir = await absolute(site, folders.projectDir);
  if (projectDir !== null) {
    const use = await folderUse(site, projectDir);
    if (use === 'none') throw notOnSite(site, projectDir);
    return { projectFolder: projectDir, runFolder: await runFolder(site, workDir ?? projectDir, runId) };
  }
  const use = here.startsWith('/') ? await folderUse(site, here) : 'none';
  if (use === 'write')
    return { projectFolder: here, runFolder: await runFolder(site, workDir ?? here, runId) };
  const root = workDir ?? (await absolute(site, DEFAULT_WORK_DIR)) ?? here;
  return {
    projectFolder: posix.join(root, '.scalable', 'projects', folders.copyName),
    runFolder: await runFolder(site, root, runId),
    copied: use === 'read' ? 'not-writable' : 'not-there',
  };
}

/** What the user of a site may do in a folder. To see one that exists and not enter it is of no use. */
async function folderUse(site: Site, folder: string): Promise<'none' | 'read' | 'write'> {
  // What an app of another user has made in it counts too: the run's files go there.
  const look =
    'cd -- "$1" 2>/dev/null && [ -r . ] || { echo none; exit 0; }; for d in . .scalable .scalable/runs; do [ -e $d ] && [ ! -w $d ] && { echo read; exit 0; }; done; echo write';
  const { stdout } = await site.exec(['/bin/sh', '-c', look, 'sh', folder]);
  const use = stdout.trim();
  return use === 'write' || use === 'read' ? use : 'none';
}

/** Where runs are kept is made now: a site that refuses it would refuse every submission later. */
async function runFolder(site: Site, root: string, runId: string): Promise<string> {
  const runs = posix.join(root, '.scalable', 'runs');
  const make = 'mkdir -p -- "$1" && [ -w "$1" ] && [ -x "$1" ]';
  const { exitCode } = await site.exec(['/bin/sh', '-c', make, 'sh', runs]);
  if (exitCode === 0) return posix.join(runs, runId);
  throw new AppError({
    code: 'E_SITE_WORK_DIR',
    message: `You cannot write to ${runs} on ${site.label}, where the run’s files would go.`,
    hint: 'Give the connection a work folder of yours on the file system that the nodes share (--work-dir, or Connections).',
  });
}

function notOnSite(site: Site, folder: string): AppError {
  return new AppError({
    code: 'E_PROJECT_NOT_ON_SITE',
    message: `${site.label} has no folder ${folder} that you can enter and read, so the tasks would not find the project.`,
    hint: 'Correct the target’s project_dir or the folder’s permissions; without project_dir the project is copied there.',
  });
}

async function absolute(site: Site, path: string | null): Promise<string | null> {
  if (path === null || !/^~(?:\/|$)/.test(path)) return path;
  const { stdout } = await site.exec(['sh', '-c', 'printf %s "$HOME"']);
  return posix.join(stdout, path.slice(1));
}
