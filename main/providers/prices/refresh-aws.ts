import { DescribeSpotPriceHistoryCommand, type EC2Client } from '@aws-sdk/client-ec2';
import {
  type GetProductsCommandInput,
  type PricingClient,
  paginateGetProducts,
} from '@aws-sdk/client-pricing';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { AwsRegionPrices } from './price-table.ts';

/** AWS answers about prices in few places; this one knows all regions. */
export const PRICING_REGION = 'us-east-1';

const product = z.object({
  product: z.object({ attributes: z.record(z.string(), z.string()) }),
  terms: z.object({
    OnDemand: z
      .record(
        z.string(),
        z.object({
          priceDimensions: z.record(
            z.string(),
            z.object({ pricePerUnit: z.object({ USD: z.string() }).partial() }),
          ),
        }),
      )
      .optional(),
  }),
});
type Product = z.output<typeof product>;

export interface AwsPriceClients {
  /** In `PRICING_REGION`. */
  readonly pricing: PricingClient;
  /** In the region itself: what spare capacity costs now. */
  readonly ec2: EC2Client;
}

/**
 * Asks AWS what Fargate and EC2 cost in a region now. Where one spare machine costs different prices in the region's zones, the
 * dearest counts. `today`: `2026-11-21`.
 * @throws AppError `E_PRICES_NONE`; and what the SDK throws
 */
export async function refreshAwsPrices(
  { pricing, ec2 }: AwsPriceClients,
  region: string,
  today: string,
): Promise<AwsRegionPrices> {
  const fargate = await fargateRates(pricing, region);
  const spot = await spotPrices(ec2);
  const instances: AwsRegionPrices['instances'] = {};
  for await (const { product: found, ...terms } of products(pricing, 'AmazonEC2', {
    regionCode: region,
    operatingSystem: 'Linux',
    tenancy: 'Shared',
    preInstalledSw: 'NA',
    capacitystatus: 'Used',
  })) {
    const { instanceType, vcpu, memory } = found.attributes;
    const onDemand = usdOf({ product: found, ...terms });
    const gib = /^([\d,.]+) GiB$/.exec(memory ?? '')?.[1]?.replaceAll(',', '');
    if (instanceType === undefined || onDemand === null || !(Number(vcpu) > 0) || !(Number(gib) > 0))
      continue;
    instances[instanceType] = {
      vcpu: Number(vcpu),
      memoryGb: Number(gib),
      onDemand,
      spot: spot.get(instanceType) ?? null,
    };
  }
  if (fargate === null && Object.keys(instances).length === 0)
    throw new AppError({
      code: 'E_PRICES_NONE',
      message: `AWS names no prices for the region ${region}.`,
      hint: 'Check how the region is spelled: eu-central-1, us-east-1, …',
    });
  return { pricesFrom: today, source: 'AWS Price List and spot price history', fargate, instances };
}

/** By the end of the usage type, before which stands the region's own short name: `EUC1-Fargate-GB-Hours`. Linux on x86. */
const FARGATE = /^(?:[A-Z0-9]+-)?(SpotUsage:)?Fargate-(vCPU-Hours:perCPU|GB-Hours)$/;

async function fargateRates(pricing: PricingClient, region: string): Promise<AwsRegionPrices['fargate']> {
  const found = { onDemand: { vcpu: 0, memoryGb: 0 }, spot: { vcpu: 0, memoryGb: 0 } };
  for await (const one of products(pricing, 'AmazonECS', { regionCode: region })) {
    const [, spot, unit] = FARGATE.exec(one.product.attributes.usagetype ?? '') ?? [];
    if (unit === undefined) continue;
    found[spot ? 'spot' : 'onDemand'][unit === 'GB-Hours' ? 'memoryGb' : 'vcpu'] = usdOf(one) ?? 0;
  }
  const whole = ({ vcpu, memoryGb }: { vcpu: number; memoryGb: number }) => vcpu > 0 && memoryGb > 0;
  return whole(found.onDemand) ? { ...found, spot: whole(found.spot) ? found.spot : null } : null;
}

async function* products(
  client: PricingClient,
  service: string,
  attributes: Readonly<Record<string, string>>,
): AsyncGenerator<Product> {
  const query: GetProductsCommandInput = {
    ServiceCode: service,
    FormatVersion: 'aws_v1',
    MaxResults: 100,
    Filters: Object.entries(attributes).map(([Field, Value]) => ({
      Type: 'TERM_MATCH' as const,
      Field,
      Value,
    })),
  };
  for await (const page of paginateGetProducts({ client }, query))
    for (const item of page.PriceList ?? []) {
      const parsed = product.safeParse(JSON.parse(String(item)));
      if (parsed.success) yield parsed.data;
    }
}

/** The one price that is not zero: free tiers and reservations have a price of nothing. */
function usdOf({ terms }: Product): number | null {
  for (const { priceDimensions } of Object.values(terms.OnDemand ?? {}))
    for (const { pricePerUnit } of Object.values(priceDimensions)) {
      const usd = Number(pricePerUnit.USD);
      if (Number.isFinite(usd) && usd > 0) return usd;
    }
  return null;
}

async function spotPrices(client: EC2Client): Promise<Map<string, number>> {
  const dearest = new Map<string, number>();
  const now = new Date();
  let next: string | undefined;
  do {
    const page = await client.send(
      new DescribeSpotPriceHistoryCommand({
        // From now to now: the prices that hold at this moment.
        StartTime: now,
        EndTime: now,
        ProductDescriptions: ['Linux/UNIX'],
        MaxResults: 1000,
        ...(next && { NextToken: next }),
      }),
    );
    for (const { InstanceType: type, SpotPrice: price } of page.SpotPriceHistory ?? []) {
      const usd = Number(price);
      if (type !== undefined && usd > 0) dearest.set(type, Math.max(usd, dearest.get(type) ?? 0));
    }
    next = page.NextToken || undefined;
  } while (next !== undefined);
  return dearest;
}
