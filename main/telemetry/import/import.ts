import { MessageChannel } from 'node:worker_threads';
import { AppError } from '../../platform/errors.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import { runInWorker } from '../../platform/worker-job.ts';
import type { StoreHealth } from '../append-queue.ts';
import type { SqliteStore } from '../open-store.ts';
import type { ImportResult } from './import-result.ts';
import type { ImportJob, ImportProgress } from './import-worker.ts';
import type { SourceOptions } from './incoming-runs.ts';
import type { IntakeOptions } from './intake.ts';

export type { ImportFormat } from './incoming-runs.ts';

export interface ImportOptions extends SourceOptions, IntakeOptions {}

/**
 * What the thread may hold, in MiB, so that it clears away what it has read instead of letting it pile up. The old
 * part is for what is read in one piece: a run folder's documents, a line or a JSON value of the largest size.
 */
const HEAP_MIB = { young: 8, old: 512 };

/**
 * Takes history in from run folders (or a folder of them) and files, in a thread of its own. Importing the same thing
 * again changes nothing; a run that has grown since is replaced; a run recorded in this workspace is never touched.
 * Whatever cannot be read is in `skipped` and the rest is taken. When stopped, a run that came in only in part is
 * marked interrupted, and the next import of it starts over.
 *
 * @throws AppError E_IMPORT_NOT_FOUND, E_IMPORT_MAP, E_IMPORT_SCRATCH, E_IMPORT_STOPPED, and what the store throws
 */
export async function importPaths(
  { store }: { readonly store: SqliteStore },
  paths: readonly string[],
  { format, map, onProgress, signal }: ImportOptions = {},
): Promise<ImportResult> {
  const writer = await store.writerPort();
  const { port1: stop, port2: stopped } = new MessageChannel();
  const abort = () => stop.postMessage('stop');
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await runInWorker<ImportResult, ImportProgress | StoreHealth>({
      module: siblingModule(import.meta.url, './import-worker'),
      data: { paths, options: { format, map }, writer, stopped } satisfies ImportJob,
      moved: [writer, stopped],
      heapMib: HEAP_MIB.old,
      youngMib: HEAP_MIB.young,
      onProgress: (told) => {
        if ('tasks' in told) onProgress?.(told.tasks, told.from);
        else store.tellHealth(told);
      },
      cancelled: () => tooLarge(null),
      stopped: tooLarge,
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    stop.close();
  }
}

function tooLarge(cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_IMPORT_STOPPED',
      message:
        'The import was ended before it was done, most likely by a piece that is too large to be read.',
      hint: 'What came in before is kept and marked interrupted. Import the files one by one to find the one that is not what it seems.',
    },
    { cause },
  );
}
