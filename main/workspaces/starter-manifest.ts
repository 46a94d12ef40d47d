import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError, systemErrorCode } from '../platform/errors.ts';
import { slug } from '../platform/ids.ts';

/** The smallest manifest that runs: one target, one component, one task with two instances. */
export function starterManifest(project: string): string {
  return `version: 1
project:
  name: ${JSON.stringify(project)}

targets:
  local: { provider: local, max_workers: 2 }

components:
  model: { cpus: 1, memory: 1G }

tasks:
  simulate:
    component: model
    command: echo scenario {scenario} # put your own program here
    params: { scenario: [base, high] }
`;
}

/**
 * Writes a first `scalable.yaml` into a folder that has none. An existing file is never touched.
 * @throws AppError E_MANIFEST_EXISTS, E_FILE_WRITE
 */
export async function createManifest(folder: string): Promise<void> {
  const path = join(folder, 'scalable.yaml');
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(starterManifest(slug(basename(folder))));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new AppError(
      systemErrorCode(error) === 'EEXIST'
        ? { code: 'E_MANIFEST_EXISTS', message: `${path} is there already.`, hint: 'Open the folder again.' }
        : {
            code: 'E_FILE_WRITE',
            message: `${path} cannot be written.`,
            hint: 'Check the folder’s permissions and its free space.',
          },
      { cause: error },
    );
  }
}
