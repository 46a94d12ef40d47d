import { existsSync } from 'node:fs';
import { PeakEstimator, type ProcessMemory, type TreeMemory } from './peak-estimator.ts';
import { kilobyteField, readProc, readStat, treeOf } from './process-tree.ts';

export interface TreeSample extends TreeMemory {
  /** User and system time so far; null where unknown. */
  readonly cpuSeconds: number | null;
  readonly pids: readonly number[];
}

/** Watches the memory of one process tree. */
export interface TreeMeter {
  /** Null when nothing of the tree is there to be measured. */
  sample(): TreeSample | null;
  /** @param largestProcessBytes the kernel's exact peak of the largest process, when it has one */
  finalPeakBytes(largestProcessBytes: number | null): number | null;
}

export interface ProcessSampler {
  /** @param orphans processes of the tree whose parents have died */
  watch(pid: number, orphans: () => readonly number[]): TreeMeter;
}

/**
 * How long to wait for the next look at a process of this age (ms): half a percent of the age, so that what a task
 * allocates after the last look stays a small part of what it had time to allocate. A look takes some 50 µs and the
 * number of looks grows with the logarithm of the age, so that even ten a second in the end cost half a permille.
 */
export function samplingInterval(ageMs: number): number {
  return Math.min(100, Math.max(2, ageMs * 0.005));
}

/** Linux: /proc, walked from the root of the tree. */
export const linuxSampler: ProcessSampler = {
  watch(pid, orphans) {
    const estimator = new PeakEstimator();
    let measured = false;
    return {
      sample() {
        const pids = treeOf([pid, ...orphans()]);
        const processes = pids.map(readMemory).filter((p) => p !== null);
        if (processes.length === 0) return null;
        measured = true;
        const shared = () => sharedBytes(processes.map((p) => p.pid));
        const memory = estimator.add(processes, shared, () => performance.now());
        return { ...memory, cpuSeconds: cpuSeconds(pids), pids };
      },
      finalPeakBytes: (largest) => (measured || largest !== null ? estimator.final(largest) : null),
    };
  },
};

function readMemory(pid: number): ProcessMemory | null {
  const status = readProc(`/proc/${pid}/status`);
  if (status === null) return null;
  const residentBytes = kilobyteField(status, 'VmRSS');
  const highWaterBytes = kilobyteField(status, 'VmHWM');
  return residentBytes === null || highWaterBytes === null ? null : { pid, residentBytes, highWaterBytes };
}

/**
 * Both sizes come from one reading: a process grows by megabytes while the next file is opened. Kernels before 4.14
 * do not tell; there shared pages count in every process.
 */
function sharedBytes(pids: readonly number[]): number | null {
  if (!existsSync('/proc/self/smaps_rollup')) return 0;
  let shared = 0;
  for (const pid of pids) {
    const rollup = readProc(`/proc/${pid}/smaps_rollup`);
    const resident = rollup === null ? null : kilobyteField(rollup, 'Rss');
    const proportional = rollup === null ? null : kilobyteField(rollup, 'Pss');
    if (resident === null || proportional === null) return null;
    shared += resident - proportional;
  }
  return shared;
}

function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((total, pid) => total + (readStat(pid)?.cpuSeconds ?? 0), 0);
}
