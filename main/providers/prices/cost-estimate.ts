import { GIB } from '../../platform/units.ts';
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
  const memoryRates = ratesOf(time, (request) => priceOf(request, spot));
  const estimate = { ...wanted, ...(Object.keys(memoryRates).length > 0 && { memoryRates }) };
  // An ordinary price that stands for an unknown one of spare capacity is no alternative to itself.
  const other = total(time, (request) => (priceOf(request, true)?.atMost ? null : priceOf(request, !spot)));
  if (other === null) return estimate;
  return { ...estimate, alternative: { label: spot ? 'on demand' : 'spot', usd: other.usd } };
}

/** What one kind of workers is paid for: each for so long at the least. */
export function costOf(
  { seconds, workers }: Pick<WorkerTime, 'seconds' | 'workers'>,
  price: WorkerPrice,
): number {
  return (Math.max(seconds, workers * price.leastSeconds) * price.usdPerHour) / 3600;
}

/**
 * USD per GiB and hour by component: how the price changes from half of a request's memory to twice as much, since what is
 * sold comes in steps, and on some machines CPUs come with the memory. Requests count by their time.
 */
function ratesOf(
  time: readonly WorkerTime[],
  priceOf: (request: ResourceRequest) => WorkerPrice | null,
): Record<string, number> {
  const sums = new Map<string, { usd: number; gibHours: number }>();
  for (const { component, request, seconds } of time) {
    if (request.memoryBytes === null || seconds <= 0) continue;
    const [less, more] = [0.5, 2].map((factor) =>
      priceOf({ ...request, memoryBytes: factor * (request.memoryBytes ?? 0) }),
    );
    if (!less || !more) continue;
    const sum = sums.get(component) ?? { usd: 0, gibHours: 0 };
    sum.usd += (more.usdPerHour - less.usdPerHour) * seconds;
    sum.gibHours += ((1.5 * request.memoryBytes) / GIB) * seconds;
    sums.set(component, sum);
  }
  return Object.fromEntries([...sums].map(([component, { usd, gibHours }]) => [component, usd / gibHours]));
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
