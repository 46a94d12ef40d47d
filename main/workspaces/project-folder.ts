import { createHash } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, systemErrorCode } from '../platform/errors.ts';

export const MANIFEST_NAMES = ['scalable.yaml', 'scalable.yml'] as const;

export interface ProjectFolder {
  /** Stable for a folder, whatever path led to it. */
  readonly projectId: string;
  readonly folder: string;
  readonly manifestFile: string | null;
}

/**
 * The project that a folder or a manifest file means.
 * @throws AppError E_PROJECT_NOT_FOUND
 */
export async function findProject(path: string): Promise<ProjectFolder> {
  let real: string;
  let isFolder: boolean;
  try {
    real = await realpath(resolve(path));
    isFolder = (await stat(real)).isDirectory();
  } catch (error) {
    throw new AppError(
      {
        code: 'E_PROJECT_NOT_FOUND',
        message:
          systemErrorCode(error) === 'EACCES' ? `${path} may not be read.` : `There is no folder ${path}.`,
        hint: 'Check the path; if it is on another drive or server, connect that first.',
      },
      { cause: error },
    );
  }
  if (isFolder) return { projectId: projectIdOf(real), folder: real, manifestFile: await manifestIn(real) };
  if (!/\.ya?ml$/i.test(real))
    throw new AppError({
      code: 'E_PROJECT_NOT_FOUND',
      message: `${basename(real)} is not a manifest.`,
      hint: 'Open a folder, or a manifest whose name ends in .yaml or .yml.',
    });
  return { projectId: projectIdOf(dirname(real)), folder: dirname(real), manifestFile: basename(real) };
}

export function projectIdOf(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 16);
}

/** Name of the manifest in a folder; null when it has none or may not be read. */
export async function manifestIn(folder: string): Promise<string | null> {
  for (const name of MANIFEST_NAMES) if (await isFile(join(folder, name))) return name;
  return null;
}

export async function folderExists(folder: string): Promise<boolean> {
  return stat(folder).then(
    (info) => info.isDirectory(),
    () => false, // gone, unmounted or not ours to read: not available either way
  );
}

export interface FolderList {
  readonly path: string;
  readonly parent: string | null;
  readonly entries: readonly {
    readonly name: string;
    readonly path: string;
    readonly hasManifest: boolean;
  }[];
  readonly files: readonly { readonly name: string; readonly path: string; readonly bytes: number }[];
  /** How many folders and files were left out. */
  readonly omitted: number;
  readonly hasManifest: boolean;
}

/** A page of names is for choosing one, not for browsing a scratch file system with millions of them. */
const MOST_LISTED = 1000;

/** Names under which traces and tables of other programs come. */
const IMPORTABLE = /\.(csv|tsv|txt|json|jsonl)$/i;

/**
 * The folders in a folder and the files that may hold history, hidden ones left out, by name.
 * @throws AppError E_PROJECT_NOT_FOUND
 */
export async function listFolder(path: string): Promise<FolderList> {
  const { folder, manifestFile } = await findProject(path);
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new AppError(
      { code: 'E_PROJECT_NOT_FOUND', message: `${folder} may not be read.`, hint: 'Choose another folder.' },
      { cause: error },
    );
  });
  const seen = found.filter((item) => !item.name.startsWith('.'));
  const folders = byName(seen.filter((item) => item.isDirectory()));
  const importable = byName(seen.filter((item) => !item.isDirectory() && IMPORTABLE.test(item.name)));
  const shown = folders.slice(0, MOST_LISTED);
  const shownFiles = importable.slice(0, MOST_LISTED);
  const [entries, files] = await Promise.all([
    Promise.all(
      shown.map(async (name) => ({
        name,
        path: join(folder, name),
        hasManifest: (await manifestIn(join(folder, name))) !== null,
      })),
    ),
    Promise.all(shownFiles.map((name) => fileIn(folder, name))),
  ]);
  const parent = dirname(folder);
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    entries,
    files: files.filter((file) => file !== null),
    omitted: folders.length - shown.length + importable.length - shownFiles.length,
    hasManifest: manifestFile !== null,
  };
}

function byName(items: readonly { readonly name: string }[]): readonly string[] {
  return items.map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Null for what is no file after all: a broken link, a pipe, one that was just removed. */
async function fileIn(folder: string, name: string): Promise<FolderList['files'][number] | null> {
  const path = join(folder, name);
  return stat(path).then(
    (info) => (info.isFile() ? { name, path, bytes: info.size } : null),
    () => null,
  );
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
