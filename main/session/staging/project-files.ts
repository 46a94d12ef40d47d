import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, posix, relative, resolve, sep } from 'node:path';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import { describeMemory, GIB } from '../../platform/units.ts';
import { type Ignores, ignoreRules } from './ignore-rules.ts';

export const IGNORE_FILE = '.scalableignore';
const MAX_FILES = 20_000;
const MAX_BYTES = 2 * GIB;

export interface ProjectFile {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly executable: boolean;
}

/**
 * What of a project goes to a site: all its files but outputs, state of tools, and what `.scalableignore` names.
 * @throws AppError `E_PROJECT_TOO_LARGE` naming the largest folders
 */
export async function projectFiles(spec: DeploymentSpec): Promise<ProjectFile[]> {
  const { projectFolder } = spec;
  const ignores = ignoreRules(await ignoreText(projectFolder), outputsFolder(spec));
  const files: ProjectFile[] = [];
  let bytes = 0;
  for await (const file of filesOf(projectFolder, '', ignores, new Set([await realpath(projectFolder)]))) {
    files.push(file);
    bytes += file.bytes;
    if (files.length > MAX_FILES || bytes > MAX_BYTES) throw tooLarge(files);
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function* filesOf(
  folder: string,
  below: string,
  ignores: Ignores,
  /** Real paths on the way here: a link to one of them would go round for ever. */
  above: ReadonlySet<string>,
): AsyncGenerator<ProjectFile> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = posix.join(below, entry.name);
    const full = join(folder, path);
    // A link stands for what it leads to: there it would lead nowhere.
    const found = entry.isSymbolicLink() ? await targetOf(full) : entry;
    if (found === null || ignores(path, found.isDirectory())) continue;
    if (found.isDirectory()) {
      const real = await realpath(full);
      if (!above.has(real)) yield* filesOf(folder, path, ignores, new Set([...above, real]));
    } else if (found.isFile()) {
      const { size, mode } = await stat(full);
      yield { path, bytes: size, executable: (mode & 0o100) !== 0 };
    }
  }
}

async function targetOf(link: string) {
  try {
    return await stat(link);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ELOOP') return null;
    throw error;
  }
}

async function ignoreText(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, IGNORE_FILE), { encoding: 'utf8' });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Outputs of earlier runs are no inputs of the next one. */
function outputsFolder({ project, projectFolder }: DeploymentSpec): string[] {
  const { defaultStorage } = project;
  if (defaultStorage === null || /^[a-z][a-z0-9+.-]*:\/\//i.test(defaultStorage)) return [];
  const below = relative(projectFolder, resolve(projectFolder, defaultStorage)).split(sep).join('/');
  return below === '' || below === '..' || below.startsWith('../') ? [] : [`/${below}/`];
}

function tooLarge(files: readonly ProjectFile[]): AppError {
  const sizes = new Map<string, { bytes: number; count: number }>();
  for (const { path, bytes } of files) {
    const top = path.includes('/') ? `${path.split('/')[0]}/` : path;
    const known = sizes.get(top) ?? { bytes: 0, count: 0 };
    sizes.set(top, { bytes: known.bytes + bytes, count: known.count + 1 });
  }
  const isMany = files.length > MAX_FILES;
  const largest = [...sizes]
    .sort(([, a], [, b]) => (isMany ? b.count - a.count : b.bytes - a.bytes))
    .slice(0, 3)
    .map(([name, { bytes, count }]) => `${name} (${count} files, ${describeMemory(bytes)})`);
  return new AppError({
    code: 'E_PROJECT_TOO_LARGE',
    message: `The project’s folder is not on the site, and to copy it is too much: more than ${
      isMany ? `${MAX_FILES.toLocaleString('en')} files` : describeMemory(MAX_BYTES)
    }. Largest seen so far: ${largest.join(', ')}.`,
    hint: `Name what the tasks do not need in a file ${IGNORE_FILE} (as in a .gitignore), or copy the project there yourself and write its folder into the target: project_dir: /path/on/the/site.`,
  });
}
