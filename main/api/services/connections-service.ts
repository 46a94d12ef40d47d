import { homedir } from 'node:os';
import { runChecks } from '../../connections/checks/run-checks.ts';
import { cloudAddress } from '../../connections/cloud-address.ts';
import type { Sites } from '../../connections/open-site.ts';
import type { PendingPrompts } from '../../connections/pending-prompts.ts';
import { policyText } from '../../connections/policy-text.ts';
import { type ConnectionProfile, profileProblems } from '../../connections/profile.ts';
import type { ProfileFile } from '../../connections/profile-file.ts';
import type { Secrets } from '../../connections/secrets.ts';
import { readSiteState } from '../../connections/site/read-state.ts';
import type { SiteState } from '../../connections/site-state.ts';
import { secretKey } from '../../connections/ssh/asker.ts';
import { addressOf, type Hop, routeOf } from '../../connections/ssh/route.ts';
import { readSshConfig } from '../../connections/ssh/ssh-config.ts';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { slug } from '../../platform/ids.ts';
import type { ConnectionService, ConnectionView } from '../connection-views.ts';
import type { AppInfo } from '../services.ts';
import { cloudsService } from './clouds-service.ts';

export interface ConnectionParts {
  readonly profiles: ProfileFile;
  readonly secrets: Secrets;
  readonly sites: Sites;
  readonly prompts: PendingPrompts;
  readonly clock: Clock;
  /** Default: a browser. */
  readonly host?: AppInfo['host'];
  /** Home folder with `.ssh`. */
  readonly home?: string;
}

/** A picture this young is shown again: several pages may ask. */
const FRESH_MS = 10_000;

export function connectionsService(parts: ConnectionParts): ConnectionService {
  const { profiles, secrets, sites, prompts, clock, home = homedir() } = parts;
  const states = new Map<string, SiteState>();

  const view = async (profile: ConnectionProfile): Promise<ConnectionView> => {
    const route = await routeFor(profile);
    const site = route.at(-1);
    const has = async (what: 'password' | 'passphrase') => {
      for (const key of secretKeys(profile.name, route, what))
        if ((await secrets.get(key)) !== null) return true;
      return false;
    };
    return {
      profile,
      address: profile.kind !== 'ssh' ? cloudAddress(profile) : site ? addressOf(site) : profile.host,
      saved: { password: await has('password'), passphrase: await has('passphrase') },
      lastTest: await profiles.lastTest(profile.name),
      limits: await profiles.limits(profile.name),
    };
  };
  /** A route that cannot be read is told when it is gone; the list goes on. Clouds have none. */
  const routeFor = async (profile: ConnectionProfile): Promise<readonly Hop[]> => {
    if (profile.kind !== 'ssh') return [];
    try {
      return routeOf(profile, await readSshConfig(home), home);
    } catch (error) {
      if (error instanceof AppError) return [];
      throw error;
    }
  };
  const forgetSecrets = async (name: string) => {
    const route = await routeFor(await profiles.get(name));
    for (const what of ['password', 'passphrase'] as const)
      for (const key of secretKeys(name, route, what)) await secrets.delete(key);
  };

  return {
    list: async () => ({
      connections: await Promise.all((await profiles.list()).map(view)),
      keychainUnavailable: await secrets.unavailable(),
    }),
    check: async (profile) => profileProblems(profile),
    add: async (profile) => view(await profiles.add(profile)),
    update: async (name, profile) => {
      const changed = await profiles.update(name, profile);
      sites.disconnect(name);
      states.delete(name);
      return view(changed);
    },
    remove: async (name) => {
      await forgetSecrets(name);
      await profiles.remove(name);
      sites.disconnect(name);
      states.delete(name);
    },
    forgetSecrets,
    readSshConfig: async () => {
      const config = await readSshConfig(home);
      const taken = new Set((await profiles.listOf('ssh')).map(({ host }) => host));
      return config.aliases
        .filter((host) => !taken.has(host))
        .map((host) => {
          const { hostName, user, port, identityFiles, proxyJump } = config.settings(host);
          return {
            host,
            name: slug(host).slice(0, 64),
            hostName,
            user,
            port: port ?? 22,
            identityFile: identityFiles[0] ?? null,
            proxyJump,
          };
        });
    },
    ...cloudsService(parts),
    policy: async (name) => policyText(await profiles.get(name)),
    test: (name, { testJob }, signal) => runChecks({ name, testJob, profiles, sites, clock, signal }),
    prompts: (signal) => prompts.watch(signal),
    answer: async (promptId, answer) => prompts.answer(promptId, answer),
    connect: (name) => sites.connect(name),
    siteState: async (name) => {
      await sites.connectQuietly(name);
      const before = states.get(name);
      const reach = sites.reach(name) ?? {
        state: 'unreachable',
        since: clock.now(),
        reason: 'Not yet connected.',
      };
      if (reach.state !== 'reachable') return { ...(before ?? NOTHING_KNOWN), reach };
      if (before?.readAt && clock.now() - before.readAt < FRESH_MS) return { ...before, reach };
      const state = { ...(await readSiteState(await sites.site(name))), reach, readAt: clock.now() };
      states.set(name, state);
      return state;
    },
  };
}

const NOTHING_KNOWN: Omit<SiteState, 'reach'> = {
  readAt: null,
  partitions: [],
  ownJobs: { running: 0, pending: 0 },
  fairShare: null,
  queues: [],
  nextStart: null,
};

function secretKeys(name: string, route: readonly Hop[], what: 'password' | 'passphrase'): readonly string[] {
  const subjects = what === 'password' ? route.map(addressOf) : route.flatMap((hop) => hop.identityFiles);
  return [...new Set(subjects)].map((subject) => secretKey(name, what, subject));
}
