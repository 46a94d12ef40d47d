import { describeMemory } from '../../platform/units.ts';
import type { TableAttempt } from './table-run.ts';

/** More than any machine has: what is above is a wrong unit or a counter that ran over. */
export const MOST_MEMORY_BYTES = 1024 ** 5;
const MOST_CPUS = 1_000_000;
const LONGEST_SECONDS = 10 * 366 * 86_400;

/**
 * The attempt without figures that cannot have been measured: they would be learned. What was left out is said, and
 * the rest of the line is taken.
 */
export function plausible(row: TableAttempt): {
  readonly row: TableAttempt;
  readonly said: readonly string[];
} {
  const said: string[] = [];
  const within = (value: number | null, most: number, complaint: (value: number) => string) => {
    if (value === null || (value >= 0 && value <= most)) return value;
    said.push(complaint(value));
    return null;
  };
  const memory = (what: string) => (bytes: number) =>
    `${what} of ${describeMemory(bytes)} cannot be and was left out`;
  const seconds = (what: string) => (value: number) => `${what} of ${value} s cannot be and was left out`;
  const { cpus, memoryBytes, walltimeSeconds } = row.request;
  let startedAt = row.startedAt;
  if (startedAt !== null && row.finishedAt !== null && row.finishedAt < startedAt) {
    said.push('it ended before it began: its clock ran backwards and its start was left out');
    startedAt = null;
  }
  const cleaned: TableAttempt = {
    ...row,
    startedAt,
    wallSeconds: within(row.wallSeconds, LONGEST_SECONDS, seconds('a run time')),
    cpuSeconds: within(row.cpuSeconds, LONGEST_SECONDS * 1000, seconds('CPU time')),
    peakMemoryBytes: within(row.peakMemoryBytes, MOST_MEMORY_BYTES, memory('a peak')),
    request: {
      cpus: cpus > MOST_CPUS ? Number.NaN : cpus,
      memoryBytes: within(memoryBytes, MOST_MEMORY_BYTES, memory('a request')),
      walltimeSeconds: within(walltimeSeconds, LONGEST_SECONDS * 10, seconds('a time limit')),
    },
  };
  return said.length === 0 ? { row, said } : { row: cleaned, said };
}
