import type { InstanceRow } from '../../../main/telemetry/views.ts';

/** Rows of a page with new contents put in place: the order stays, so nothing moves under the pointer. */
export function patchRows(
  rows: readonly InstanceRow[],
  fresh: readonly InstanceRow[],
): readonly InstanceRow[] {
  const byId = new Map(fresh.map((row) => [row.instanceId, row]));
  if (!rows.some((row) => byId.has(row.instanceId))) return rows;
  return rows.map((row) => byId.get(row.instanceId) ?? row);
}

/** Pages of `size` that hold the rows from `first` to `last`, both included. */
export function pagesOf(first: number, last: number, size: number): readonly number[] {
  const from = Math.floor(Math.max(0, first) / size);
  const to = Math.floor(Math.max(0, last) / size);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
