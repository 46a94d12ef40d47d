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
 * that processes share (forks, common libraries) count once: `readShared` gives what they count too often, and because
 * it is slow it is asked only when the plain sum would set a new peak.
 */
export class PeakEstimator {
  readonly #marks = new Map<number, number>();
  #peakBytes = 0;
  #sharedBytes = 0;
  #shareMeasuredFor = '';
  #nextShareAt = 0;
  /** The largest mark of a single process so far, and what the others of the tree had at that time. */
  #largestBytes = 0;
  #othersBytes = 0;

  /**
   * @param readShared bytes that the sum over these processes counts more than once; null when one of them has just
   * ended, and then this look can set no new peak: the next one is milliseconds away
   * @param now milliseconds of any steady clock
   */
  add(processes: readonly ProcessMemory[], readShared: () => number | null, now: () => number): TreeMemory {
    const counted = processes.map((p) => ({ ...p, countedBytes: this.#countedBytes(p) }));
    const resident = sum(counted.map((p) => p.residentBytes));
    const most = sum(counted.map((p) => p.countedBytes));
    const largest = counted.reduce((max, p) => Math.max(max, p.countedBytes), 0);
    if (counted.length < 2) this.#sharedBytes = 0;
    else if (!this.#updateShared(counted, most, readShared, now)) {
      this.#peakBytes = Math.max(this.#peakBytes, largest);
      return { residentBytes: Math.max(0, resident - this.#sharedBytes), peakBytes: this.#peakBytes };
    }
    const shared = this.#sharedBytes;
    const estimate = Math.max(0, most - shared);
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

  /** False when the share would be needed and cannot be read. */
  #updateShared(
    processes: readonly ProcessMemory[],
    most: number,
    readShared: () => number | null,
    now: () => number,
  ): boolean {
    const pids = processes.map((p) => p.pid).join(' ');
    const stale = pids !== this.#shareMeasuredFor;
    // A share measured for other processes says nothing about these: then the plain sum decides.
    if (most - (stale ? 0 : this.#sharedBytes) <= this.#peakBytes) return true;
    const started = now();
    if (!stale && started < this.#nextShareAt) return true;
    const shared = readShared();
    if (shared === null) return false;
    this.#sharedBytes = Math.max(0, shared);
    this.#shareMeasuredFor = pids;
    const ended = now();
    this.#nextShareAt = ended + (ended - started) / SHARE_COST_BUDGET;
    return true;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
