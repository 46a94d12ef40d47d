import type { Clock } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { RunSummary } from '../telemetry/views.ts';
import { openWorkspace, type Workspace } from '../telemetry/workspace.ts';
import { findProject, folderExists, manifestIn, type ProjectFolder } from './project-folder.ts';
import type { RecentProject, RecentProjects } from './recent-projects.ts';
import { WorkspaceHealth } from './workspace-health.ts';

export interface OpenProject extends ProjectFolder {
  readonly workspace: Workspace;
  readonly health: WorkspaceHealth;
}

export interface OpenWorkspacesOptions {
  readonly recent: RecentProjects;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The projects of this process. A workspace is opened when it is first needed and then held, with its write
 * lock, until the app ends: a page names a project by id and never waits for a lock again.
 */
export class OpenWorkspaces {
  readonly #options: OpenWorkspacesOptions;
  readonly #open = new Map<string, Promise<OpenProject>>();

  constructor(options: OpenWorkspacesOptions) {
    this.#options = options;
  }

  /** Opens a folder or a manifest and remembers it. @throws AppError E_PROJECT_NOT_FOUND, E_WORKSPACE_IN_USE */
  async open(path: string): Promise<OpenProject> {
    const found = await findProject(path);
    const { workspace, health } = await this.#opened(found);
    const project = { ...found, workspace, health };
    this.#open.set(found.projectId, Promise.resolve(project));
    await this.#options.recent.remember({
      projectId: found.projectId,
      folder: found.folder,
      manifestFile: found.manifestFile,
      lastOpenedAt: this.#options.clock.now(),
    });
    return project;
  }

  /** A project the user opened before, in this or an earlier session of the app. */
  async get(projectId: string): Promise<OpenProject> {
    const { folder, manifestFile } = await this.entry(projectId);
    if (!(await folderExists(folder)))
      throw new AppError({
        code: 'E_PROJECT_NOT_FOUND',
        message: `The folder ${folder} is not there.`,
        hint: 'Connect the drive it is on, or forget the project.',
      });
    const project = await this.#opened({ projectId, folder, manifestFile });
    // A manifest written after the project was opened is found without opening it again.
    return project.manifestFile === null ? { ...project, manifestFile: await manifestIn(folder) } : project;
  }

  async entry(projectId: string): Promise<RecentProject> {
    const entry = await this.#options.recent.find(projectId);
    if (entry) return entry;
    throw new AppError({
      code: 'E_PROJECT_NOT_FOUND',
      message: 'This project is not in the list any more.',
      hint: 'Open its folder again.',
    });
  }

  /** The newest run of a project for a list; opens nothing for writing. Null where it cannot be read. */
  async lastRun(folder: string, projectId: string): Promise<RunSummary | null> {
    const open = this.#open.get(projectId);
    if (open) return (await (await open).workspace.store.runs({ limit: 1 }))[0] ?? null;
    try {
      const workspace = await openWorkspace(folder, { access: 'read' });
      try {
        return (await workspace.store.runs({ limit: 1 }))[0] ?? null;
      } finally {
        await workspace.close();
      }
    } catch (error) {
      this.#options.logger.log('debug', 'Last run not read', { folder, error: String(error) });
      return null;
    }
  }

  async closeAll(): Promise<void> {
    const open = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    await Promise.allSettled(
      open.map(async (project) => project.status === 'fulfilled' && project.value.workspace.close()),
    );
  }

  #opened(found: ProjectFolder): Promise<OpenProject> {
    const known = this.#open.get(found.projectId);
    if (known) return known;
    const opening = this.#openNow(found);
    this.#open.set(found.projectId, opening);
    // A failed opening is tried again next time: the other program may have ended by then.
    opening.catch(() => this.#open.delete(found.projectId));
    return opening;
  }

  async #openNow(found: ProjectFolder): Promise<OpenProject> {
    const { clock, logger } = this.#options;
    const health = new WorkspaceHealth();
    const workspace = await openWorkspace(found.folder, {
      access: 'write',
      clock,
      logger,
      onHealth: health.report,
    });
    return { ...found, workspace, health };
  }
}
