import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../platform/errors.ts';
import type { RunPaths } from '../platform/paths.ts';

/** Often enough for a person who waits, rare enough to cost nothing. */
const LOOK_EVERY_MS = 500;

function cancelFile(paths: RunPaths): string {
  return join(paths.folder, 'cancel-requested');
}

/** Asks the process that owns a run to cancel it. */
export async function requestCancel(paths: RunPaths): Promise<void> {
  await mkdir(paths.folder, { recursive: true });
  await writeFile(cancelFile(paths), '');
}

/** Forgets an earlier request, so that a run that is resumed is not cancelled at once. */
export async function clearCancelRequest(paths: RunPaths): Promise<void> {
  await rm(cancelFile(paths), { force: true });
}

/** Calls back once when another process asks for a cancel. Returns the way to stop looking. */
export function watchCancelRequest(
  paths: RunPaths,
  onRequest: () => void,
  onProblem: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => {
    access(cancelFile(paths)).then(
      () => {
        clearInterval(timer);
        onRequest();
      },
      (error: unknown) => {
        if (systemErrorCode(error) !== 'ENOENT') onProblem(error);
      },
    );
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
