import type { CostEstimate, ResourceRequest, WorkerPrice, WorkerTime } from '../provider.ts';

/** What a worker for such a request costs, as spare or as ordinary capacity. */
export type PriceOf = (request: ResourceRequest, spot: boolean) => WorkerPrice | null;

/**
 * What so much time of workers costs, an item per component, and what the other kind of capacity would. Null: something of it
 * has no known price, and a sum without it would mislead.
 */
export function estimateCost(
  time: readonly WorkerTime[],
  priceOf: PriceOf,
  spot: boolean,
): CostEstimate | null {
  const wanted = total(time, (request) => priceOf(request, spot));
  if (wanted === null) return null;
  const other = total(time, (request) => priceOf(request, !spot));
  if (other === null) return wanted;
  return { ...wanted, alternative: { label: spot ? 'on demand' : 'spot', usd: other.usd } };
}

/** What one kind of workers is paid for: each for so long at the least. */
export function costOf(
  { seconds, workers }: Pick<WorkerTime, 'seconds' | 'workers'>,
  price: WorkerPrice,
): number {
  return (Math.max(seconds, workers * price.leastSeconds) * price.usdPerHour) / 3600;
}

function total(
  time: readonly WorkerTime[],
  priceOf: (request: ResourceRequest) => WorkerPrice | null,
): CostEstimate | null {
  const items = new Map<string, { label: string; usd: number; hours: number }>();
  let usd = 0;
  let oldest: string | null = null;
  for (const part of time) {
    const price = priceOf(part.request);
    if (price === null) return null;
    const cost = costOf(part, price);
    usd += cost;
    if (oldest === null || price.pricesFrom < oldest) oldest = price.pricesFrom;
    const label = `${part.component} on ${price.label}`;
    const item = items.get(label) ?? { label, usd: 0, hours: 0 };
    item.usd += cost;
    item.hours += part.seconds / 3600;
    items.set(label, item);
  }
  if (oldest === null) return null;
  return {
    usd,
    items: [...items.values()].map(({ label, usd: cost, hours }) => ({
      label: `${label}, ${hours.toFixed(1)} h`,
      usd: cost,
    })),
    pricesFrom: oldest,
  };
}
