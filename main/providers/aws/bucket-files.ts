import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { AppError } from '../../platform/errors.ts';
import { MIB } from '../../platform/units.ts';
import type { RunFiles, StagedFile } from '../run-files.ts';
import type { FileStat } from '../site.ts';
import type { Bucket } from './bucket.ts';
import { keyOfPath, outputsKey, projectPointer, type RunPlace, VOLUME } from './run-place.ts';
import { tar } from './tar.ts';

const AT_ONCE = 16;

/**
 * A run's files in its bucket. The project is one archive, named by its content, so that the next run finds it there.
 * @param ready makes sure that the bucket takes anything, before the first is brought; rejects with an AppError that says why not
 */
export function bucketFiles(bucket: Bucket, place: RunPlace, ready: () => Promise<unknown>): RunFiles {
  const keyOf = (path: string) => keyOfPath(place, path);
  return {
    label: `s3://${place.bucket}/${place.run}`,
    projectPlace: `s3://${place.bucket}/${place.projects}`,

    async stat(path): Promise<FileStat | null> {
      const found = await bucket.head(keyOf(path));
      return found && { kind: 'file', bytes: found.bytes, modifiedAt: found.modifiedAt };
    },

    readFile: (path, { offset = 0, maxBytes = 16 * MIB } = {}) =>
      maxBytes === 0
        ? Promise.resolve(new Uint8Array())
        : bucket.get(keyOf(path), { from: offset, bytes: maxBytes }),

    async download(path, localPath, { signal, onProgress } = {}) {
      const size = (await bucket.head(keyOf(path)))?.bytes ?? 0;
      const onBytes = (done: number) => onProgress?.(done, size);
      if (await bucket.download(keyOf(path), localPath, { ...(signal && { signal }), onBytes })) return;
      throw new AppError({ code: 'E_SITE_FILE', message: `${path} is not in the bucket.` });
    },

    async treeSums(wanted) {
      const roots = new Set(wanted.map((root) => posix.normalize(root)));
      const sums = new Map<string, string>();
      const keys: string[] = [];
      for await (const { key } of bucket.list(outputsKey(place, ''))) keys.push(key);
      for (let at = 0; at < keys.length; at += AT_ONCE)
        for (const text of await Promise.all(keys.slice(at, at + AT_ONCE).map((key) => bucket.text(key))))
          for (const [path, sum] of parseOutputs(text ?? '')) if (isBelow(path, roots)) sums.set(path, sum);
      return sums;
    },

    async stage(projectFolder, files, { signal, onProgress } = {}) {
      await ready();
      const entries = files.map((file) => ({ ...file, from: join(projectFolder, file.path) }));
      const key = `${place.projects}/${await contentHash(entries)}.tar.gz`;
      const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
      const isThere = (await bucket.head(key)) !== null;
      if (!isThere) {
        onProgress?.(0, total);
        const packed = Readable.from(
          counted(tar(entries), (done) => onProgress?.(Math.min(done, total), total)),
        );
        const zip = createGzip();
        const packing = pipeline(packed, zip);
        await Promise.all([packing, bucket.upload(key, zip, { ...(signal && { signal }) })]);
      }
      await bucket.put(projectPointer(place), JSON.stringify({ key }));
      return isThere ? 0 : total;
    },
  };
}

function isBelow(path: string, roots: ReadonlySet<string>): boolean {
  let at = path;
  while (!roots.has(at) && at !== '/' && at !== '.') at = posix.dirname(at);
  return roots.has(at);
}

/** Lines of `sha256sum`: paths in the volume become absolute. */
export function parseOutputs(text: string): [path: string, sum: string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const match = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (!match?.[2] || !match[3]) return [];
    // A backslash before the sum says that the name's own are escaped.
    const name = match[1] ? match[3].replaceAll(/\\([\\n])/g, (_, c) => (c === 'n' ? '\n' : '\\')) : match[3];
    return [[posix.join(VOLUME, name), match[2]]];
  });
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  tell: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of chunks) {
    yield chunk;
    done += chunk.length;
    tell(done);
  }
}

async function contentHash(entries: readonly (StagedFile & { readonly from: string })[]): Promise<string> {
  const all = createHash('sha256');
  for (const { path, executable, from } of entries) {
    const one = createHash('sha256');
    for await (const chunk of createReadStream(from)) one.update(chunk);
    all.update(`${path}\0${executable}\0${one.digest('hex')}\0`);
  }
  return all.digest('hex').slice(0, 32);
}
