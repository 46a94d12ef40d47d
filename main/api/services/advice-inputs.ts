import type { HistoryRow } from '../../telemetry/views.ts';
import type { InputDescription, TaskData } from '../advisor-views.ts';

/** More different texts than this are names, not categories. */
const MOST_LEVELS = 24;

/**
 * What was recorded of a task: how much was measured, and how varied its inputs were. Inputs that vary come first.
 *
 * @param rows finished attempts, oldest first
 */
export function describeData(rows: readonly HistoryRow[]): Omit<TaskData, 'summary'> {
  const without = (measured: (row: HistoryRow) => number | null) =>
    rows.filter((row) => measured(row) === null).length;
  return {
    looked: rows.length,
    failed: rows.filter(({ outcome }) => outcome !== 'succeeded').length,
    missing: {
      memory: without((row) => row.peakMemoryBytes),
      cpuTime: without((row) => row.cpuSeconds),
      runTime: without((row) => row.wallSeconds),
      request: without((row) => row.requestedMemoryBytes),
    },
    inputs: describeInputs(rows),
  };
}

export function describeInputs(rows: readonly Pick<HistoryRow, 'features'>[]): readonly InputDescription[] {
  const names = [...new Set(rows.flatMap(({ features }) => Object.keys(features)))];
  return names.map((name) => describe(name, rows)).toSorted((a, b) => varies(b) - varies(a));
}

const varies = ({ distinct }: InputDescription) => (distinct > 1 ? 1 : 0);

function describe(name: string, rows: readonly Pick<HistoryRow, 'features'>[]): InputDescription {
  const present = rows.flatMap(({ features }) => {
    const value = features[name] ?? null;
    return value === null || value === '' ? [] : [value];
  });
  const missing = rows.length - present.length;
  const numbers = present.map((value) => (typeof value === 'boolean' ? Number.NaN : Number(value)));
  const latest = present.at(-1);
  if (present.length > 0 && numbers.every(Number.isFinite)) {
    return {
      kind: 'number',
      name,
      missing,
      distinct: new Set(numbers).size,
      low: numbers.reduce((a, b) => Math.min(a, b)),
      high: numbers.reduce((a, b) => Math.max(a, b)),
      whole: numbers.every(Number.isInteger),
      latest: Number(latest),
    };
  }
  const counts = new Map<string, number>();
  for (const value of present) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const shared = { name, missing, distinct: counts.size, latest: latest === undefined ? '' : String(latest) };
  return counts.size > MOST_LEVELS
    ? { kind: 'text', ...shared }
    : { kind: 'category', ...shared, levels: [...counts.keys()].toSorted() };
}
