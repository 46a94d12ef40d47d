import type { DeploymentSpec } from '../manifest/spec.ts';
import { AppError } from '../platform/errors.ts';
import type { DeploymentProvider } from '../providers/provider.ts';
import { type Knowledge, providerFor } from '../providers/registry.ts';
import type { Sites } from '../providers/site.ts';

/**
 * The provider of a target, knowing what its connection's set-up found the site to allow, and where it is and what that costs.
 * Reads what is remembered; the site itself is not asked.
 */
export async function targetProvider(
  { target }: DeploymentSpec,
  sites: KnowingSites | undefined,
): Promise<DeploymentProvider> {
  return providerFor(target.provider, sites ? await knowledge(target, sites) : {});
}

type KnowingSites = Pick<Sites, 'limits' | 'prices' | 'region' | 'aws' | 'gcp'>;

async function knowledge(
  { provider, options: { connection, region: written } }: DeploymentSpec['target'],
  sites: KnowingSites,
): Promise<Knowledge> {
  const name = typeof connection === 'string' ? connection : null;
  if (provider !== 'aws' && provider !== 'gcp') {
    const limits = name === null ? null : ((await sites.limits?.(name)) ?? null);
    return { limitsOf: () => limits };
  }
  const prices = await sites.prices?.();
  const region = (await sites.region?.(name)) ?? (written ? null : await usualRegion(provider, name, sites));
  return { ...(prices && { prices }), ...(region && { region }) };
}

/** Where the cloud's own settings on this computer lead (`AWS_REGION`, `~/.aws`, gcloud); null: nowhere, which a run is told. */
async function usualRegion(
  provider: 'aws' | 'gcp',
  connection: string | null,
  sites: KnowingSites,
): Promise<string | null> {
  try {
    return (await sites[provider]?.(connection, {}))?.region ?? null;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
