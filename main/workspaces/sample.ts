import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, systemErrorCode } from '../platform/errors.ts';

/**
 * Copies the bundled sample to a new folder of the user's: `~/Scalable/energy-forecast`, or `…-2` when that is
 * there already. An existing folder is never written to.
 * @throws AppError E_SAMPLE_COPY
 */
export async function copySample(source: string, home: string): Promise<string> {
  const parent = join(home, 'Scalable');
  try {
    await mkdir(parent, { recursive: true });
    const folder = await newFolder(parent, 'energy-forecast');
    await cp(source, folder, { recursive: true, filter: (path) => !/[\\/]\.scalable([\\/]|$)/.test(path) });
    return folder;
  } catch (error) {
    throw new AppError(
      {
        code: 'E_SAMPLE_COPY',
        message: `The sample cannot be copied to ${parent}.`,
        hint: 'Check that there is space and that the folder may be written.',
      },
      { cause: error },
    );
  }
}

async function newFolder(parent: string, name: string): Promise<string> {
  for (let count = 1; ; count++) {
    const folder = join(parent, count === 1 ? name : `${name}-${count}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
  }
}
