import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { resourcePath } from '../platform/resources.ts';
import type { AwsAccess, CloudWishes, GcpAccess } from '../providers/clouds.ts';
import { loadPrices } from '../providers/prices/load-prices.ts';
import type { PriceTables } from '../providers/prices/price-table.ts';
import type { Site, SiteReach, Sites as SitesOfRuns } from '../providers/site.ts';
import type { SiteLimits } from '../providers/slurm/site-limits.ts';
import { CloudAccesses } from './cloud-accesses.ts';
import { LocalSite } from './local-site.ts';
import type { ProfileFile } from './profile-file.ts';
import type { Prompts } from './prompts.ts';
import type { Secrets } from './secrets.ts';
import { type KnownHostsFiles, knownHostsFiles } from './ssh/known-hosts-files.ts';
import { addressOf, routeOf } from './ssh/route.ts';
import { readSshConfig } from './ssh/ssh-config.ts';
import { type ConnectNow, SshConnection } from './ssh/ssh-connection.ts';
import { SshSite } from './ssh/ssh-site.ts';

export interface OpenSitesOptions {
  readonly profiles: ProfileFile;
  readonly secrets: Secrets;
  readonly prompts: Prompts;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: the files themselves. */
  readonly knownHosts?: (paths: readonly [string, ...string[]]) => KnownHostsFiles;
  /** Home folder with `.ssh`; default: the user's. */
  readonly home?: string;
  /** Default: SSH_AUTH_SOCK. */
  readonly agentSocket?: string | null;
  readonly silenceSeconds?: number;
  readonly keepAliveSeconds?: number;
  /** Default: that of this process, from which the clouds' own SDKs read as well. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The sites of this process: one connection per profile, shared by everybody. */
export interface Sites extends SitesOfRuns {
  /** Null: this machine. It is connected when first used, and may ask then. @throws AppError E_CONNECTION_NOT_FOUND */
  site(name: string | null): Promise<Site>;
  /** As the profile has it, perhaps `~/…`; null where it names none. @throws AppError E_CONNECTION_NOT_FOUND */
  workDir(name: string | null): Promise<string | null>;
  pollSeconds(name: string | null): Promise<number | null>;
  /** As remembered from the last set-up; null before. */
  limits(name: string | null): Promise<SiteLimits | null>;
  region(name: string | null): Promise<string | null>;
  prices(): Promise<PriceTables>;
  aws(name: string | null, wishes: CloudWishes): Promise<AwsAccess>;
  gcp(name: string | null, wishes: CloudWishes): Promise<GcpAccess>;
  /** A person is there now: codes that nobody gave to a cloud may be asked for again. */
  askAgain(name: string): void;
  /**
   * Connects now, asking where it must; rejects with the exact reason (`E_SSH_HOST_KEY_CHANGED`, `E_SSH_AUTH`, …), where a
   * site's own methods say `E_SITE_UNREACHABLE`. With a cloud no line is held: it is to have credentials. To be called where a person has just asked for it. Resolves at once when connected.
   */
  connect(name: string, options?: ConnectNow): Promise<void>;
  /** Connects if that needs nobody. */
  connectQuietly(name: string): Promise<void>;
  /** Null: nobody has tried yet. */
  reach(name: string): SiteReach | null;
  /** Ends one connection; the next use makes a new one, with what the profile says then. */
  disconnect(name: string): void;
  close(): void;
}

export function openSites(options: OpenSitesOptions): Sites {
  const local = new LocalSite();
  const open = new Map<string, Promise<{ readonly connection: SshConnection; readonly site: Site }>>();
  const known = new Map<string, SshConnection>();
  const clouds = new CloudAccesses(options);

  const start = async (name: string) => {
    const route = async () =>
      routeOf(await options.profiles.getOf('ssh', name), await readSshConfig(options.home), options.home);
    const last = (await route()).at(-1);
    const connection = new SshConnection({
      name,
      label: last ? addressOf(last) : name,
      route,
      prompts: options.prompts,
      secrets: options.secrets,
      clock: options.clock,
      logger: options.logger,
      link: {
        knownHosts: options.knownHosts ?? knownHostsFiles,
        agentSocket: options.agentSocket === undefined ? ownAgent() : options.agentSocket,
        ...(options.silenceSeconds !== undefined && { silenceSeconds: options.silenceSeconds }),
        ...(options.keepAliveSeconds !== undefined && { keepAliveSeconds: options.keepAliveSeconds }),
      },
    });
    known.set(name, connection);
    return { connection, site: new SshSite(connection) };
  };
  const opened = (name: string) => {
    const found = open.get(name);
    if (found) return found;
    const started = start(name);
    open.set(name, started);
    started.catch(() => open.delete(name)); // there may be such a profile later
    return started;
  };
  /** Null: this machine, or a cloud, of which nothing of the kind can be said. */
  const sshProfile = async (name: string | null) => {
    const profile = name === null ? null : await options.profiles.get(name);
    return profile?.kind === 'ssh' ? profile : null;
  };
  return {
    site: async (name) => (name === null ? local : (await opened(name)).site),
    workDir: async (name) => (await sshProfile(name))?.workDir ?? null,
    pollSeconds: async (name) => (await sshProfile(name))?.pollSeconds ?? null,
    limits: async (name) => (name === null ? null : options.profiles.limits(name)),
    region: async (name) => {
      const profile = (await options.profiles.list()).find((one) => one.name === name);
      return profile && profile.kind !== 'ssh' ? profile.region : null;
    },
    prices: () => loadPrices([resourcePath('prices'), options.profiles.pricesFolder]),
    aws: (name, wishes) => clouds.aws(name, wishes),
    gcp: (name, wishes) => clouds.gcp(name, wishes),
    askAgain: (name) => clouds.askAgain(name),
    connect: async (name, connectOptions) => {
      const { kind } = await options.profiles.get(name);
      if (kind === 'ssh') await (await opened(name)).connection.connect(connectOptions);
      else await clouds.signIn(kind, name);
    },
    connectQuietly: async (name) => {
      if (await sshProfile(name)) await (await opened(name)).connection.quietly();
    },
    reach: (name) => known.get(name)?.reach ?? null,
    disconnect: (name) => {
      known.get(name)?.restart();
      clouds.forget(name);
    },
    close: () => {
      clouds.close();
      for (const connection of known.values()) connection.close();
      known.clear();
      open.clear();
    },
  };
}

function ownAgent(): string | null {
  if (process.env.SSH_AUTH_SOCK) return process.env.SSH_AUTH_SOCK;
  return process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null;
}
