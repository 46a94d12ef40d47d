import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from '../../platform/errors.ts';
import type { RunPaths } from '../../platform/paths.ts';

/**
 * What a project's copy is called on a site: always the same for a project, another for every other one, on whatever
 * machine that is. Machines change their names on the way home; so an id is kept in the workspace.
 */
export async function copyName(paths: RunPaths, projectFolder: string): Promise<string> {
  const state = dirname(dirname(paths.folder));
  const file = join(state, 'site-copy-id');
  await mkdir(state, { recursive: true });
  try {
    await writeFile(file, randomUUID(), { flag: 'wx' });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
  const id = await readFile(file, { encoding: 'utf8' });
  // A folder that was copied with its workspace has the same id and is another project all the same.
  const hash = createHash('sha256').update(`${id}\0${projectFolder}`).digest('hex').slice(0, 10);
  const name = basename(projectFolder).replace(/[^\w.-]+/g, '_') || 'project';
  return `${name}-${hash}`;
}
