import type { DeploymentSpec } from '../manifest/spec.ts';
import type { DeploymentProvider } from '../providers/provider.ts';
import { providerFor } from '../providers/registry.ts';
import type { ProfileFile } from './profile-file.ts';

/** The provider of a target, knowing what its connection's set-up found the site to allow. */
export async function targetProvider(
  spec: DeploymentSpec,
  profiles: Pick<ProfileFile, 'limits'>,
): Promise<DeploymentProvider> {
  const { connection } = spec.target.options;
  const limits = typeof connection === 'string' ? await profiles.limits(connection) : null;
  return providerFor(spec.target.provider, () => limits);
}
