import { targetProvider } from '../connections/target-provider.ts';
import type { DeploymentSpec } from '../manifest/spec.ts';
import type { DeploymentProvider } from '../providers/provider.ts';
import { providerFor } from '../providers/registry.ts';
import type { Sites } from '../providers/site.ts';
import { recordedSpec } from '../session/recorded-spec.ts';
import type { RunDetail } from '../telemetry/views.ts';
import type { CommandContext } from './context.ts';
import { type CliSites, cliSites } from './sites.ts';

/** The sites that a command may need. Nothing is connected, and no keychain opened, before it does. */
export interface RunSites {
  all(): Sites;
  /**
   * Connects to the target's site now, because a person is here to be asked and told the exact reason.
   * @throws AppError `E_CONNECTION_NOT_FOUND`, `E_SSH_…`
   */
  connect(spec: DeploymentSpec): Promise<void>;
  /** The same for the target of a recorded run. */
  connectFor(run: Pick<RunDetail, 'plan'> | null): Promise<void>;
  /** The target's provider, knowing what its site was found to allow. */
  provider(spec: DeploymentSpec): Promise<DeploymentProvider>;
}

export async function withSites<T>(
  context: CommandContext,
  work: (sites: RunSites) => Promise<T>,
): Promise<T> {
  let open: CliSites | null = null;
  const opened = () => {
    open ??= cliSites(context);
    return open;
  };
  const connect = async (spec: DeploymentSpec) => {
    const { connection } = spec.target.options;
    if (spec.target.provider !== 'local' && typeof connection === 'string')
      await opened().sites.connect(connection);
  };
  try {
    return await work({
      all: () => ({
        site: (connection) => opened().sites.site(connection),
        workDir: (connection) => opened().sites.workDir(connection),
        pollSeconds: (connection) => opened().sites.pollSeconds(connection),
        limits: (connection) => opened().sites.limits(connection),
        region: (connection) => opened().sites.region(connection),
        prices: () => opened().sites.prices(),
        aws: (connection, wishes) => opened().sites.aws(connection, wishes),
        gcp: (connection, wishes) => opened().sites.gcp(connection, wishes),
      }),
      connect,
      provider: async (spec) =>
        spec.target.provider === 'local' ? providerFor('local') : targetProvider(spec, opened().sites),
      connectFor: async (run) => {
        const spec = recordedSpec(run);
        if (spec) await connect(spec);
      },
    });
  } finally {
    // Assigned in a function, which the compiler does not follow.
    (open as CliSites | null)?.sites.close();
  }
}
