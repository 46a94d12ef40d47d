import { MessageChannel } from 'node:worker_threads';
import { AppError } from '../../platform/errors.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import { runInWorker } from '../../platform/worker-job.ts';
import type { StoreHealth } from '../append-queue.ts';
import type { SqliteStore } from '../open-store.ts';
import type { ImportOptions } from './import.ts';
import type { ImportResult } from './import-result.ts';
import type { ImportJob, ImportProgress } from './import-worker.ts';

/**
 * What the thread may hold, in MiB, so that it clears away what it has read instead of letting it pile up. The old
 * part is for what is read in one piece: a run folder's documents, a line or a JSON value of the largest size.
 */
const HEAP_MIB = { young: 8, old: 512 };

/**
 * `importPaths` in a thread of its own, for a process that has others to answer meanwhile. Progress is told now and
 * then only.
 *
 * @throws AppError E_IMPORT_STOPPED, and what `importPaths` throws
 */
export async function importInThread(
  { store }: { readonly store: SqliteStore },
  paths: readonly string[],
  { format, map, onProgress, signal }: ImportOptions = {},
): Promise<ImportResult> {
  const writer = await store.writer().port();
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
