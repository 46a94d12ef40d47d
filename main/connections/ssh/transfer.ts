import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, cancelledError, systemErrorCode } from '../../platform/errors.ts';
import type { TransferOptions } from '../../providers/site.ts';
import { inBlocks, orNull, type SftpFiles } from './sftp-files.ts';

/** Both ends of a copy, and how a sum is made at the far one. */
export interface Transfer {
  readonly files: SftpFiles;
  /** SHA-256 of a file there, in hex; null where the site cannot say. */
  readonly remoteSum: (path: string) => Promise<string | null>;
  readonly options: TransferOptions;
}

const PART = '.scalable-part';
/** Written in stretches: what an interrupted copy leaves is whole up to its end. */
const STRETCH = 4 * 1024 * 1024;

/** @throws AppError E_TRANSFER_DAMAGED; E_FILE_READ when there is no such local file */
export async function upload(transfer: Transfer, localPath: string, path: string): Promise<void> {
  const first = await localFacts(localPath);
  const { files, remoteSum, options } = transfer;
  const part = `${path}${PART}`;
  const there = await files.stat(path);
  if (there?.size === first.total && (await remoteSum(path)) === first.sum)
    return options.onProgress?.(first.total, first.total);
  await files.makeFolder(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  await whole(async (isSecond) => {
    // It may have changed while it was copied.
    const { total, sum } = isSecond ? await localFacts(localPath) : first;
    const left = isSecond ? null : await files.stat(part);
    const start = left && left.size <= total ? left.size : 0;
    const local = await open(localPath, 'r');
    try {
      const remote = await files.open(part, start > 0 ? 'r+' : 'w');
      try {
        await inStretches(start, total, options, async (position, length) => {
          const buffer = Buffer.alloc(length);
          await local.read(buffer, 0, length, position);
          await remote.writeBlock(buffer, position);
        });
      } finally {
        await remote.close();
      }
    } finally {
      await local.close();
    }
    const isWhole = await sameFile(
      sum,
      () => remoteSum(part),
      total,
      async () => (await files.stat(part))?.size,
    );
    if (isWhole) await files.rename(part, path);
    else await orNull(files.remove(part));
    return isWhole;
  }, path);
}

async function localFacts(path: string): Promise<{ readonly total: number; readonly sum: string }> {
  const found = await localStat(path);
  if (!found) throw new AppError({ code: 'E_FILE_READ', message: `There is no file ${path} to copy.` });
  return { total: found.size, sum: await localSum(path) };
}

/** @throws AppError E_TRANSFER_DAMAGED, E_SITE_NO_FILE */
export async function download(transfer: Transfer, path: string, localPath: string): Promise<void> {
  const { files, remoteSum, options } = transfer;
  const found = await files.stat(path);
  if (!found)
    throw new AppError({ code: 'E_SITE_NO_FILE', message: `There is no file ${path} on the site.` });
  const total = found.size;
  const part = `${localPath}${PART}`;
  await mkdir(dirname(localPath), { recursive: true });
  await whole(async (isSecond) => {
    const left = isSecond ? null : await localStat(part);
    const start = left && left.size <= total ? left.size : 0;
    const remote = await files.open(path, 'r');
    try {
      const local = await open(part, start > 0 ? 'r+' : 'w');
      try {
        await inStretches(start, total, options, async (position, length) => {
          const buffer = Buffer.alloc(length);
          for (let done = 0; done < length; ) {
            const bytes = await remote.readBlock(buffer, done, length - done, position + done);
            if (bytes === 0) throw new Error(`${path} became shorter while it was copied.`);
            done += bytes;
          }
          await local.write(buffer, 0, length, position);
        });
      } finally {
        await local.close();
      }
    } finally {
      await remote.close();
    }
    const sum = await remoteSum(path);
    const isWhole = sum === null ? (await localStat(part))?.size === total : sum === (await localSum(part));
    if (isWhole) await rename(part, localPath);
    else await rm(part, { force: true });
    return isWhole;
  }, path);
}

/** What is left of an earlier try may be of another file: then once more from the beginning. */
async function whole(copy: (isSecond: boolean) => Promise<boolean>, path: string): Promise<void> {
  if ((await copy(false)) || (await copy(true))) return;
  throw new AppError({
    code: 'E_TRANSFER_DAMAGED',
    message: `${path} arrived damaged, twice.`,
    hint: 'The file may be changing while it is copied; else check the disks.',
  });
}

async function inStretches(
  start: number,
  total: number,
  { signal, onProgress }: TransferOptions,
  block: (position: number, length: number) => Promise<void>,
): Promise<void> {
  onProgress?.(start, total);
  for (let from = start; from < total; from += STRETCH) {
    if (signal?.aborted) throw cancelledError();
    const to = Math.min(total, from + STRETCH);
    await inBlocks(from, to, block);
    onProgress?.(to, total);
  }
}

async function sameFile(
  sum: string,
  otherSum: () => Promise<string | null>,
  size: number,
  otherSize: () => Promise<number | undefined>,
): Promise<boolean> {
  const other = await otherSum();
  return other === null ? (await otherSize()) === size : other === sum;
}

async function localSum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function localStat(path: string): Promise<{ size: number } | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
