import type { HourlyPrice } from './price-table.ts';

interface Rate {
  readonly vcpu: number;
  readonly memoryGb: number;
}

/** vCPUs and memory at their rates; the on-demand ones where spot's are not known, which are never less. */
export function hourlyRate(
  { onDemand, spot }: { readonly onDemand: Rate; readonly spot: Rate | null },
  { vcpu, memoryGb }: Rate,
  wantsSpot: boolean,
): Omit<HourlyPrice, 'pricesFrom'> {
  const rate = (wantsSpot && spot) || onDemand;
  return { usdPerHour: vcpu * rate.vcpu + memoryGb * rate.memoryGb, atMost: wantsSpot && spot === null };
}
