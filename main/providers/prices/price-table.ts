import { z } from 'zod';

/** USD per hour. A price of nothing is no price. */
const usd = z.number().positive().finite();
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day, such as 2026-11-21');
const rate = z.strictObject({ vcpu: usd, memoryGb: usd });
const rates = z.strictObject({ onDemand: rate, spot: rate.nullable() });

const about = {
  /** The day on which these prices were asked for. */
  pricesFrom: day,
  /** Where they come from, for people. */
  source: z.string().min(1),
};

/** Prices of AWS in one region. Memory is counted in GiB, as Fargate and EC2 do. */
const awsRegionSchema = z.strictObject({
  ...about,
  fargate: rates.nullable(),
  instances: z.record(
    z.string(),
    z.strictObject({
      vcpu: z.number().positive(),
      memoryGb: z.number().positive(),
      onDemand: usd,
      spot: usd.nullable(),
    }),
  ),
});

/** Prices of Compute Engine in one region, per family of machines: what Batch runs on. Memory is counted in GiB. */
const gcpRegionSchema = z.strictObject({ ...about, families: z.record(z.string(), rates) });

export const awsPricesSchema = z.strictObject({ regions: z.record(z.string(), awsRegionSchema) });
export const gcpPricesSchema = z.strictObject({ regions: z.record(z.string(), gcpRegionSchema) });

export type AwsPrices = z.output<typeof awsPricesSchema>;
export type AwsRegionPrices = z.output<typeof awsRegionSchema>;
export type GcpPrices = z.output<typeof gcpPricesSchema>;
export type GcpRegionPrices = z.output<typeof gcpRegionSchema>;

/** Everything that is known of prices, all clouds and regions. */
export interface PriceTables {
  readonly aws: AwsPrices;
  readonly gcp: GcpPrices;
}

/** What something costs now, by a table. */
export interface HourlyPrice {
  readonly usdPerHour: number;
  /** The price that is meant is not known, and this one is certainly not less: on-demand instead of spot. */
  readonly atMost: boolean;
  /** The day of the table. */
  readonly pricesFrom: string;
}

/** Of two tables of one cloud, region by region the younger one. */
export function newestRegions<Region extends { readonly pricesFrom: string }>(
  one: Readonly<Record<string, Region>>,
  other: Readonly<Record<string, Region>>,
): Record<string, Region> {
  const newest = { ...one };
  for (const [name, region] of Object.entries(other)) {
    const known = newest[name];
    if (known === undefined || known.pricesFrom <= region.pricesFrom) newest[name] = region;
  }
  return newest;
}
