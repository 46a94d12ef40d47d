import type { DeploymentSpec } from '../manifest/spec.ts';
import type { Sites } from '../providers/site.ts';
import type { RunDetail } from '../telemetry/views.ts';
import type { CommandContext } from './context.ts';
import { cliSites } from './sites.ts';

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
}

export async function withSites<T>(
  context: CommandContext,
  work: (sites: RunSites) => Promise<T>,
): Promise<T> {
  let open: ReturnType<typeof cliSites>['sites'] | null = null;
  const opened = () => {
    open ??= cliSites(context).sites;
    return open;
  };
  const connect = async (spec: DeploymentSpec) => {
    const { connection } = spec.target.options;
    if (spec.target.provider !== 'local' && typeof connection === 'string')
      await opened().connect(connection);
  };
  try {
    return await work({
      all: () => ({ site: (connection) => opened().site(connection) }),
      connect,
      connectFor: async (run) => {
        const plan = run?.plan as { spec?: DeploymentSpec } | null;
        if (plan?.spec) await connect(plan.spec);
      },
    });
  } finally {
    // Assigned in a function, which the compiler does not follow.
    (open as { close(): void } | null)?.close();
  }
}
