/** One worker's time in a run, and what it did with it. Milliseconds. */
export interface WorkerInterval {
  readonly tag: string;
  readonly addedAt: number;
  readonly removedAt: number | null;
  /** It left because the run was over, not because somebody scaled down. */
  readonly endedWithRun: boolean;
}

export interface WorkerUse {
  readonly byTag: Record<string, { started: number; removed: number; final: number }>;
  readonly peak: number;
  /** Mean number of workers over the run. */
  readonly average: number;
  readonly workerSeconds: number;
}

export function workerUse(
  intervals: readonly WorkerInterval[],
  startedAt: number,
  endedAt: number,
): WorkerUse {
  const byTag: Record<string, { started: number; removed: number; final: number }> = {};
  const changes: [at: number, change: number][] = [];
  let workerMs = 0;
  for (const worker of intervals) {
    const end = Math.max(worker.addedAt, worker.removedAt ?? endedAt);
    workerMs += end - worker.addedAt;
    changes.push([worker.addedAt, 1], [end, -1]);
    const tag = byTag[worker.tag] ?? { started: 0, removed: 0, final: 0 };
    byTag[worker.tag] = tag;
    tag.started += 1;
    if (worker.removedAt === null || worker.endedWithRun) tag.final += 1;
    else tag.removed += 1;
  }
  // A worker that leaves makes room for one that comes at the same moment.
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let level = 0;
  let peak = 0;
  for (const [, change] of changes) {
    level += change;
    peak = Math.max(peak, level);
  }
  const spanMs = endedAt - startedAt;
  return { byTag, peak, average: spanMs > 0 ? workerMs / spanMs : peak, workerSeconds: workerMs / 1000 };
}
