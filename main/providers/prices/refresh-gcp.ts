import type { GoogleAuth } from 'google-auth-library';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { GcpRegionPrices } from './price-table.ts';

/** Compute Engine in Google's own catalogue of prices. */
const COMPUTE_ENGINE = '6F81-5844-456A';
const CATALOGUE = 'https://cloudbilling.googleapis.com';

const sku = z.object({
  description: z.string(),
  category: z.object({ usageType: z.string() }),
  serviceRegions: z.array(z.string()).default([]),
  pricingInfo: z
    .array(
      z.object({
        pricingExpression: z.object({
          tieredRates: z.array(
            z.object({
              unitPrice: z.object({ units: z.string().default('0'), nanos: z.number().default(0) }),
            }),
          ),
        }),
      }),
    )
    .default([]),
});
const page = z.object({ skus: z.array(z.unknown()).default([]), nextPageToken: z.string().default('') });

/** `Spot Preemptible N2 Instance Core running in Zurich`, but neither custom shapes nor sole tenants. */
const MACHINE =
  /^(?:Spot )?(?:Preemptible )?([A-Z]\d+[A-Z]?)(?: Predefined| AMD| Arm)? Instance (Core|Ram) running in /;

/**
 * Asks Google what its machines cost in a region now, by family: vCPUs and memory apart. `today`: `2026-11-21`.
 * @throws AppError `E_PRICES_NONE`; and what the auth library throws
 */
export async function refreshGcpPrices(
  { auth, apiEndpoint }: { readonly auth: Pick<GoogleAuth, 'request'>; readonly apiEndpoint: string | null },
  region: string,
  today: string,
): Promise<GcpRegionPrices> {
  const found = new Map<string, { OnDemand: Rate; Preemptible: Rate }>();
  for await (const { description, category, serviceRegions, pricingInfo } of skus(
    auth,
    apiEndpoint ?? CATALOGUE,
  )) {
    const [, family, part] = MACHINE.exec(description) ?? [];
    const { usageType } = category;
    if (family === undefined || !serviceRegions.includes(region)) continue;
    if (usageType !== 'OnDemand' && usageType !== 'Preemptible') continue;
    const usd = usdOf(pricingInfo);
    if (usd === null) continue;
    const rates = found.get(family.toLowerCase()) ?? {
      OnDemand: { ...NOTHING },
      Preemptible: { ...NOTHING },
    };
    rates[usageType][part === 'Core' ? 'vcpu' : 'memoryGb'] = usd;
    found.set(family.toLowerCase(), rates);
  }
  const families: GcpRegionPrices['families'] = {};
  for (const [family, { OnDemand, Preemptible }] of found)
    if (isWhole(OnDemand))
      families[family] = { onDemand: OnDemand, spot: isWhole(Preemptible) ? Preemptible : null };
  if (Object.keys(families).length > 0)
    return { pricesFrom: today, source: 'Google Cloud Billing Catalog', families };
  throw new AppError({
    code: 'E_PRICES_NONE',
    message: `Google names no prices for the region ${region}.`,
    hint: 'Check how the region is spelled: europe-west4, us-central1, …',
  });
}

interface Rate {
  vcpu: number;
  memoryGb: number;
}
const NOTHING: Readonly<Rate> = { vcpu: 0, memoryGb: 0 };
const isWhole = ({ vcpu, memoryGb }: Rate) => vcpu > 0 && memoryGb > 0;

async function* skus(
  auth: Pick<GoogleAuth, 'request'>,
  endpoint: string,
): AsyncGenerator<z.output<typeof sku>> {
  let token = '';
  do {
    const url = new URL(`/v1/services/${COMPUTE_ENGINE}/skus`, endpoint);
    url.searchParams.set('currencyCode', 'USD');
    url.searchParams.set('pageSize', '5000');
    if (token) url.searchParams.set('pageToken', token);
    const { data } = await auth.request({ url: url.href });
    const answer = page.parse(data);
    for (const item of answer.skus) {
      const parsed = sku.safeParse(item);
      if (parsed.success) yield parsed.data;
    }
    token = answer.nextPageToken;
  } while (token);
}

/** The first tier that costs something, of the newest price. */
function usdOf(pricingInfo: z.output<typeof sku>['pricingInfo']): number | null {
  for (const { unitPrice } of pricingInfo.at(-1)?.pricingExpression.tieredRates ?? []) {
    const usd = Number(unitPrice.units) + unitPrice.nanos / 1e9;
    if (Number.isFinite(usd) && usd > 0) return usd;
  }
  return null;
}
