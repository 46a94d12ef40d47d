import { type FSWatcher, watch } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { AppError, systemErrorCode } from '../../platform/errors.ts';
import type { Site } from '../../providers/site.ts';

/** Some bytes of a file, and how large the file is. */
export interface FilePart {
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** Where in a file of this size to begin to read. */
export type StartAt = (size: number) => number;

/** Where the logs of a run lie. Paths are relative to the run's folder, as recorded. */
export interface LogSource {
  /** At most `maxBytes`; null while there is no such file. @throws AppError E_LOG_OUTSIDE, E_LOG_READ, and of the site */
  read(path: string, start: StartAt, maxBytes: number): Promise<FilePart | null>;
  /** Tells of writes where somebody can; null where nobody does now, and the file is to be looked at. */
  watch(path: string, onWrite: () => void): { close(): void } | null;
  /** How often looking at a growing file is welcome, in milliseconds. */
  readonly lookMs: number;
}

/** Logs on this machine. A path must stay inside the run's folder, through links too. */
export function localLogs(runFolder: string): LogSource {
  return {
    // File systems of other machines tell nobody about writes.
    lookMs: 3000,
    read: (path, start, maxBytes) => readLocal(runFolder, path, start, maxBytes),
    watch: (path, onWrite) => watchLocal(join(runFolder, path), onWrite),
  };
}

/** Logs on a site: read over the connection that everything else uses too, so looked at more rarely. */
export function siteLogs(site: Pick<Site, 'stat' | 'readFile'>, runFolder: string): LogSource {
  return {
    lookMs: 10_000,
    read: async (relative, start, maxBytes) => {
      // The names are ours, made of ids; whatever else is recorded is not a log of this run.
      if (relative.startsWith('/') || relative.split('/').includes('..')) throw outside();
      const path = `${runFolder}/${relative}`;
      const found = await site.stat(path);
      if (found?.kind !== 'file') return null;
      const offset = Math.min(start(found.bytes), found.bytes);
      const bytes = await site.readFile(path, { offset, maxBytes });
      // What was written since it was measured is there already.
      return bytes && { bytes, size: Math.max(found.bytes, offset + bytes.length) };
    },
    watch: () => null,
  };
}

async function readLocal(
  runFolder: string,
  relative: string,
  start: StartAt,
  maxBytes: number,
): Promise<FilePart | null> {
  try {
    const folder = await realpath(runFolder);
    const path = await realpath(resolve(folder, relative));
    if (!path.startsWith(folder + sep)) throw outside();
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const from = start(size);
    const buffer = Buffer.alloc(Math.min(maxBytes, size - from));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return { bytes: buffer.subarray(0, bytesRead), size };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw new AppError(
      {
        code: 'E_LOG_READ',
        message: 'This log cannot be read.',
        hint: 'Check the permissions of the run’s folder.',
      },
      { cause: error },
    );
  }
}

/** Null while there is no such file; the slow look finds it later. */
function watchLocal(path: string, onWrite: () => void): FSWatcher | null {
  try {
    const watcher = watch(path, { persistent: false }, onWrite);
    // A watch that breaks later leaves the slow look.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch (error) {
    // No such file yet, or no more watches to be had on this machine.
    if (['ENOENT', 'ENOSPC', 'EMFILE', 'ENOSYS'].includes(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

function outside(): AppError {
  return new AppError({
    code: 'E_LOG_OUTSIDE',
    message: 'This log lies outside of its run’s folder and is not shown.',
    hint: 'Open it with another program if you trust it.',
  });
}
