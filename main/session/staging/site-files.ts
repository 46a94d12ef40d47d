import { posix } from 'node:path';
import type { FarFiles } from '../../providers/run-files.ts';
import type { Site } from '../../providers/site.ts';

const LONG_SECONDS = 1800;

/** SHA-256 by path of the files below a folder of a site; what is not there is not in it. One command. */
export async function siteSums(
  site: Site,
  folder: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (paths.length === 0) return new Map();
  const sum = 'cd -- "$1" 2>/dev/null || exit 0; xargs -0 sha256sum -z -- 2>/dev/null; exit 0';
  const { stdout } = await site.exec(['/bin/sh', '-c', sum, 'sh', folder], {
    stdin: paths.map((path) => `${path}\0`).join(''),
    timeoutSeconds: LONG_SECONDS,
    ...(signal && { signal }),
  });
  return sumsIn(stdout);
}

export function siteFiles(site: Site): FarFiles {
  return {
    label: site.label,
    stat: (path) => site.stat(path),
    readFile: (path, options) => site.readFile(path, options),
    download: (path, localPath, options) => site.download(path, localPath, options),
    treeSums: (roots, signal) => siteTreeSums(site, roots, signal),
  };
}

/** Sums of everything below some files and folders, by absolute path. One command. */
async function siteTreeSums(
  site: Site,
  roots: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (roots.length === 0) return new Map();
  const walk = 'xargs -0 sh -c \'find "$@" -type f -exec sha256sum -z -- {} + 2>/dev/null\' sh; exit 0';
  const { stdout } = await site.exec(['/bin/sh', '-c', walk], {
    stdin: roots.map((path) => `${posix.normalize(path)}\0`).join(''),
    timeoutSeconds: LONG_SECONDS,
    ...(signal && { signal }),
  });
  return sumsIn(stdout);
}

/** `SUM  path` each, with a zero byte after. */
function sumsIn(output: string): ReadonlyMap<string, string> {
  return new Map(
    output.split('\0').flatMap((line) => {
      const found = /^([0-9a-f]{64}) [ *](.+)$/s.exec(line);
      return found?.[1] && found[2] ? [[found[2], found[1]]] : [];
    }),
  );
}

/** Runs a program on many paths below a folder. */
export async function onPaths(
  site: Site,
  folder: string,
  paths: readonly string[],
  argv: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  await site.exec(['/bin/sh', '-c', 'cd -- "$1" && shift && xargs -0 "$@"', 'sh', folder, ...argv], {
    stdin: paths.map((path) => `${path}\0`).join(''),
  });
}
