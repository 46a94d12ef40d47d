import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { AppError, systemErrorCode } from '../platform/errors.ts';

/** Who holds a workspace. The start time tells a process from a later one with the same number. */
export interface LockHolder {
  readonly pid: number;
  /** Clock ticks after boot at which the process started (Linux); null where that cannot be known. */
  readonly startTicks: string | null;
  readonly hostname: string;
}

export interface WorkspaceLock {
  release(): void;
}

/**
 * Takes the workspace for this process. The file is made elsewhere and linked into place, which either succeeds as
 * a whole or finds another holder's; a stale one is renamed away first, which only one of two rivals can do.
 *
 * @throws AppError E_WORKSPACE_IN_USE when its holder lives, or may live on another computer
 */
export function takeLock(path: string): WorkspaceLock {
  const own: LockHolder = { pid: process.pid, startTicks: startTicks(process.pid), hostname: hostname() };
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      if (linked(draft, path)) return { release: () => release(path, own) };
      const text = readIfThere(path);
      if (text === null) continue;
      const holder = parseHolder(text);
      if (holder && isAlive(holder)) throw inUse(path, holder);
      moveAway(path, text, draft);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw inUse(path, null);
}

/** The process that writes to this workspace now; null when nobody does. */
export function lockHolder(path: string): LockHolder | null {
  const text = readIfThere(path);
  const holder = text === null ? null : parseHolder(text);
  return holder && isAlive(holder) ? holder : null;
}

/** False only when the holder is certainly gone: nothing can be known of a process on another computer. */
export function isAlive(holder: LockHolder): boolean {
  if (holder.hostname !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false;
    if (systemErrorCode(error) !== 'EPERM') throw error;
  }
  const ticks = startTicks(holder.pid);
  return holder.startTicks === null || ticks === null || ticks === holder.startTicks;
}

/** Field 22 of /proc/PID/stat. The name in field 2 may hold blanks and brackets, so counting starts after it. */
export function startTicks(pid: number): string | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'EEXIST') return false;
    // File systems without hard links (FAT, some network shares): exclusive creation is the next best.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
    return created(draft, path);
  }
}

function created(draft: string, path: string): boolean {
  try {
    writeFileSync(path, readFileSync(draft), { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Renames the stale file away and puts it back if a rival had replaced it in between. */
function moveAway(path: string, stale: string, draft: string): void {
  const aside = `${draft}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== stale) linked(aside, path);
  unlinkSync(aside);
}

function release(path: string, own: LockHolder): void {
  if (readIfThere(path) === JSON.stringify(own)) rmSync(path, { force: true });
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ESRCH') return null;
    throw error;
  }
}

/** Null for a file that is not a lock of ours (torn, empty): nobody can be found who holds it. */
function parseHolder(text: string): LockHolder | null {
  try {
    const { pid, startTicks: ticks, hostname: host } = JSON.parse(text) as Partial<LockHolder>;
    if (!Number.isInteger(pid) || typeof pid !== 'number' || pid < 1 || typeof host !== 'string') return null;
    return { pid, startTicks: typeof ticks === 'string' ? ticks : null, hostname: host };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function inUse(path: string, holder: LockHolder | null): AppError {
  const elsewhere = holder !== null && holder.hostname !== hostname();
  const who = holder
    ? `process ${holder.pid}${elsewhere ? ` on ${holder.hostname}` : ''}`
    : 'another process';
  return new AppError({
    code: 'E_WORKSPACE_IN_USE',
    message: `This workspace is already open in ${who}.`,
    hint: elsewhere
      ? `Close Scalable there. If that computer no longer runs it, delete ${path} and try again.`
      : 'Close the other window or wait for its run to end; reports and lists can be read meanwhile.',
    details: { lock: path, pid: holder?.pid ?? null, hostname: holder?.hostname ?? null },
  });
}
