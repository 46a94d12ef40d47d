import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../platform/clock.ts';
import { AppError, systemErrorCode } from '../platform/errors.ts';
import { type Logger, silentLogger } from '../platform/logger.ts';
import { type WorkspacePaths, workspacePaths } from '../platform/paths.ts';
import type { StoreHealth } from './append-queue.ts';
import { openStore, type SqliteStore } from './open-store.ts';
import { lockHolder, takeLock } from './workspace-lock.ts';

export interface Workspace {
  readonly root: string;
  readonly paths: WorkspacePaths;
  readonly store: SqliteStore;
  readonly access: 'write' | 'read';
  /** Closes the store, then lets the workspace go. @throws AppError E_DISK_FULL: then it stays open */
  close(): Promise<void>;
}

export interface WorkspaceOptions {
  /** `write` takes the workspace for this process; `read` works beside a writer. */
  readonly access: 'write' | 'read';
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Told when the disk takes no writes, and when it does again. */
  readonly onHealth?: (health: StoreHealth) => void;
}

/**
 * Opens a workspace and its memory. For writing, the folder is made where it is missing, and runs whose process
 * has gone are marked `interrupted`.
 *
 * @throws AppError E_WORKSPACE_IN_USE, E_WORKSPACE_READ_ONLY, E_NO_TELEMETRY (nothing was ever recorded here),
 *   E_TELEMETRY_NEWER, E_TELEMETRY_CORRUPT, E_TELEMETRY_OPEN, E_DISK_FULL
 */
export async function openWorkspace(root: string, options: WorkspaceOptions): Promise<Workspace> {
  const { access, clock = systemClock, logger = silentLogger } = options;
  const paths = workspacePaths(resolve(root));
  const lock = access === 'write' ? lockedFolder(paths) : null;
  try {
    if (access === 'read' && !existsSync(paths.database)) throw nothingRecorded(paths.root);
    const store = await openStore({
      database: paths.database,
      access,
      clock,
      livePid: () => (access === 'write' ? process.pid : (lockHolder(paths.lock)?.pid ?? null)),
      onHealth: (health) => {
        if (health.kind === 'waiting') logger.log('warn', health.error.message, { code: health.error.code });
        else logger.log('info', 'Recording goes on');
        options.onHealth?.(health);
      },
    });
    return {
      root: paths.root,
      paths,
      store,
      access,
      close: async () => {
        await store.close();
        lock?.release();
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

function lockedFolder(paths: WorkspacePaths) {
  try {
    mkdirSync(paths.state, { recursive: true });
    return takeLock(paths.lock);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') throw readOnlyFolder(paths.state, error);
    if (code === 'ENOSPC') throw noSpace(paths.state, error);
    throw error;
  }
}

function readOnlyFolder(folder: string, cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_WORKSPACE_READ_ONLY',
      message: `Scalable may not write to ${folder}.`,
      hint: 'Choose another workspace with --workspace, or ask for the permission to write there. Reports can still be read.',
    },
    { cause },
  );
}

function noSpace(folder: string, cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_DISK_FULL',
      message: `There is no space left for ${folder}.`,
      hint: 'Free some space, then open the workspace again.',
    },
    { cause },
  );
}

function nothingRecorded(root: string): AppError {
  return new AppError({
    code: 'E_NO_TELEMETRY',
    message: `Nothing has been recorded in ${root} yet.`,
    hint: 'Run a manifest there first, import runs, or point --workspace at another folder.',
  });
}
