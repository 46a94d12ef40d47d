import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** Clock ticks per second of /proc: 100 on every Linux that user space sees. */
const TICKS_PER_SECOND = 100;
const buffer = Buffer.allocUnsafe(64 * 1024);

/** A file of /proc as text; null when the process has gone or is not ours to look at. */
export function readProc(path: string): string | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return null; // gone between two looks, which is how processes end
  }
  try {
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(fd, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.toString('latin1', 0, length);
  } catch {
    return null; // ended while being read
  } finally {
    closeSync(fd);
  }
}

export interface ProcessStat {
  /** `R`, `S`, `Z` (ended, not collected), … */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** User and system time, of itself and of descendants it has waited for. */
  readonly cpuSeconds: number;
  /** Clock ticks since boot: with the pid it names a process for ever. */
  readonly startTicks: number;
}

/** Parses /proc/PID/stat. The name may hold blanks and brackets, so fields count from the last bracket. */
export function parseStat(text: string): ProcessStat | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number) => Number(fields[index] ?? Number.NaN);
  const stat: ProcessStat = {
    state: fields[0] ?? '',
    parent: number(1),
    group: number(2),
    session: number(3),
    cpuSeconds: (number(11) + number(12) + number(13) + number(14)) / TICKS_PER_SECOND,
    startTicks: number(19),
  };
  return Number.isNaN(stat.startTicks) ? null : stat;
}

export function readStat(pid: number): ProcessStat | null {
  const text = readProc(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** A field like `VmHWM:    1234 kB` in bytes; null when absent (a zombie has no memory). */
export function kilobyteField(text: string, name: string): number | null {
  const start = text.indexOf(`${name}:`);
  if (start < 0) return null;
  const value = Number.parseInt(text.slice(start + name.length + 1), 10);
  return Number.isNaN(value) ? null : value * 1024;
}

/** Children of all threads of a process. */
export function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // gone
  }
  return threads.flatMap((thread) => childrenOfThread(pid, thread));
}

export function childrenOfThread(pid: number, thread: number | string): number[] {
  const text = readProc(`/proc/${pid}/task/${thread}/children`);
  return text ? text.trim().split(' ').filter(Boolean).map(Number) : [];
}

/** The roots and everything below them, each once, parents first. */
export function treeOf(roots: readonly number[]): number[] {
  const found = new Set(roots);
  for (const pid of found) for (const child of childrenOf(pid)) found.add(child);
  return [...found];
}

/** `rchar` and `wchar` of /proc/PID/io: bytes through read and write calls, waited-for descendants included. */
export function readIo(pid: number | 'self'): { readBytes: number; writtenBytes: number } | null {
  const match = /rchar: (\d+)\s+wchar: (\d+)/.exec(readProc(`/proc/${pid}/io`) ?? '');
  return match ? { readBytes: Number(match[1]), writtenBytes: Number(match[2]) } : null;
}
