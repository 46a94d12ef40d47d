import type { ProviderName } from '../manifest/spec.ts';
import { AppError, assertNever } from '../platform/errors.ts';
import { localProvider } from './local/local-provider.ts';
import type { DeploymentProvider } from './provider.ts';

/** The provider of a target. Throws `E_PROVIDER_UNAVAILABLE` for those that this version cannot run on. */
export function providerFor(name: ProviderName): DeploymentProvider {
  switch (name) {
    case 'local':
      return localProvider;
    case 'slurm':
    case 'aws':
    case 'gcp':
    case 'kubernetes':
      return unavailable(name);
    default:
      return assertNever(name);
  }
}

/** Its targets can be edited, validated and planned for; only running is refused. */
function unavailable(name: Exclude<ProviderName, 'local'>): DeploymentProvider {
  return {
    name,
    validate: () => ({ ok: true, errors: [], warnings: [] }),
    capacity: () => null,
    buildCluster: async () => {
      throw new AppError({
        code: 'E_PROVIDER_UNAVAILABLE',
        message: `This version plans for ${name} targets, but runs on local targets only.`,
        hint: 'Choose a target with provider: local to run now.',
      });
    },
    estimateCost: () => null,
  };
}
