import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder that holds package.json and `resources/`, found upwards from this module, so that it is right from
 * the sources, from the build and from an installed copy.
 */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/**
 * A bundled file or folder: `resourcePath('samples', 'energy')`. Child processes and copies need real files, so
 * inside a packaged app the unpacked copy beside the archive is named.
 */
export function resourcePath(...parts: readonly string[]): string {
  return join(unpacked(packageRoot), 'resources', ...parts);
}

/** Files of `app.asar` that other programs read lie in `app.asar.unpacked`. */
export function unpacked(path: string): string {
  return path.replace(/([\\/])app\.asar(?=[\\/]|$)/, '$1app.asar.unpacked');
}

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'resources'))) return folder;
    if (dirname(folder) === folder) throw new Error(`No package root above ${start}`);
  }
}
