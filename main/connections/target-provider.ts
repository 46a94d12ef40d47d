import type { DeploymentSpec } from '../manifest/spec.ts';
import type { DeploymentProvider } from '../providers/provider.ts';
import { providerFor } from '../providers/registry.ts';
import type { Sites } from '../providers/site.ts';

/**
 * The provider of a target, knowing what its connection's set-up found the site to allow and what clouds charge. Reads what
 * is remembered; the site itself is not asked.
 */
export async function targetProvider(
  spec: DeploymentSpec,
  sites: Pick<Sites, 'limits' | 'prices'> | undefined,
): Promise<DeploymentProvider> {
  const { connection } = spec.target.options;
  const limits = typeof connection === 'string' ? ((await sites?.limits?.(connection)) ?? null) : null;
  const prices = await sites?.prices?.();
  return providerFor(spec.target.provider, { limitsOf: () => limits, ...(prices && { prices }) });
}
