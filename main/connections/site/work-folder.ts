import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import type { Site } from '../../providers/site.ts';
import type { SshProfile } from '../profile.ts';

const DEFAULT_FOLDER = '~/scalable';

/** The absolute path of a connection's work folder on its site; made if it is not there. @throws AppError E_SITE_WORK_DIR */
export async function workFolder(site: Site, profile: Pick<SshProfile, 'workDir'>): Promise<string> {
  const wanted = profile.workDir ?? DEFAULT_FOLDER;
  // `$1` is expanded by nobody; only the home folder is put before it.
  const make =
    'd=$1; case $d in "~/"*) d=$HOME/$(printf %s "$d" | cut -c3-);; esac; mkdir -p -- "$d" && cd -- "$d" && pwd -P';
  const { exitCode, stdout, stderr } = await site.exec(['/bin/sh', '-c', make, 'sh', wanted]);
  const path = stdout.trim();
  if (exitCode === 0 && path.startsWith('/')) return path;
  throw new AppError({
    code: 'E_SITE_WORK_DIR',
    message: `The work folder ${wanted} cannot be made on ${site.label}: ${plainText(stderr, 200)}`,
    hint: 'Give the connection a folder of yours on the file system that the nodes share, often under /scratch or /work.',
  });
}

/** Bytes left, as `df -Pk` says; null where it does not. */
export async function freeBytes(site: Site, folder: string): Promise<number | null> {
  const { exitCode, stdout } = await site.exec(['df', '-Pk', '--', folder]);
  const kilobytes = exitCode === 0 ? stdout.trim().split('\n').at(-1)?.split(/\s+/)[3] : undefined;
  return kilobytes !== undefined && /^\d+$/.test(kilobytes) ? Number(kilobytes) * 1024 : null;
}

/** Writes and reads a file there. @throws AppError E_SITE_WORK_DIR */
export async function tryWriting(site: Site, folder: string, name: string): Promise<void> {
  const path = `${folder}/.${name}`;
  try {
    await site.writeFile(path, name);
    const content = await site.readFile(path);
    if (content && Buffer.from(content).toString() === name) return;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'E_SITE_FILE') throw error;
    throw cannotWrite(folder, error);
  } finally {
    await site.exec(['rm', '-f', '--', path]);
  }
  throw cannotWrite(folder, null);
}

function cannotWrite(folder: string, cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_SITE_WORK_DIR',
      message: `${folder} cannot be written to.`,
      hint: 'Choose a folder of yours with space left; a quota may be used up.',
    },
    { cause },
  );
}
