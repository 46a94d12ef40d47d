import { hourlyRate } from './hourly-rate.ts';
import type { AwsPrices, HourlyPrice } from './price-table.ts';

export interface FargateShape {
  readonly vcpu: number;
  /** GiB. */
  readonly memoryGb: number;
  readonly region: string;
  readonly spot: boolean;
}

/** What a Fargate task of that shape costs: its vCPUs and its memory, each by the hour. Null: the region's prices are not known. */
export function fargatePrice(
  prices: AwsPrices,
  { region, spot, ...shape }: FargateShape,
): HourlyPrice | null {
  const known = prices.regions[region];
  return known?.fargate ? { ...hourlyRate(known.fargate, shape, spot), pricesFrom: known.pricesFrom } : null;
}

/** What an EC2 instance costs, with its size. Null: not known there. */
export function ec2Price(
  prices: AwsPrices,
  { instanceType, region, spot }: { instanceType: string; region: string; spot: boolean },
): (HourlyPrice & { readonly vcpu: number; readonly memoryGb: number }) | null {
  const known = prices.regions[region];
  const instance = known?.instances[instanceType];
  if (!known || !instance) return null;
  const { vcpu, memoryGb, onDemand } = instance;
  return {
    usdPerHour: (spot && instance.spot) || onDemand,
    atMost: spot && instance.spot === null,
    pricesFrom: known.pricesFrom,
    vcpu,
    memoryGb,
  };
}
