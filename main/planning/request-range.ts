import type { ResourceRequest } from '../providers/provider.ts';

/** Field by field; “not limited” is more than any number. */
export function extremeRequest(
  a: ResourceRequest,
  b: ResourceRequest,
  choose: (...values: number[]) => number,
): ResourceRequest {
  const field = (x: number | null, y: number | null) => {
    const value = choose(x ?? Number.POSITIVE_INFINITY, y ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(value) ? value : null;
  };
  return {
    cpus: choose(a.cpus, b.cpus),
    memoryBytes: field(a.memoryBytes, b.memoryBytes),
    walltimeSeconds: field(a.walltimeSeconds, b.walltimeSeconds),
  };
}
