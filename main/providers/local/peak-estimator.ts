/** Memory of one process at one moment. */
export interface ProcessMemory {
  readonly pid: number;
  readonly residentBytes: number;
  /** The most it has ever had (VmHWM); the resident size where the system keeps no such mark. */
  readonly highWaterBytes: number;
}

export interface TreeMemory {
  /** Of the tree now. */
  readonly residentBytes: number;
  /** The most the tree had so far. */
  readonly peakBytes: number;
}

/** Measuring shares costs time in proportion to memory; it may take this part of all time. */
const SHARE_COST_BUDGET = 1 / 20;

/**
 * Peak resident memory of a process tree from samples. Between two samples a process may have had more than at
 * either: where its high-water mark rose since the last look, the mark counts instead of the momentary size. Pages
 * that processes share (forks, common libraries) count once: `proportional` gives the exact sum, and because it is
 * slow it is asked only when the plain sum would set a new peak.
 */
export class PeakEstimator {
  readonly #marks = new Map<number, number>();
  #peakBytes = 0;
  #sharedBytes: number | null = null;
  #shareMeasuredFor = '';
  #nextShareAt = 0;
  /** The largest mark of a single process so far, and what the others of the tree had at that time. */
  #largestBytes = 0;
  #othersBytes = 0;

  /**
   * @param proportional sum of proportional set sizes in bytes; null where the system does not tell
   * @param now milliseconds of any steady clock
   */
  add(processes: readonly ProcessMemory[], proportional: () => number | null, now: () => number): TreeMemory {
    const counted = processes.map((p) => ({ ...p, countedBytes: this.#countedBytes(p) }));
    const resident = sum(counted.map((p) => p.residentBytes));
    const most = sum(counted.map((p) => p.countedBytes));
    if (counted.length < 2) this.#sharedBytes = 0;
    else this.#updateShared(counted, resident, most, proportional, now);
    const shared = this.#sharedBytes ?? 0;
    const estimate = Math.max(0, most - shared);
    const largest = counted.reduce((max, p) => Math.max(max, p.countedBytes), 0);
    if (largest >= this.#largestBytes) {
      this.#largestBytes = largest;
      this.#othersBytes = Math.max(0, estimate - largest);
    }
    this.#peakBytes = Math.max(this.#peakBytes, estimate, largest);
    return { residentBytes: Math.max(0, resident - shared), peakBytes: this.#peakBytes };
  }

  /**
   * The peak at the end. The kernel's mark of the largest process is exact, so what that process grew after the last
   * sample is added to what the others had.
   */
  final(largestProcessBytes: number | null): number {
    if (largestProcessBytes === null) return this.#peakBytes;
    const others = largestProcessBytes >= this.#largestBytes ? this.#othersBytes : 0;
    return Math.max(this.#peakBytes, largestProcessBytes + others);
  }

  #countedBytes(process: ProcessMemory): number {
    const before = this.#marks.get(process.pid) ?? 0;
    this.#marks.set(process.pid, process.highWaterBytes);
    return process.highWaterBytes > before ? process.highWaterBytes : process.residentBytes;
  }

  #updateShared(
    processes: readonly ProcessMemory[],
    resident: number,
    most: number,
    proportional: () => number | null,
    now: () => number,
  ): void {
    const pids = processes.map((p) => p.pid).join(' ');
    const stale = pids !== this.#shareMeasuredFor;
    // A share measured for other processes says nothing about these: then the plain sum decides.
    if (most - (stale ? 0 : (this.#sharedBytes ?? 0)) <= this.#peakBytes) return;
    const started = now();
    if (!stale && started < this.#nextShareAt) return;
    const exact = proportional();
    this.#sharedBytes = exact === null ? 0 : Math.max(0, resident - exact);
    this.#shareMeasuredFor = pids;
    const ended = now();
    this.#nextShareAt = ended + (ended - started) / SHARE_COST_BUDGET;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
