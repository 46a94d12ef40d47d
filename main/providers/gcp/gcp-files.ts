import { join, posix } from 'node:path';
import { CRC32C } from '@google-cloud/storage';
import { AppError, cancelledError, systemErrorCode } from '../../platform/errors.ts';
import type { RunFiles, StagedFile } from '../run-files.ts';
import type { FileStat, TransferOptions } from '../site.ts';
import { atOnce } from './at-once.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import type { GcpPlaces } from './gcp-options.ts';
import { readBrought, writeBrought } from './project-copy.ts';

/** The files of a run in its bucket. Paths are those that machines see, below the place where they mount it. */
export function gcpFiles(bucket: Bucket, places: GcpPlaces): RunFiles {
  const nameOf = (path: string): string => {
    const name = posix.relative(places.mount, posix.normalize(path));
    if (name !== '' && !name.startsWith('..') && !posix.isAbsolute(name)) return name;
    throw new AppError({ code: 'E_SITE_FILE', message: `${path} is not in the bucket ${bucket.name}.` });
  };
  return {
    label: `gs://${bucket.name}`,
    projectPlace: `gs://${bucket.name}/${places.project}`,
    async stat(path) {
      const found = await bucket.stat(nameOf(path));
      if (found) return fileStat(found);
      return (await bucket.hasBelow(nameOf(path))) ? { kind: 'folder', bytes: 0, modifiedAt: 0 } : null;
    },
    readFile: (path, options) => bucket.read(nameOf(path), options),
    download: (path, localPath, options) => bucket.download(nameOf(path), localPath, options),
    async treeSums(roots) {
      const trees = await atOnce(roots, (root) => filesBelow(bucket, nameOf(root)));
      return new Map(
        trees.flat().flatMap(({ name, crc32c }) => (crc32c ? [[`${places.mount}/${name}`, crc32c]] : [])),
      );
    },
    sumOf: localSum,
    stage: (folder, files, options) => stage(bucket, places.project, { folder, files }, options),
  };
}

async function filesBelow(bucket: Bucket, root: string): Promise<BucketObject[]> {
  const objects = await bucket.list(root);
  return objects.filter(({ name }) => !name.endsWith('/') && (name === root || name.startsWith(`${root}/`)));
}

function fileStat({ bytes, modifiedAt }: BucketObject): FileStat {
  return { kind: 'file', bytes, modifiedAt };
}

/** CRC32C as Cloud Storage writes it; null for what is no file. */
async function localSum(path: string): Promise<string | null> {
  try {
    return (await CRC32C.fromFile(path)).toString();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

/** Makes a project's copy equal to the project; what tasks have written there stays. */
async function stage(
  bucket: Bucket,
  project: string,
  { folder, files }: { folder: string; files: readonly StagedFile[] },
  { signal, onProgress }: TransferOptions = {},
): Promise<number> {
  const there = new Map(
    (await filesBelow(bucket, project)).map((object) => [object.name.slice(project.length + 1), object]),
  );
  const isNew = await atOnce(files, async ({ path, bytes }) => {
    const known = there.get(path);
    return known?.bytes !== bytes || known.crc32c !== (await localSum(join(folder, path)));
  });
  const changed = files.filter((_, at) => isNew[at]);
  const total = changed.reduce((sum, { bytes }) => sum + bytes, 0);
  const done = new Map<string, number>();
  const tell = (path: string, bytes: number) => {
    done.set(path, bytes);
    onProgress?.(
      [...done.values()].reduce((sum, each) => sum + each, 0),
      total,
    );
  };
  onProgress?.(0, total);
  const brought = new Map(files.map(({ path }) => [path, there.get(path)?.crc32c ?? '']));
  await atOnce(changed, async ({ path, bytes }) => {
    if (signal?.aborted) throw cancelledError();
    const crc32c = await bucket.upload(join(folder, path), `${project}/${path}`, bytes, {
      ...(signal && { signal }),
      onProgress: (sent) => tell(path, sent),
    });
    brought.set(path, crc32c ?? '');
  });
  const old = [...(await readBrought(bucket, project)).keys()].filter((path) => !brought.has(path));
  await atOnce(old, (path) => bucket.remove(`${project}/${path}`));
  await writeBrought(bucket, project, brought);
  return total;
}
