import type { ProviderName } from '../manifest/spec.ts';
import { AppError, assertNever } from '../platform/errors.ts';
import { awsProvider } from './aws/aws-provider.ts';
import { gcpProvider } from './gcp/gcp-provider.ts';
import { localProvider } from './local/local-provider.ts';
import type { PriceTables } from './prices/price-table.ts';
import type { DeploymentProvider } from './provider.ts';
import type { SiteLimits } from './slurm/site-limits.ts';
import { slurmProvider } from './slurm/slurm-provider.ts';

/** What providers are told that they cannot find out without asking. */
export interface Knowledge {
  /** What is remembered of the site of a connection; without it, only the site itself refuses. */
  readonly limitsOf?: (connection: string | null) => SiteLimits | null;
  /** Without them nothing has a price. */
  readonly prices?: PriceTables;
  /** Of the target's connection, where the target itself names none. */
  readonly region?: string;
}

/** The provider of a target. Those that this version cannot run on refuse with `E_PROVIDER_UNAVAILABLE`. */
export function providerFor(
  name: ProviderName,
  { limitsOf, prices, region }: Knowledge = {},
): DeploymentProvider {
  switch (name) {
    case 'local':
      return localProvider;
    case 'slurm':
      return slurmProvider(limitsOf);
    case 'gcp':
      return gcpProvider(prices, region);
    case 'aws':
      return awsProvider(prices, region);
    case 'kubernetes':
      return unavailable(name);
    default:
      return assertNever(name);
  }
}

/** Its targets can be edited, validated and planned for; only running is refused. */
function unavailable(name: Exclude<ProviderName, 'local' | 'slurm' | 'aws' | 'gcp'>): DeploymentProvider {
  return {
    name,
    validate: () => ({ ok: true, errors: [], warnings: [] }),
    capacity: () => null,
    buildCluster: async () => {
      throw new AppError({
        code: 'E_PROVIDER_UNAVAILABLE',
        message: `This version plans for ${name} targets, but does not run there.`,
        hint: 'Choose a target with provider: local or slurm to run now.',
      });
    },
    estimateCost: () => null,
  };
}
