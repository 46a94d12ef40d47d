import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import { AppError, cancelledError } from '../../platform/errors.ts';
import { MIB } from '../../platform/units.ts';
import type { Site } from '../../providers/site.ts';
import { FileDigests } from '../file-digests.ts';
import { inParallel } from './in-parallel.ts';
import { type ProjectFile, projectFiles } from './project-files.ts';
import { onPaths, siteSums } from './site-files.ts';

/** Smaller files are written whole, several at once; larger ones one after the other, and resumed after a break. */
const SMALL_BYTES = 4 * MIB;
const AT_ONCE = 8;
/** What an earlier copy brought there, so that what is deleted here goes there too, and nothing else does. */
const LIST = '.scalable/copied.json';

export interface StagingProgress {
  readonly site: string;
  readonly folder: string;
  /** All that the project has, and what of it differs there. */
  readonly files: number;
  readonly changed: number;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface StagingOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StagingProgress) => void;
}

/**
 * Makes the copy of a project in a site's folder equal to the project: files with the same SHA-256 are left alone, others
 * copied and compared, ones that were deleted here removed. What tasks have written there stays.
 * @throws AppError `E_PROJECT_TOO_LARGE`, `E_TRANSFER_DAMAGED`, and those of the site
 */
export async function stageProject(
  site: Site,
  spec: DeploymentSpec,
  folder: string,
  options: StagingOptions = {},
): Promise<StagingProgress> {
  try {
    return await bring(site, spec, folder, options);
  } catch (error) {
    throw options.signal?.aborted ? stopped(site, error) : error;
  }
}

function stopped({ label }: Site, cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_CANCELLED',
      message: `Copying the project to ${label} was stopped, and no run was started.`,
      hint: 'What has been copied stays there; the next start goes on from it.',
    },
    { cause },
  );
}

async function bring(
  site: Site,
  spec: DeploymentSpec,
  folder: string,
  options: StagingOptions,
): Promise<StagingProgress> {
  const files = await projectFiles(spec);
  const digests = new FileDigests();
  const here = (path: string) => join(spec.projectFolder, path);
  const there = await siteSums(
    site,
    folder,
    files.map(({ path }) => path),
    options.signal,
  );
  const changed: ProjectFile[] = [];
  for (const file of files)
    if ((await digests.digest(here(file.path))) !== there.get(file.path)) changed.push(file);

  const totalBytes = changed.reduce((sum, { bytes }) => sum + bytes, 0);
  let doneBytes = 0;
  const progress = (more = 0): StagingProgress => ({
    site: site.label,
    folder,
    files: files.length,
    changed: changed.length,
    doneBytes: doneBytes + more,
    totalBytes,
  });
  const tell = (more = 0) => options.onProgress?.(progress(more));
  tell();
  const copied = ({ bytes }: ProjectFile) => {
    doneBytes += bytes;
    tell();
  };
  const isSmall = ({ bytes }: ProjectFile) => bytes < SMALL_BYTES;
  const write = async (file: ProjectFile) => {
    if (options.signal?.aborted) throw cancelledError();
    const mode = file.executable ? 0o755 : 0o644;
    await site.writeFile(posix.join(folder, file.path), await readFile(here(file.path)), { mode });
  };
  await inParallel(changed.filter(isSmall), AT_ONCE, async (file) => {
    await write(file);
    copied(file);
  });
  for (const file of changed.filter((each) => !isSmall(each))) {
    await site.upload(here(file.path), posix.join(folder, file.path), {
      ...(options.signal && { signal: options.signal }),
      onProgress: (done) => tell(done),
    });
    copied(file);
  }
  const unlike = (some: readonly ProjectFile[]) =>
    differing(site, folder, some, (path) => digests.digest(here(path)));
  const changedSince = await unlike(changed.filter(isSmall));
  await inParallel(changedSince, AT_ONCE, write);
  const [damaged] = await unlike(changedSince);
  if (damaged) throw notAsHere(damaged, site);
  await onPaths(
    site,
    folder,
    changed.filter((file) => file.executable && !isSmall(file)).map(({ path }) => path),
    ['chmod', 'u+x', '--'],
  );
  await removeOld(site, folder, files);
  return progress();
}

/** Of these files the ones that are not there as they are here now. */
async function differing(
  site: Site,
  folder: string,
  files: readonly ProjectFile[],
  digest: (path: string) => Promise<string | null>,
): Promise<readonly ProjectFile[]> {
  if (files.length === 0) return [];
  const sums = await siteSums(
    site,
    folder,
    files.map(({ path }) => path),
  );
  const unlike: ProjectFile[] = [];
  for (const file of files) if (sums.get(file.path) !== (await digest(file.path))) unlike.push(file);
  return unlike;
}

function notAsHere({ path }: ProjectFile, { label }: Site): AppError {
  return new AppError({
    code: 'E_TRANSFER_DAMAGED',
    message: `${path} is not on ${label} as it is here, also after a second try.`,
    hint: 'Something may go on writing to it: leave it out with a .scalableignore. Else check the space and quota that are left there.',
  });
}

async function removeOld(site: Site, folder: string, files: readonly ProjectFile[]): Promise<void> {
  const list = posix.join(folder, LIST);
  const kept = new Set(files.map(({ path }) => path));
  const text = await site.readFile(list);
  const old: unknown = text === null ? [] : JSON.parse(Buffer.from(text).toString('utf8'));
  const gone = Array.isArray(old)
    ? old.filter((path): path is string => typeof path === 'string' && isInside(path) && !kept.has(path))
    : [];
  await onPaths(site, folder, gone, ['rm', '-f', '--']);
  if (text === null || gone.length > 0 || !Array.isArray(old) || old.length !== kept.size)
    await site.writeFile(list, JSON.stringify([...kept]));
}

const isInside = (path: string) => !path.startsWith('/') && !path.split('/').includes('..');
