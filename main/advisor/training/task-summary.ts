import type { LearningRow } from '../data/rows.ts';
import { coresUsed, fitQuantile, valuesOf } from './quantiles.ts';

/** What is known of a task without any model. */
export function summaryOf(task: string, rows: readonly LearningRow[]) {
  const last = rows.at(-1);
  const runs = new Set(rows.map((row) => row.runId)).size;
  return {
    task,
    component: last?.component ?? '',
    runs,
    records: rows.filter((row) => row.peakMemoryBytes !== null).length,
    quantiles: {
      memory: fitQuantile(valuesOf(rows, 'peakMemoryBytes')),
      cpuSeconds: fitQuantile(valuesOf(rows, 'cpuSeconds')),
      wallSeconds: fitQuantile(valuesOf(rows, 'wallSeconds')),
    },
    coresUsed: coresUsed(rows),
    lastRequest: {
      cpus: Math.max(1, Math.round(last?.requestedCpus ?? 1)),
      memoryBytes: last?.requestedMemoryBytes ?? null,
      walltimeSeconds: last?.requestedWalltimeSeconds ?? null,
    },
    instancesPerRun: runs === 0 ? 1 : Math.max(1, Math.round(rows.length / runs)),
  };
}
