import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
const known = new Map<string, string>();

/**
 * Where a command lies: itself when it names a path, else the first executable file of that name on `searchPath`.
 * What was found is remembered, because a campaign starts the same program thousands of times.
 */
export function executablePath(
  command: string,
  searchPath: string | undefined,
  folder: string,
  lookAgain = false,
): string | null {
  if (command.includes('/')) return command;
  const key = `${searchPath}\0${command}`;
  const remembered = lookAgain ? undefined : known.get(key);
  if (remembered !== undefined) return remembered;
  known.delete(key);
  for (const entry of (searchPath ?? DEFAULT_PATH).split(delimiter)) {
    const place = isAbsolute(entry) ? entry : join(folder, entry);
    const path = join(place, command);
    if (!isExecutableFile(path)) continue;
    // A relative entry of PATH means another place in every folder.
    if (isAbsolute(entry)) known.set(key, path);
    return path;
  }
  return null;
}

export function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not there or not executable: the same to whoever looks for a program
  }
}
