import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeFileAtomically } from './json-file.ts';

const entry = z.object({
  projectId: z.string().regex(/^[a-f0-9]{16}$/),
  folder: z.string().min(1),
  manifestFile: z.string().nullable(),
  lastOpenedAt: z.number(),
});

export type RecentProject = Readonly<z.infer<typeof entry>>;

const MAX_ENTRIES = 50;

/** The projects a user has opened, newest first, in one small file. Entries of a damaged file are left out. */
export class RecentProjects {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(configFolder: string) {
    this.#path = join(configFolder, 'recent-projects.json');
  }

  async list(): Promise<readonly RecentProject[]> {
    const content = await readJsonFile(this.#path);
    if (!Array.isArray(content)) return [];
    return content.flatMap((item) => entry.safeParse(item).data ?? []);
  }

  async find(projectId: string): Promise<RecentProject | null> {
    return (await this.list()).find((project) => project.projectId === projectId) ?? null;
  }

  /** Puts a project first. */
  remember(project: RecentProject): Promise<void> {
    return this.#change((projects) => [
      project,
      ...projects.filter((other) => other.projectId !== project.projectId),
    ]);
  }

  forget(projectId: string): Promise<void> {
    return this.#change((projects) => projects.filter((project) => project.projectId !== projectId));
  }

  /** One change after the other, so that two at once do not lose each other's. */
  #change(change: (projects: readonly RecentProject[]) => readonly RecentProject[]): Promise<void> {
    const done = this.#last.then(async () => {
      const projects = change(await this.list()).slice(0, MAX_ENTRIES);
      await writeFileAtomically(this.#path, `${JSON.stringify(projects, null, 2)}\n`);
    });
    this.#last = done.catch(() => undefined); // whoever asked is told; the next change starts anew
    return done;
  }
}
