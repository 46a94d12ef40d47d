import type { DeploymentSpec } from '../manifest/spec.ts';
import type { DeploymentProvider } from '../providers/provider.ts';
import { type Knowledge, providerFor } from '../providers/registry.ts';
import type { Sites } from '../providers/site.ts';

/**
 * The provider of a target, knowing what its connection's set-up found the site to allow, and where it is and what that costs.
 * Reads what is remembered; the site itself is not asked.
 */
export async function targetProvider(
  { target }: DeploymentSpec,
  sites: Pick<Sites, 'limits' | 'prices' | 'region'> | undefined,
): Promise<DeploymentProvider> {
  return providerFor(target.provider, sites ? await knowledge(target, sites) : {});
}

async function knowledge(
  { provider, options: { connection } }: DeploymentSpec['target'],
  sites: Pick<Sites, 'limits' | 'prices' | 'region'>,
): Promise<Knowledge> {
  const name = typeof connection === 'string' ? connection : null;
  if (provider !== 'aws' && provider !== 'gcp') {
    const limits = name === null ? null : ((await sites.limits?.(name)) ?? null);
    return { limitsOf: () => limits };
  }
  const prices = await sites.prices?.();
  const region = await sites.region?.(name);
  return { ...(prices && { prices }), ...(region && { region }) };
}
