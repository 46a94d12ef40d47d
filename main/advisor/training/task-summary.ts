import type { LearningRow } from '../data/rows.ts';
import { median } from '../data/statistics.ts';
import { coresUsed, fitQuantile, valuesOf } from './quantiles.ts';
import { ioClass, ioClassOf } from './stages.ts';
import type { TrainedTask } from './trained-task.ts';

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
    targetKinds: [...new Set(rows.flatMap((row) => row.targetKind ?? []))].sort(),
    ...usualIoClass(rows),
    instancesPerRun: runs === 0 ? 1 : Math.max(1, Math.round(rows.length / runs)),
  };
}

function usualIoClass(rows: readonly LearningRow[]): Pick<TrainedTask, 'ioClass'> {
  const classes = rows.flatMap((row) => ioClass(row) ?? []);
  return classes.length === 0 ? {} : { ioClass: ioClassOf(median(classes)) };
}
