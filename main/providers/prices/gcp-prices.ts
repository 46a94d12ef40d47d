import { hourlyRate } from './hourly-rate.ts';
import type { GcpPrices, HourlyPrice } from './price-table.ts';

/** What Batch chooses from where no machine type is written: its default family. */
const DEFAULT_FAMILY = 'e2';

export interface MachineShare {
  /** `n2-standard-4`, of which the family counts; null: Batch chooses. */
  readonly machineType: string | null;
  readonly vcpu: number;
  /** GiB. */
  readonly memoryGb: number;
  readonly region: string;
  readonly spot: boolean;
}

/**
 * What so much of a Compute Engine machine costs: vCPUs and memory, each by the hour. Disks, network and the part of a
 * machine that no task uses are not in it. Null: not known for that family there.
 */
export function gcpPrice(
  prices: GcpPrices,
  { machineType, region, spot, ...share }: MachineShare,
): HourlyPrice | null {
  const known = prices.regions[region];
  const family = known?.families[machineType?.split('-')[0]?.toLowerCase() ?? DEFAULT_FAMILY];
  return known && family ? { ...hourlyRate(family, share, spot), pricesFrom: known.pricesFrom } : null;
}
