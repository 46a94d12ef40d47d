import { processes } from 'systeminformation';
import { PeakEstimator } from './peak-estimator.ts';
import type { ProcessSampler } from './sampler.ts';

interface Row {
  readonly pid: number;
  readonly parentPid: number;
  readonly residentBytes: number;
}

/** A list of all processes is slow to get on these systems; one list serves all watched trees. */
const REFRESH_MS = 500;

/**
 * macOS and Windows: the system's process list through `systeminformation`, refreshed in the background while
 * somebody watches. Peaks are those of samples half a second apart.
 */
export function systemSampler(onProblem: (error: unknown) => void): ProcessSampler {
  let rows: readonly Row[] = [];
  let takenAt = Number.NEGATIVE_INFINITY;
  let refreshing = false;

  function refresh(): void {
    if (refreshing || performance.now() - takenAt < REFRESH_MS) return;
    refreshing = true;
    processes()
      .then(({ list }) => {
        rows = list.map((p) => ({ pid: p.pid, parentPid: p.parentPid, residentBytes: p.memRss * 1024 }));
      }, onProblem)
      .finally(() => {
        refreshing = false;
        takenAt = performance.now();
      });
  }

  return {
    watch(pid) {
      const estimator = new PeakEstimator();
      let measured = false;
      let seenAt = takenAt;
      return {
        sample() {
          refresh();
          const tree = treeIn(rows, pid);
          if (tree.length === 0 || takenAt === seenAt) return null;
          seenAt = takenAt;
          measured = true;
          const memory = estimator.add(
            tree.map((row) => ({ ...row, highWaterBytes: row.residentBytes })),
            () => null,
            () => performance.now(),
          );
          return { ...memory, cpuSeconds: null, pids: tree.map((row) => row.pid) };
        },
        finalPeakBytes: (largest) => (measured || largest !== null ? estimator.final(largest) : null),
      };
    },
  };
}

/** The rows of a process and of all below it. */
export function treeIn(rows: readonly Row[], root: number): Row[] {
  const found = rows.filter((row) => row.pid === root);
  const pids = new Set(found.map((row) => row.pid));
  for (const parent of found) {
    for (const row of rows) {
      if (row.parentPid !== parent.pid || pids.has(row.pid)) continue;
      pids.add(row.pid);
      found.push(row);
    }
  }
  return found;
}
