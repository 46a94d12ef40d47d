import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, systemErrorCode } from '../platform/errors.ts';

/** Parsed content; null when there is no file or it is not JSON (a half-written file of another program). */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw new AppError(
      {
        code: 'E_FILE_READ',
        message: `${path} cannot be read.`,
        hint: 'Check its permissions, then try again.',
      },
      { cause: error },
    );
  }
}

/**
 * Replaces a file as a whole: readers see the old content or the new one, never a part, whatever crashes.
 * @throws AppError E_DISK_FULL, E_FILE_WRITE; the old content is still there
 */
export async function writeFileAtomically(path: string, text: string, mode = 0o644): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new AppError(
      systemErrorCode(error) === 'ENOSPC'
        ? {
            code: 'E_DISK_FULL',
            message: `The disk is full: ${path} was not saved.`,
            hint: 'Free some space.',
          }
        : {
            code: 'E_FILE_WRITE',
            message: `${path} cannot be written.`,
            hint: 'Check the permissions of its folder.',
          },
      { cause: error },
    );
  }
}
