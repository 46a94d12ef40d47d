import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import { writeFileAtomically } from '../../workspaces/json-file.ts';
import type { OpenProject } from '../../workspaces/open-workspaces.ts';

/** Beyond this a manifest is some other file; reading it would only stall the editor. */
const MAX_BYTES = 5_000_000;

export interface ManifestFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** Hash of the text. */
  readonly version: string;
}

/** @throws AppError E_MANIFEST_MISSING, E_MANIFEST_TOO_LARGE, E_MANIFEST_READ */
export async function readManifestFile(project: OpenProject): Promise<ManifestFile> {
  const path = manifestPath(project);
  const name = project.manifestFile ?? '';
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES)
      throw new AppError({
        code: 'E_MANIFEST_TOO_LARGE',
        message: `${name} has ${Math.round(size / 1e6)} MB; a manifest has 5 MB at most.`,
        hint: 'Put long lists of parameters into a CSV file and name it with { file: …, column: … }.',
      });
    const text = await readFile(path, 'utf8');
    return { name, path, text, version: versionOf(text) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw systemErrorCode(error) === 'ENOENT'
      ? missing(project)
      : new AppError(
          { code: 'E_MANIFEST_READ', message: `${name} cannot be read.`, hint: 'Check its permissions.' },
          { cause: error },
        );
  }
}

/**
 * Saves when the file is still what the page has seen. A link stays a link and its target is written.
 * @throws AppError E_MANIFEST_CHANGED, E_FILE_WRITE, E_DISK_FULL
 */
export async function saveManifestFile(project: OpenProject, text: string, version: string): Promise<void> {
  const current = await readManifestFile(project);
  if (current.version !== version)
    throw new AppError({
      code: 'E_MANIFEST_CHANGED',
      message: `${current.name} was changed by another program since it was loaded here.`,
      hint: 'Copy your change, load the file again and make the change there.',
    });
  const target = await realpath(current.path);
  await writeFileAtomically(target, text, (await stat(target)).mode & 0o777);
}

function manifestPath(project: OpenProject): string {
  if (project.manifestFile === null) throw missing(project);
  return join(project.folder, project.manifestFile);
}

function missing(project: OpenProject): AppError {
  return new AppError({
    code: 'E_MANIFEST_MISSING',
    message: `There is no scalable.yaml in ${project.folder}.`,
    hint: 'Create one there, or start from the sample project.',
  });
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
