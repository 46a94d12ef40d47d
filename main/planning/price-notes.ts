import type { DeploymentSpec } from '../manifest/spec.ts';
import { isStale } from '../providers/prices/stale.ts';
import type { DeploymentProvider, ScalePlan } from '../providers/provider.ts';
import type { Plan } from './plan.ts';

/**
 * What a target's prices leave open: components without one, spare capacity that stands at the ordinary price, tables that are old.
 * Nothing where time is not sold. `now`: milliseconds since the epoch.
 */
export function priceNotes(
  spec: DeploymentSpec,
  provider: Pick<DeploymentProvider, 'name' | 'workerPrice'>,
  { resources, now }: { readonly resources: ScalePlan['resources']; readonly now: number },
): Plan['notes'] {
  if (!provider.workerPrice) return [];
  const { region } = spec.target.options;
  const refresh = `scalable prices refresh ${provider.name}${typeof region === 'string' ? ` --region ${region}` : ''}`;
  const notes: { code: string; message: string }[] = [];
  const unpriced: string[] = [];
  const ordinary: string[] = [];
  const days: string[] = [];
  for (const [component, request] of Object.entries(resources)) {
    const price = provider.workerPrice(spec, request);
    if (price === null) unpriced.push(component);
    else days.push(price.pricesFrom);
    if (price?.atMost) ordinary.push(component);
  }
  if (unpriced.length > 0)
    notes.push({
      code: 'W_NO_PRICES',
      message: `No price is known ${whereOf(region)} for ${unpriced.join(', ')}, so nothing is said of what the run costs and no budget limits it. Ask for the prices with: ${refresh}`,
    });
  if (ordinary.length > 0)
    notes.push({
      code: 'W_SPOT_PRICE',
      message: `What spare capacity costs is not known for ${ordinary.join(', ')}: the ordinary price stands for it, which is never less. Ask for it with: ${refresh}`,
    });
  if (days.some((day) => isStale(day, now)))
    notes.push({
      code: 'W_PRICES_OLD',
      message: `The prices are of ${days.toSorted()[0]} and may have changed. Ask for today’s with: ${refresh}`,
    });
  return notes;
}

const whereOf = (region: unknown): string =>
  typeof region === 'string' ? `in ${region}` : 'where this target runs';
