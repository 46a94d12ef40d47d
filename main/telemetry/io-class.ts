import { MIB } from '../platform/units.ts';
import type { IoClass } from './events.ts';

const MEDIUM_IO = 1 * MIB;
const HIGH_IO = 50 * MIB;

/** What was measured of an attempt; null is "not measured". */
interface MeasuredIo {
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
  readonly wallSeconds: number | null;
}

/**
 * How hard an attempt worked the disk or the network: (read + written bytes) / wall time, PanDA's I/O intensity, as a
 * class. Low: under 1 MiB/s, which any shared file system serves a thousand times over; high: from 50 MiB/s, of which a
 * few fill one. Nothing read and nothing written is a measurement, too. Null where it was not measured.
 */
export function measuredIoClass({ readBytes, writtenBytes, wallSeconds }: MeasuredIo): IoClass | null {
  if ((readBytes === null && writtenBytes === null) || wallSeconds === null) return null;
  const perSecond = ((readBytes ?? 0) + (writtenBytes ?? 0)) / wallSeconds;
  if (!(perSecond >= 0 && perSecond < Infinity)) return null;
  return perSecond < MEDIUM_IO ? 'low' : perSecond < HIGH_IO ? 'medium' : 'high';
}
