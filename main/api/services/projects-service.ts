import { homedir } from 'node:os';
import { basename } from 'node:path';
import { AppError } from '../../platform/errors.ts';
import { resourcePath } from '../../platform/resources.ts';
import type { OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import { folderExists, listFolder } from '../../workspaces/project-folder.ts';
import type { RecentProject, RecentProjects } from '../../workspaces/recent-projects.ts';
import { copySample } from '../../workspaces/sample.ts';
import type { ProjectService, ProjectView } from '../services.ts';

/** Older entries of the list are shown without their last run: reading each opens a database. */
const LAST_RUNS_SHOWN = 8;

export interface ProjectsDependencies {
  readonly workspaces: OpenWorkspaces;
  readonly recent: RecentProjects;
  /** Shows the native dialog; null in a host that has none. */
  readonly chooseFolder: (() => Promise<string | null>) | null;
}

export function projectsService(deps: ProjectsDependencies): ProjectService {
  const { workspaces, recent, chooseFolder } = deps;

  async function view(project: RecentProject, withLastRun = true): Promise<ProjectView> {
    const available = await folderExists(project.folder);
    return {
      projectId: project.projectId,
      name: basename(project.folder),
      folder: project.folder,
      manifestFile: project.manifestFile,
      lastOpenedAt: project.lastOpenedAt,
      lastRun: available && withLastRun ? await workspaces.lastRun(project.folder, project.projectId) : null,
      available,
    };
  }

  async function open(path: string): Promise<ProjectView> {
    const { projectId } = await workspaces.open(path);
    return view(await workspaces.entry(projectId));
  }

  return {
    recent: async () =>
      Promise.all((await recent.list()).map((project, index) => view(project, index < LAST_RUNS_SHOWN))),
    open,
    get: async (projectId) => {
      const { manifestFile } = await workspaces.get(projectId);
      return view({ ...(await workspaces.entry(projectId)), manifestFile });
    },
    choose: async () => {
      if (!chooseFolder)
        throw new AppError({
          code: 'E_NO_DIALOG',
          message: 'The browser has no dialog for folders.',
          hint: 'Choose a folder from the list, or type its path.',
        });
      const path = await chooseFolder();
      return path === null ? null : open(path);
    },
    listFolder: (path) => listFolder(path ?? homedir()),
    createSample: async () => open(await copySample(resourcePath('samples', 'energy'), homedir())),
    forget: (projectId) => recent.forget(projectId),
  };
}
