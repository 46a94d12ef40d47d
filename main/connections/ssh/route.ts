import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../platform/errors.ts';
import type { SshProfile } from '../profile.ts';
import { type HostSettings, inHome, type SshConfigFile } from './ssh-config.ts';

/** One machine on the way; the last one is the site. */
export interface Hop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly agent: boolean;
  /** At least one; new keys go to the first. */
  readonly knownHosts: readonly [string, ...string[]];
}

/** Names of keys that are tried where none is named. */
export const USUAL_KEYS: readonly string[] = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const MAX_HOPS = 8;

/** The machines a connection leads over, as `ssh` would go. @throws AppError E_SSH_PROXY_JUMP, E_SSH_PROXY_COMMAND */
export function routeOf(
  profile: SshProfile,
  config: SshConfigFile,
  home = homedir(),
): readonly [...Hop[], Hop] {
  const own = config.settings(profile.host);
  const jumps = profile.proxyJump === 'none' ? null : (profile.proxyJump ?? own.proxyJump);
  if (profile.proxyJump === null) refuseCommand(profile.host, own);
  const site: Hop = {
    host: own.hostName,
    port: profile.port ?? own.port ?? 22,
    user: profile.user ?? own.user ?? userInfo().username,
    identityFiles: profile.identityFile
      ? [inHome(profile.identityFile, home)]
      : keysOf(own.identityFiles, home),
    agent: profile.agent,
    knownHosts: knownHostsOf(
      profile.knownHostsFile ? [inHome(profile.knownHostsFile, home)] : own.knownHostsFiles,
      home,
    ),
  };
  return [...jumpsOf(jumps, config, { profile, home, depth: 1 }), site];
}

function jumpsOf(
  jumps: string | null,
  config: SshConfigFile,
  at: { readonly profile: SshProfile; readonly home: string; readonly depth: number },
): readonly Hop[] {
  if (jumps === null) return [];
  return jumps.split(',').flatMap((jump, index) => {
    const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?\/?$/.exec(jump.trim());
    const alias = match?.[2]?.replace(/^\[(.*)\]$/, '$1');
    if (!alias || at.depth > MAX_HOPS)
      throw new AppError({
        code: 'E_SSH_PROXY_JUMP',
        message:
          at.depth > MAX_HOPS
            ? `The jump hosts of ${at.profile.name} lead in a circle.`
            : `"${jump}" is no jump host.`,
        hint: 'Write [user@]host[:port], several with commas between them.',
      });
    const settings = config.settings(alias);
    refuseCommand(alias, settings);
    const hop: Hop = {
      host: settings.hostName,
      port: match?.[3] ? Number(match[3]) : (settings.port ?? 22),
      user: match?.[1] ?? settings.user ?? at.profile.user ?? userInfo().username,
      identityFiles:
        settings.identityFiles.length === 0 && at.profile.identityFile
          ? [inHome(at.profile.identityFile, at.home)]
          : keysOf(settings.identityFiles, at.home),
      agent: at.profile.agent,
      knownHosts: knownHostsOf(
        at.profile.knownHostsFile ? [inHome(at.profile.knownHostsFile, at.home)] : settings.knownHostsFiles,
        at.home,
      ),
    };
    // Only the first of a list is reached by a jump of its own: the others come through it.
    const before = index === 0 ? jumpsOf(settings.proxyJump, config, { ...at, depth: at.depth + 1 }) : [];
    return [...before, hop];
  });
}

/** Its arguments may hold a password and are not told. @throws AppError E_SSH_PROXY_COMMAND */
function refuseCommand(host: string, { proxyCommand }: HostSettings): void {
  if (proxyCommand === null) return;
  throw new AppError({
    code: 'E_SSH_PROXY_COMMAND',
    message: `~/.ssh/config reaches ${host} through the command ${proxyCommand.split(/\s/)[0]}, which this app does not run.`,
    hint: 'If it goes over another machine, name that machine under Jump hosts of the connection; “none” there goes straight to the host.',
  });
}

const keysOf = (configured: readonly string[], home: string): readonly string[] =>
  configured.length > 0 ? configured : USUAL_KEYS.map((name) => join(home, '.ssh', name));

function knownHostsOf(files: readonly string[], home: string): readonly [string, ...string[]] {
  const [first = join(home, '.ssh', 'known_hosts'), ...rest] = files;
  return [first, ...rest, '/etc/ssh/ssh_known_hosts'];
}

/** Where a route ends. */
export function siteOf(route: readonly Hop[]): Hop {
  const site = route.at(-1);
  if (!site) throw new Error('a route has at least one hop');
  return site;
}

/** `ada@login.hpc.edu`, with the port where it is not 22. */
export function addressOf(hop: Hop): string {
  return `${hop.user}@${hop.host}${hop.port === 22 ? '' : `:${hop.port}`}`;
}
