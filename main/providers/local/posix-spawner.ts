import { constants as files } from 'node:fs';
import { constants } from 'node:os';
import { executablePath } from './executable-path.ts';
import type { Libc } from './libc.ts';
import { childrenOfThread, readIo, readStat } from './process-tree.ts';
import {
  errorName,
  NOT_MEASURED,
  type ProcessEnd,
  type Spawner,
  type SpawnRequest,
  signalName,
} from './spawner.ts';

const MAC = process.platform === 'darwin';
/** <spawn.h>: defaults for the signals that Node ignores, an empty mask, a session of its own. */
const SPAWN_FLAGS = 0x04 | 0x08 | (MAC ? 0x0400 : 0x80);
const NOHANG = 1;
const PEEK_ENDED = 0x01000000 | 4 | NOHANG; // WNOWAIT | WEXITED | WNOHANG
const BY_PID = 1;
const SUBREAPER = 36; // PR_SET_CHILD_SUBREAPER
/** Larger than any libc's posix_spawnattr_t, file actions, sigset_t, siginfo_t or rusage. */
const STRUCT_BYTES = 512;
const MAXRSS_OFFSET = 32;
const OUTPUT_FLAGS = files.O_WRONLY | files.O_CREAT | files.O_APPEND;

interface Running {
  readonly onEnd: (end: ProcessEnd) => void;
  /** The new process shared our memory until it became its program, so its own peak starts at ours. */
  readonly floorBytes: number;
}

/**
 * Linux and macOS: `posix_spawn` and `wait4`, about three times as fast as Node's child_process, and the kernel's own
 * account of every process. Orphans of the tasks come to this process (a subreaper) and are collected here.
 */
export class PosixSpawner implements Spawner {
  readonly kind = 'posix';
  readonly #libc: Libc;
  readonly #attributes = Buffer.alloc(STRUCT_BYTES);
  readonly #running = new Map<number, Running>();
  readonly #onChild = () => this.#collect();
  readonly #isForeign: (pid: number) => boolean;
  /** Set when a group outlived its leader: then there are orphans to collect. */
  #orphansExpected = false;

