import { bytes, duration } from '../../lib/format.ts';

/** A request as the plan carries it. */
interface Request {
  readonly cpus: number;
  readonly memoryBytes: number | null;
  readonly walltimeSeconds: number | null;
}

/** `128 MB – 1.31 GB` over the instances of a task, one value where all agree, `no limit` where nothing is asked. */
export function memoryRange(smallest: Request, largest: Request): string {
  return range(smallest.memoryBytes, largest.memoryBytes, bytes);
}

export function walltimeRange(smallest: Request, largest: Request): string {
  return range(smallest.walltimeSeconds, largest.walltimeSeconds, duration);
}

export function cpuRange(smallest: Request, largest: Request): string {
  return range(smallest.cpus, largest.cpus, String);
}

function range(low: number | null, high: number | null, say: (value: number) => string): string {
  if (low === null || high === null) return 'no limit';
  const [from, to] = [say(low), say(high)];
  return from === to ? to : `${from} – ${to}`;
}

/** Whether the recommendation asks for less or more than the manifest at most; a limit that is new is neither. */
export function changeOf(manifest: number | null, recommended: number | null): 'less' | 'more' | 'same' {
  if (manifest === null || recommended === null || manifest === recommended) return 'same';
  return recommended < manifest ? 'less' : 'more';
}
