import { constants } from 'node:os';

/** A process to start: an argument list, never a line for a shell. */
export interface SpawnRequest {
  readonly argv: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdoutPath: string;
  readonly stderrPath: string;
}

/** How a process ended and what the kernel says it used, descendants it waited for included. Null: not measured. */
export interface ProcessEnd {
  /** `ENOENT`, `EACCES`, …: it never began. */
  readonly launchError: string | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly cpuUserSeconds: number | null;
  readonly cpuSystemSeconds: number | null;
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
  /** Exact peak of the largest single process of the tree; null when the kernel's number cannot be trusted. */
  readonly largestProcessBytes: number | null;
}

/** Starts processes, each leader of a group of its own, with output appended to files and no input. */
export interface Spawner {
  readonly kind: 'posix' | 'portable';
  /** Pid, or null when it never began; then `onEnd` has been or will be told why. */
  spawn(request: SpawnRequest, onEnd: (end: ProcessEnd) => void): number | null;
  /** Signals the group that `spawn` made; false when nobody is left in it. */
  signalGroup(pid: number, signal: NodeJS.Signals): boolean;
  /** Collects what ended; call now and then, because signals about ended children can merge. */
  poll(): void;
  /** Processes whose parents died and that this process inherited, alive and not started by `spawn`. */
  strays(): readonly number[];
}

export const NOT_MEASURED: ProcessEnd = {
  launchError: null,
  exitCode: null,
  signal: null,
  cpuUserSeconds: null,
  cpuSystemSeconds: null,
  readBytes: null,
  writtenBytes: null,
  largestProcessBytes: null,
};

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
const ERROR_NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

export function signalName(number: number): string {
  return SIGNAL_NAMES.get(number) ?? `signal ${number}`;
}

export function errorName(number: number): string {
  return ERROR_NAMES.get(number) ?? `error ${number}`;
}
