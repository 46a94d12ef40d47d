import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { GIB, MIB } from '../../platform/units.ts';
import type { Demand } from './admission.ts';

/** Facts about the machine, as the system tells them. */
export interface MachineFacts {
  readonly cpus: number;
  readonly totalMemoryBytes: number;
  /** Files that hold limits of the container this runs in; null where a file is not there. */
  readonly readLimit: (path: string) => string | null;
}

/** cgroup v2, then v1, as seen from inside a container. */
const MEMORY_LIMITS = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];
const CPU_LIMIT_V2 = '/sys/fs/cgroup/cpu.max';
const CPU_LIMIT_V1 = ['/sys/fs/cgroup/cpu/cpu.cfs_quota_us', '/sys/fs/cgroup/cpu/cpu.cfs_period_us'] as const;

/** What tasks may use together: the machine or its container, less a reserve for the system and the app; whole MiB. */
export function machineCapacity(facts: MachineFacts): Demand {
  const limits = MEMORY_LIMITS.map((path) => Number.parseInt(facts.readLimit(path) ?? '', 10));
  const memory = Math.min(facts.totalMemoryBytes, ...limits.filter((bytes) => bytes > 0));
  return { cpus: cpusOf(facts), memoryBytes: Math.floor((memory - reserveBytes(memory)) / MIB) * MIB };
}

/** A twentieth, at least 256 MB and at most 2 GB. */
export function reserveBytes(memoryBytes: number): number {
  return Math.round(Math.min(2 * GIB, Math.max(256 * MIB, memoryBytes / 20)));
}

function cpusOf({ cpus, readLimit }: MachineFacts): number {
  const [quota, period] = readLimit(CPU_LIMIT_V2)?.trim().split(/\s+/) ?? CPU_LIMIT_V1.map(readLimit);
  const share = Number.parseInt(quota ?? '', 10) / Number.parseInt(period ?? '', 10);
  return share > 0 ? Math.max(1, Math.min(cpus, Math.floor(share))) : cpus;
}

export function thisMachine(): Demand {
  return machineCapacity({
    cpus: availableParallelism(),
    totalMemoryBytes: totalmem(),
    readLimit: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return null; // no such limit on this system
      }
    },
  });
}
