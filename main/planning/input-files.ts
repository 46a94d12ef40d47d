import { glob, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError, systemErrorCode } from '../platform/errors.ts';
import type { InputStats, ReadInputStats } from './inputs.ts';

/** A pattern that matches more is surely not meant, and counting it would hold up the plan. */
const MAX_FILES = 100_000;

/** Sizes of the files below a project folder; each pattern is looked at once. A folder counts with all that is in it. */
export function inputStatsReader(projectFolder: string): ReadInputStats {
  const seen = new Map<string, Promise<InputStats>>();
  return (pattern) => {
    let stats = seen.get(pattern);
    if (!stats) {
      stats = patternStats(projectFolder, pattern);
      seen.set(pattern, stats);
    }
    return stats;
  };
}

async function patternStats(folder: string, pattern: string): Promise<InputStats> {
  const files = await matchingFiles(folder, pattern);
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), count: files.length };
}

/** Absolute paths of the files of a pattern, sorted; folders stand for their files. */
export async function matchingFiles(folder: string, pattern: string): Promise<string[]> {
  const files: string[] = [];
  for await (const match of glob(pattern, { cwd: folder })) {
    const path = resolve(folder, match);
    try {
      if ((await stat(path)).isDirectory()) files.push(...(await filesBelow(path)));
      else files.push(path);
    } catch (error) {
      // Gone between being listed and being looked at, or a link to nowhere: not an input.
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
    if (files.length > MAX_FILES)
      throw new AppError({
        code: 'E_TOO_MANY_INPUTS',
        message: `The input pattern ${pattern} matches more than ${MAX_FILES.toLocaleString('en')} files.`,
        hint: 'Make the pattern in “inputs” narrower, or leave it out: it only serves to predict sizes.',
      });
  }
  return [...new Set(files)].sort();
}

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Text of a parameter file. @throws AppError `E_PARAM_FILE` */
export async function readProjectText(
  projectFolder: string,
  path: string,
  readText: (path: string) => Promise<string>,
): Promise<string> {
  try {
    return await readText(resolve(projectFolder, path));
  } catch (error) {
    throw new AppError(
      {
        code: 'E_PARAM_FILE',
        message: `The parameter file ${path} cannot be read (${systemErrorCode(error) ?? String(error)}).`,
        hint: `Paths start from the manifest’s folder, ${projectFolder}.`,
      },
      { cause: error },
    );
  }
}