  /** @param isForeign children of this process that somebody else started and waits for */
  constructor(libc: Libc, isForeign: (pid: number) => boolean) {
    this.#libc = libc;
    this.#isForeign = isForeign;
    const signals = Buffer.alloc(STRUCT_BYTES);
    libc.attrInit(this.#attributes);
    libc.sigfillset(signals);
    libc.attrSetDefaultSignals(this.#attributes, signals);
    libc.sigemptyset(signals);
    libc.attrSetSignalMask(this.#attributes, signals);
    libc.attrSetFlags(this.#attributes, SPAWN_FLAGS);
    libc.prctl?.(SUBREAPER, 1, 0, 0, 0);
    process.on('SIGCHLD', this.#onChild);
  }

  spawn(request: SpawnRequest, onEnd: (end: ProcessEnd) => void): number | null {
    let error = this.#tryAll(request, false, onEnd);
    // The remembered place of the program may be out of date; look again once.
    if (error === constants.errno.ENOENT) error = this.#tryAll(request, true, onEnd);
    if (typeof error === 'object') return error.pid;
    onEnd({ ...NOT_MEASURED, launchError: errorName(error) });
    return null;
  }

  #tryAll(
    request: SpawnRequest,
    lookAgain: boolean,
    onEnd: (end: ProcessEnd) => void,
  ): number | { pid: number } {
    const [command = '', ...rest] = request.argv;
    const path = executablePath(command, request.env.PATH, request.folder, lookAgain);
    if (path === null) return constants.errno.ENOENT;
    const result = this.#try(path, request.argv, request, onEnd);
    // A script without `#!` is one for sh, as every shell and execvp have it.
    return result === constants.errno.ENOEXEC
      ? this.#try('/bin/sh', ['sh', path, ...rest], request, onEnd)
      : result;
  }

  #try(
    path: string,
    argv: readonly string[],
    request: SpawnRequest,
    onEnd: (end: ProcessEnd) => void,
  ): number | { pid: number } {
    const libc = this.#libc;
    const actions = Buffer.alloc(STRUCT_BYTES);
    libc.actionsInit(actions);
    libc.actionsOpen(actions, 0, '/dev/null', files.O_RDONLY, 0);
    libc.actionsOpen(actions, 1, request.stdoutPath, OUTPUT_FLAGS, 0o644);
    libc.actionsOpen(actions, 2, request.stderrPath, OUTPUT_FLAGS, 0o644);
    libc.actionsChangeFolder(actions, request.folder);
    const pid = new Int32Array(1);
    const env = Object.entries(request.env).map(([name, value]) => `${name}=${value}`);
    const error = libc.spawn(pid, path, actions, this.#attributes, [...argv, null], [...env, null]);
    libc.actionsDestroy(actions);
    if (error !== 0) return error;
    const started = pid[0] ?? 0;
    this.#running.set(started, { onEnd, floorBytes: ownPeakBytes() });
    return { pid: started };
  }

  signalGroup(pid: number, signal: NodeJS.Signals): boolean {
    return this.#libc.kill(-pid, constants.signals[signal]) === 0;
  }

  poll(): void {
    this.#orphansExpected = true;
    this.#collect();
  }

  strays(): readonly number[] {
    if (MAC) return [];
    return childrenOfThread(process.pid, process.pid).filter(
      (pid) => !this.#running.has(pid) && !this.#isForeign(pid),
    );
  }

  #collect(): void {
    for (const [pid, running] of [...this.#running]) {
      if (!this.#hasEnded(pid)) continue;
      const io = MAC ? null : readIo(pid); // of the zombie: gone once it is collected
      const end = this.#wait(pid);
      if (end === null) continue;
      this.#running.delete(pid);
      // Who outlives the leader of the group has no one left to report to.
      if (this.#libc.kill(-pid, constants.signals.SIGKILL) === 0) this.#orphansExpected = true;
      const exact = end.largestProcessBytes !== null && end.largestProcessBytes > running.floorBytes;
      running.onEnd({
        ...end,
        readBytes: io?.readBytes ?? null,
        writtenBytes: io?.writtenBytes ?? null,
        largestProcessBytes: exact ? end.largestProcessBytes : null,
      });
    }
    if (this.#orphansExpected) this.#collectOrphans();
  }

  #collectOrphans(): void {
    const left = this.strays().filter((pid) => {
      if (readStat(pid)?.state === 'Z') this.#wait(pid);
      else return true;
      return false;
    });
    this.#orphansExpected = left.length > 0;
  }

  #hasEnded(pid: number): boolean {
    if (this.#libc.waitid === null) return true; // wait4 itself will tell
    const info = Buffer.alloc(128);
    return this.#libc.waitid(BY_PID, pid, info, PEEK_ENDED) === 0 && info.readInt32LE(16) === pid;
  }

  #wait(pid: number): ProcessEnd | null {
    const status = new Int32Array(1);
    const usage = Buffer.alloc(STRUCT_BYTES);
    if (this.#libc.wait4(pid, status, NOHANG, usage) !== pid) return null;
    const code = status[0] ?? 0;
    const signal = code & 0x7f;
    const seconds = (offset: number) =>
      Number(usage.readBigInt64LE(offset)) + usage.readInt32LE(offset + 8) / 1e6;
    return {
      ...NOT_MEASURED,
      exitCode: signal === 0 ? (code >> 8) & 0xff : null,
      signal: signal === 0 ? null : signalName(signal),
      cpuUserSeconds: seconds(0),
      cpuSystemSeconds: seconds(16),
      largestProcessBytes: Number(usage.readBigInt64LE(MAXRSS_OFFSET)) * (MAC ? 1 : 1024),
    };
  }
}

function ownPeakBytes(): number {
  return process.resourceUsage().maxRSS * 1024; // Node gives kilobytes on every system
}
